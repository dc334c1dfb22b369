import Figures
import SessionCore
import Tensors
import VAEngine

/// A strip between two points of the latent space, or a matrix between four.
struct InterpolationPlot: PlotSubject {
  static let (name, synonyms) = ("interpolate", ["interpolation", "interpolations"])
  static let help = "a strip of images from one example to another"

  let data = PlotData()
  @Option(.place, help: "start of a path") var from: String?
  @Option(.place, help: "end of a path") var to: String?
  @Option(default: false, help: "show the input images at both ends of a strip") var inputs: Bool
  @Option(.text(placeholder: "3,8,0,6", suggestions: []), help: "four corners of a matrix") var corners: String?
  @Option(.integer(2...1000), note: "default 12, of a matrix 9", help: "number of images on a path") var steps: Int?
  @Option(default: .slerp, help: "straight line or great circle") var how: LatentPath.Kind
  let labels = LabelOption()

  private typealias End = (text: String, place: ArgumentPlace)

  func draw(_ plot: PlotItems) throws -> Figure {
    let plot = self.data.items(plot)
    let (name, model) = try plot.model()
    let data = plot.givenData == nil ? nil : try plot.knownData(for: model)?.drawnOnce()
    let way = how == .lerp ? "straight line" : "great circle"
    if let corners { return try matrix(corners, name, model, data, way, plot) }
    let (start, end) = (try end(from, $from, plot), try end(to, $to, plot))
    let path = try model.interpolated(
      start, end, steps: steps ?? 12, how: how, data: plot.examples(for: model)?.drawnOnce(), labels: labels,
      plot.execution)
    let (array, word) = inputs ? (try between(path, start, end, data, plot), "input ") : (path, "")
    let count = array.shape[0]
    let ends = LinePlots.Look.path(first: word + start.text, last: word + end.text)
    var figure = try plot.pictures(array, as: ends, columns: count, framed: [0, count - 1]) { grid in
      grid.isSequence = true
      grid.columnLabels = (0..<count).map { $0 == 0 ? word + start.text : $0 == count - 1 ? word + end.text : "" }
    }
    figure.title = "From \(start.text) to \(end.text) by \(name)"
    let shown = model.configuration.shown() + (word.isEmpty ? "" : " between two inputs")
    figure.subtitle = shown + " · " + origin(of: data) + plot.about(model) + " · \(way)"
    return figure
  }

  /// An end of a strip, which has to be given.
  private func end(_ text: String?, _ place: ArgumentPlace, _ plot: PlotItems) throws -> End {
    if let text { return (text, place) }
    throw plot.subject.fault(
      .missingArgument, "plot interpolate needs '\(place.name)='",
      fix: Interpolate.about.examples.first.map { "Example: plot \($0.line)" })
  }

  private func matrix(
    _ text: String, _ name: String, _ model: ModelValue, _ data: DatasetValue?, _ way: String, _ plot: PlotItems
  ) throws -> Figure {
    if let other = [$from, $to, $inputs].first(where: \.isGiven) {
      throw other.fault(.badOptionValue, "option '\(other.name)' does not apply to corners=")
    }
    let ends = text.split(separator: ",").map(String.init)
    guard ends.count == 4 else {
      throw $corners.fault(.badOptionValue, "corners: expected four such as 3,8,0,6, got '\(text)'")
    }
    let label = try labels.class(for: model)
    let known = try data ?? plot.knownData(for: model)?.drawnOnce()
    let points = try ends.map {
      try LatentPoint.point($0, at: $corners, data: known, model: model, plot.execution)
    }
    let steps = steps ?? 9
    let path = try LatentPath.square(points[0], points[1], points[2], points[3], steps: steps, kind: how)
    let array = try model.decoded(ArrayValue(path), label: label, labels: nil, plot.execution)
    let corners = [0, steps - 1, steps * (steps - 1), steps * steps - 1]
    var figure = try plot.images(array, columns: steps, framed: corners) { grid in
      grid.columnLabels = (0..<steps).map { $0 == 0 ? ends[0] : $0 == steps - 1 ? ends[1] : "" }
      // The lower corners are labeled at the side, because nothing is written below images.
      grid.rowLabels = (0..<steps).map { $0 == steps - 1 ? "\(ends[2]) → \(ends[3])" : "" }
    }
    figure.title = "Between \(ends[0]), \(ends[1]), \(ends[2]) and \(ends[3]) by \(name)"
    figure.subtitle = model.configuration.shown() + " · " + origin(of: known) + plot.about(model) + " · \(way)"
    return figure
  }

  private func origin(of data: DatasetValue?) -> String { data.map { "ends from \($0.title) · " } ?? "" }

  /// A path with the images of the data that it goes between at its ends.
  private func between(
    _ path: ArrayValue, _ start: End, _ end: End, _ data: DatasetValue?, _ plot: PlotItems
  ) throws -> ArrayValue {
    func input(_ end: End) throws -> [Float] {
      guard let data, let row = try LatentPoint.row(end.text, at: end.place, data: data) else {
        throw $inputs.fault(
          .badOptionValue, "inputs: \(end.place.name)=\(end.text) is not an example of the dataset",
          fix: "Example: plot interpolate m d from=3 to=8 inputs=yes")
      }
      return try data.decoded(data.dataset.examples([row])).floats
    }
    let (first, last) = (try input(start), try input(end))
    var extents = path.shape.dimensions
    extents[0] += 2
    let shape = Shape(extents)
    guard first.count + last.count + path.floats.count == shape.count else {
      throw plot.fault(.shapeMismatch, "the images of the dataset and of the model differ in size")
    }
    return ArrayValue(try Tensor(first + path.floats + last, shape: shape))
  }
}
