import Language
import SessionCore
import Tensors
import Text
import VAEngine

/// `interpolate`.
struct Interpolate: DeclaredCommand {
  static let about = About(
    "interpolate", family: .latents, summary: "decode a path between two points of the latent space",
    details: "from= and to= are labels of the data, indices (#12), or latents (z[0]).",
    returns: .init(.tensor, "images steps×C×H×W"),
    examples: [.init("interpolate m d from=3 to=8 steps=12 how=slerp", "from a three to an eight")])

  @Argument(help: "the model") var model: ModelValue
  @Argument(help: "dataset in which labels and indices are looked up") var data: Examples?
  @Option(.place, help: "start of the path") var from: String
  @Option(.place, help: "end of the path") var to: String
  @Option(.integer(2...1000), default: 12, help: "number of images, including both ends") var steps: Int
  @Option(default: .slerp, help: "straight line or great circle") var how: LatentPath.Kind
  let labels = LabelOption()
  let units = UnitsOption()

  func run(_ call: Call) throws -> Value {
    .tensor(
      try model.interpolated(
        (from, $from), (to, $to), steps: steps, how: how,
        data: try data?.data(of: model, at: $data, call.execution).drawnOnce(),
        labels: labels, units: units.units, call.execution))
  }
}

extension ModelValue {
  /// The images of a path between two points.
  func interpolated(
    _ from: (text: String, place: ArgumentPlace), _ to: (text: String, place: ArgumentPlace), steps: Int,
    how: LatentPath.Kind, data: DatasetValue?, labels: LabelOption, units: Units = .data, _ execution: Execution
  ) throws -> ArrayValue {
    let start = try data.flatMap { data -> Int? in
      try LatentPoint.row(from.text, at: from.place, data: data).flatMap { data.dataset.label($0) }
        .flatMap { classIndex(of: Int32($0), names: data.dataset.labelNames) }
    }
    let label = try labels.class(for: self, else: start.map { [Int32($0)] })
    func point(_ end: (text: String, place: ArgumentPlace)) throws -> [Float] {
      try LatentPoint.point(end.text, at: end.place, data: data, model: self, execution)
    }
    let path = try LatentPath.between(point(from), point(to), steps: steps, kind: how)
    return try decoded(ArrayValue(path), label: label ?? start, labels: nil, units: units, execution)
  }
}

extension LatentPath.Kind: Choice {
  package var help: String {
    switch self {
    case .lerp: "along a straight line"
    case .slerp: "along a great circle"
    }
  }
}

/// A point of latent space as people name it: the first example of a label, an example, or a latent.
enum LatentPoint {
  static func point(
    _ text: String, at place: ArgumentPlace, data: DatasetValue?, model: ModelValue, _ execution: Execution
  ) throws -> [Float] {
    let d = model.configuration.latentDimensions
    if let row = try row(text, at: place, data: data), let data {
      return try model.model(threads: execution.state.settings.threads).encode(data.subset([row]).source)
        .mean.elements(as: Float.self)
    }
    let value = try execution.evaluate(text: text, span: place.span)
    guard case .tensor(let array) = value, array.shape.count == d else {
      throw place.fault(
        .shapeMismatch,
        "\(place.name): expected a latent of \(d) \(inflected("number", for: d)), got \(value.summary)",
        fix: "For example: \(place.name)=z[0]")
    }
    return array.floats
  }

  /// The example that a label or an index such as `#12` names; nil when the text is neither.
  static func row(_ text: String, at place: ArgumentPlace, data: DatasetValue?) throws -> Int? {
    if text.first != "#", let data, let classes = data.dataset.classes, let label = classes.label(named: text) {
      guard let row = (0..<data.dataset.count).first(where: { data.dataset.label($0) == Int(label) }) else {
        throw place.fault(.emptySelection, "no example has the label \(text)")
      }
      return row
    }
    guard let number = Int(text.first == "#" ? String(text.dropFirst()) : text) else { return nil }
    guard let data else {
      throw place.fault(
        .missingArgument, "\(place.name)=\(text) refers to a dataset, and none is given",
        fix: "Example: interpolate m d from=3 to=8")
    }
    let byLabel = text.first != "#" && data.dataset.labels != nil
    let row = byLabel ? (0..<data.dataset.count).first { data.dataset.label($0) == number } : number
    guard let row, row >= 0, row < data.dataset.count else {
      throw place.fault(
        .emptySelection, byLabel ? "no example has the label \(number)" : "there is no example \(number)")
    }
    return row
  }
}

/// `traverse`.
struct Traverse: DeclaredCommand {
  static let about = About(
    "traverse", family: .latents, summary: "decode images while varying one latent dimension at a time",
    returns: .init(.tensor, "images, a row of steps for each dimension"),
    examples: [.init("traverse m dim=0..9 range=-3:3 steps=11", "ten rows")])

  @Argument(takesPipe: true, help: "the model") var model: ModelValue
  @Option(note: "all, at most 10", help: "dimensions to vary") var dim: [Int]?
  @Option(default: -3...3, help: "range of values") var range: ClosedRange<Double>
  @Option(.integer(2...1000), default: 11, help: "images per dimension") var steps: Int
  @Option(note: "the origin", help: "latent to start from") var from: ArrayValue?
  let labels = LabelOption()
  let units = UnitsOption()

  func run(_ call: Call) throws -> Value {
    let label = try labels.class(for: model)
    let d = model.configuration.latentDimensions
    let dimensions = dim ?? Array(0..<min(d, 10))
    if let outside = dimensions.first(where: { $0 >= d }) {
      throw $dim.fault(
        .indexOutOfRange, "dimension \(outside) is out of range for \(d) latent dimensions",
        fix: "Dimensions go from 0 to \(d - 1).")
    }
    if let from, from.shape.count != d {
      throw $from.fault(
        .shapeMismatch, "from: expected a latent of \(d) \(inflected("number", for: d)), got shape \(from.shape)")
    }
    let path = try LatentPath.traversal(
      from: from?.floats ?? [Float](repeating: 0, count: d), dimensions: dimensions,
      range: Float(range.lowerBound)...Float(range.upperBound), steps: steps)
    return .tensor(try model.decoded(ArrayValue(path), label: label, labels: nil, units: units.units, call.execution))
  }
}

/// `manifold`.
struct Manifold: DeclaredCommand {
  static let about = About(
    "manifold", family: .latents, summary: "decode a grid over a two-dimensional latent space",
    returns: .init(.tensor, "images n²×C×H×W, at the quantiles of N(0, 1)"),
    examples: [.init("manifold m n=20", "20×20 images of the latent space")])

  @Argument(takesPipe: true, help: "a model with latent=2") var model: ModelValue
  @Option(.integer(2...200), default: 20, help: "images per side") var n: Int
  let labels = LabelOption()
  let units = UnitsOption()

  func run(_ call: Call) throws -> Value {
    .tensor(try model.manifold(n, at: $model, labels: labels, units: units.units, call.execution))
  }
}

extension ModelValue {
  /// A grid of images at the quantiles of N(0, 1) in both dimensions.
  func manifold(
    _ n: Int, at place: ArgumentPlace, labels: LabelOption, units: Units = .data, _ execution: Execution
  ) throws -> ArrayValue {
    guard configuration.latentDimensions == 2 else {
      throw place.fault(
        .notSupported, "manifold needs a model with latent=2; this model has \(configuration.latentDimensions)",
        fix: "Use: traverse")
    }
    let label = try labels.class(for: self)
    return try decoded(ArrayValue(try LatentPath.manifold(side: n)), label: label, labels: nil, units: units, execution)
  }
}
