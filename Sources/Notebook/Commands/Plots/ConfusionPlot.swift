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
    guard let data = plot.knownData(for: model) else {
      throw plot.fault(.missingArgument, "data with labels are needed", fix: "Add: on=d")
    }
    guard let sets = try ProbeSets(data.drawnOnce(), training: model.trainingData(plot.call), seed: 0)
    else {
      throw plot.fault(.noLabels, "\(data.title) has no 40 examples with labels")
    }
    let codes = try sets.codes(plot.live(model)) { try plot.execution.working("encode", $0) }
    let (answers, truth) = (try sets.nearest(codes), sets.askedLabels)
    let classes = max(sets.knownLabels.max() ?? 0, truth.max() ?? 0) + 1
    guard classes <= 1000, sets.knownLabels.allSatisfy({ $0 >= 0 }), truth.allSatisfy({ $0 >= 0 }) else {
      throw plot.fault(
        .noLabels, "\(data.title) has labels up to \(classes - 1): a matrix shows a thousand classes at most")
    }
    var counts = [Double](repeating: 0, count: classes * classes)
    for (row, answer) in answers.enumerated() { counts[truth[row] * classes + answer] += 1 }
    let right = (0..<classes).reduce(0.0) { $0 + counts[$1 * classes + $1] } / Double(max(answers.count, 1))
    let names = (0..<classes).map { index in
      data.dataset.labelNames.indices.contains(index) ? data.dataset.labelNames[index] : "\(index)"
    }
    return Figure(
      MatrixMap(
        values: counts, rowNames: names, columnNames: names, rowLabel: "true class",
        columnLabel: "class of the 10 nearest latents", valueLabel: "examples"),
      title: "Labels predicted from the latents of \(name): \(NumberText.fixed(100 * right, decimals: 1)) % correct",
      subtitle: plot.about(model, sets.asked) + " · by \(NumberText.count(sets.knownLabels.count)) \(sets.origin)")
  }
}
