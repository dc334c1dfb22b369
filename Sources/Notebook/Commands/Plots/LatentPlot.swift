import Figures
import Language
import SessionCore
import Tensors
import Text
import VAEngine

/// Posterior means of the data.
struct LatentPlot: PlotSubject {
  static let (name, synonyms) = ("latent", ["latents", "scatter"])
  static let help = "posterior means, colored by label"

  let data = PlotData()
  let scatter = ScatterOptions()

  func draw(_ plot: PlotItems) throws -> Figure {
    let plot = self.data.items(plot)
    let (name, model) = try plot.model()
    let data = try plot.data(for: model)
    let codes = try plot.live(model).encode(data.source) { try plot.execution.working("encode", $0) }
    let labels = try data.rowLabels().map { $0.map(Int.init) }
    return try scatter.figure(
      codes.mean, labels: labels, names: data.dataset.labelNames, title: "Latent space of \(name)",
      subtitle: plot.about(model, data), plot)
  }
}

/// A tensor of latents or of images, by its name or expression: `plot z`.
struct TensorPlot: PlotSubject {
  static let (name, help) = ("z", "a tensor")

  let scatter = ScatterOptions()
  @Option(.integer(1...1000), note: "automatic", help: "images per row") var columns: Int?

  static func tensor(of place: ArgumentPlace, _ execution: Execution) throws -> ArrayValue {
    let value: Value
    do { value = try execution.evaluate(text: place.raw, span: place.span) } catch let fault as Fault {
      let near = Suggestion.question(place.raw, in: PlotSubjects.allNames)
      throw place.fault(fault.code, fault.message, fix: near ?? fault.fix)
    }
    guard case .tensor(let array) = value, array.shape.rank >= 3 || array.shape.rank == 2 && array.shape[1] >= 2 else {
      throw place.fault(
        .wrongKind, "'\(place.raw)' is \(value.kind.phrase); plot expects latents [N, D] or images",
        fix: "Subjects: \(PlotSubjects.names.joined(separator: ", ")).")
    }
    return array
  }

  func draw(_ plot: PlotItems) throws -> Figure {
    try draw(Self.tensor(of: plot.subject, plot.execution), plot)
  }

  func draw(_ array: ArrayValue, _ plot: PlotItems) throws -> Figure {
    guard array.shape.rank == 2 else { return try plot.images(array, columns: columns) }
    return try scatter.figure(
      Tensor(array.floats, shape: array.shape), labels: array.labels.map { $0.map(Int.init) }, names: array.labelNames,
      title: plot.subject.raw,
      subtitle: "\(NumberText.count(array.shape[0])) \(array.shape[0] == 1 ? "point" : "points")", plot)
  }
}
