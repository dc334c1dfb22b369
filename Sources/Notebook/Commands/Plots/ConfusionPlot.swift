import Figures
import SessionCore
import Text
import VAEngine

/// The confusion matrix of a vote of the ten nearest latents.
struct ConfusionPlot: PlotSubject {
  static let (name, help) = ("confusion", "confusion matrix of a nearest-neighbor probe")

  let data = PlotData()

  func draw(_ plot: PlotItems) throws -> Figure {
    let plot = self.data.items(plot)
    let (name, model) = try plot.model()
    guard let data = try plot.knownData(for: model) else {
      throw plot.fault(.missingArgument, "data with labels are needed", fix: "Add: on=d")
    }
    guard let sets = try ProbeSets(data.drawnOnce(), training: model.trainingData(plot.call), seed: 0)
    else {
      throw plot.fault(.noLabels, "\(data.title) has no 40 examples with labels")
    }
    let codes = try sets.codes(plot.live(model)) { try plot.execution.working("encode", $0) }
    let (answers, truth) = (try sets.nearest(codes), sets.askedLabels)
    // The classes that there are, whatever numbers their labels have.
    let labels = Set(sets.knownLabels + truth).sorted()
    let classes = labels.count
    guard classes <= 1000 else {
      throw plot.fault(
        .noLabels, "\(data.title) has \(classes) classes: a matrix shows a thousand at most")
    }
    let place = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
    var counts = [Double](repeating: 0, count: classes * classes)
    for (row, answer) in answers.enumerated() {
      guard let own = place[truth[row]], let read = place[answer] else { continue }
      counts[own * classes + read] += 1
    }
    let right = (0..<classes).reduce(0.0) { $0 + counts[$1 * classes + $1] } / Double(max(answers.count, 1))
    let names = labels.map { LabelNames.name(of: Int32(clamping: $0), data.dataset.labelNames) }
    return Figure(
      MatrixMap(
        values: counts, rowNames: names, columnNames: names, rowLabel: "true class",
        columnLabel: "class of the 10 nearest latents", valueLabel: "examples"),
      title: "Labels predicted from the latents of \(name): \(NumberText.fixed(100 * right, decimals: 1)) % correct",
      subtitle: plot.about(model, sets.asked) + " · by \(NumberText.count(sets.knownLabels.count)) \(sets.origin)")
  }
}
