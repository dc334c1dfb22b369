import Figures
import SessionCore
import Tensors
import Text
import VAEngine

/// A row for each dimension, in order of decreasing KL.
struct TraversalPlot: PlotSubject {
  static let (name, synonyms) = ("traverse", ["traversal", "traversals"])
  static let help = "one latent dimension varied at a time"

  let data = PlotData()
  @Option(note: "the ten with the largest KL", help: "dimensions to vary") var dim: [Int]?
  @Option(default: -3...3, help: "range of values") var range: ClosedRange<Double>
  @Option(.integer(2...1000), default: 11, help: "number of images on a path") var steps: Int
  let labels = LabelOption()

  func draw(_ plot: PlotItems) throws -> Figure {
    let plot = self.data.items(plot)
    let (name, model) = try plot.model()
    let label = try labels.class(for: model)
    let d = model.configuration.latentDimensions
    var kl: [Int: Double] = [:]
    var dimensions = dim ?? Array(0..<min(d, 10))
    var order = ""
    if let data = try plot.knownData(for: model)?.testPart, !model.configuration.isPlain {
      let ranked = try plot.klByDimension(model, data)
      for item in ranked { kl[item.dimension] = item.kl }
      if dim == nil {
        dimensions = Array(ranked.map(\.dimension).prefix(10))
        order = ", by KL on \(data.title)"
      }
    }
    if let outside = dimensions.first(where: { $0 >= d }) {
      throw $dim.fault(
        .indexOutOfRange, "dimension \(outside) is out of range for \(d) latent dimensions",
        fix: "Dimensions go from 0 to \(d - 1).")
    }
    let (low, high) = (range.lowerBound, range.upperBound)
    let path = try LatentPath.traversal(
      from: [Float](repeating: 0, count: d), dimensions: dimensions, range: Float(low)...Float(high), steps: steps)
    let array = try model.decoded(ArrayValue(path), label: label, labels: nil, plot.execution)
    if LinePlots(array) != nil { return try lines(array, name, model, dimensions, kl, plot) }
    var figure = try plot.images(array, columns: steps) { grid in
      grid.isSequence = true
      grid.rowLabels = dimensions.map { index in
        "z[\(index)]" + (kl[index].map { " \(NumberText.fixed($0, decimals: 2)) nats" } ?? "")
      }
      grid.columnLabels = (0..<steps).map { index in
        PlotItems.signed(low + (high - low) * Double(index) / Double(max(steps - 1, 1)))
      }
    }
    figure.title = "Latent traversals of \(name)"
    figure.subtitle = model.configuration.shown() + " · " + plot.about(model) + " · each dimension alone\(order)"
    return figure
  }

  /// Of vectors and series the first of the dimensions, a line for each of its values.
  private func lines(
    _ array: ArrayValue, _ name: String, _ model: ModelValue, _ dimensions: [Int], _ kl: [Int: Double],
    _ plot: PlotItems
  ) throws -> Figure {
    let index = dimensions[0]
    let size = array.shape.droppingFirst.count
    let first = ArrayValue(
      try Tensor(
        Array(array.floats.prefix(steps * size)), shape: Shape([steps] + array.shape.droppingFirst.dimensions)),
      form: array.form)
    let ends = [range.lowerBound, range.upperBound].map { "z[\(index)] = \(PlotItems.signed($0))" }
    var figure = try plot.pictures(first, as: .path(first: ends[0], last: ends[1]))
    figure.title = "Latent traversal of \(name) along z[\(index)]"
    let share = kl[index].map { " · KL \(NumberText.fixed($0, decimals: 2)) nats" } ?? ""
    figure.subtitle = model.configuration.shown() + " · " + plot.about(model) + share
    return figure
  }
}
