import Language
import Tensors
import Text
import VAEngine

/// `interpolate`, `traverse`, `manifold`: decoded paths through latent space.
enum PathCommands {
  static let all = [interpolate, traverse, manifold]

  private static let interpolate = Command(
    "interpolate", family: .latents, summary: "decode a path between two points of the latent space",
    details: "from= and to= are labels of the data, indices (#12), or latents (z[0]).",
    positionals: [
      Positional("model", .model, help: "the model"),
      Positional(
        "data", .value([.dataset, .tensor]), required: false, help: "dataset in which labels and indices are looked up"),
    ],
    options: [
      CommandOption(
        "from", .place, required: true, help: "start of the path"),
      CommandOption("to", .place, required: true, help: "end of the path"),
      CommandOption("steps", .integer(2...1000), default: "12", help: "number of images, including both ends"),
      CommandOption(
        "how", .choice(LatentPath.Kind.allCases.map(\.rawValue)), default: "slerp",
        help: "straight line or great circle"),
      Arguments.label,
    ],
    result: "images steps×C×H×W",
    examples: [.init("interpolate m d from=3 to=8 steps=12 how=slerp", "from a three to an eight")]
  ) { arguments, execution in
    let model = try arguments.model("model")
    let kind = arguments.text("how").flatMap { LatentPath.Kind(rawValue: $0) } ?? .slerp
    let start = try startLabel(arguments)
    let label = try arguments.label(for: model, else: start)
    let a = try end("from", arguments, model, execution)
    let b = try end("to", arguments, model, execution)
    let path = try LatentPath.between(a, b, steps: arguments.integer("steps") ?? 12, kind: kind)
    return try model.decoded(
      ArrayValue(path), label: label ?? start?.first.map { Int($0) }, labels: nil, execution)
  }

  /// The class of the example at the start of the path; nil when the start is not an example of a dataset.
  private static func startLabel(_ arguments: Arguments) throws -> [Int32]? {
    guard let text = arguments["from"]?.raw, arguments["data"] != nil else { return nil }
    let data = try arguments.examples("data", of: arguments.model("model")).drawnOnce()
    let span = arguments["from"]?.span ?? arguments.verbSpan
    guard let row = try row(text, named: "from", at: span, data: data), let label = data.dataset.label(row) else {
      return nil
    }
    let names = data.dataset.labelNames
    return try arguments.model("model").classIndex(of: Int32(label), names: names).map { [Int32($0)] }
  }

  /// A point of latent space: the first example of a label, an example, or a latent.
  private static func end(
    _ name: String, _ arguments: Arguments, _ model: ModelValue, _ execution: Execution
  ) throws -> [Float] {
    guard let argument = arguments[name] else { return [] }
    let data = arguments["data"] == nil ? nil : try arguments.examples("data", of: model).drawnOnce()
    return try point(
      argument.raw, named: name, at: argument.span ?? arguments.verbSpan, data: data, model: model, execution)
  }

  /// The same for one of several texts in an argument.
  static func point(
    _ text: String, named name: String, at span: Range<Int>, data: DatasetValue?, model: ModelValue,
    _ execution: Execution
  ) throws -> [Float] {
    let d = model.configuration.latentDimensions
    if let row = try row(text, named: name, at: span, data: data), let data {
      return try model.model(threads: execution.state.settings.threads).encode(data.subset([row]).source)
        .mean.elements(as: Float.self)
    }
    let value = try execution.evaluate(text: text, span: span)
    guard case .tensor(let array) = value, array.shape.count == d else {
      throw Fault(
        .shapeMismatch, "\(name): expected a latent of \(d) \(inflected("number", for: d)), got \(value.summary)",
        at: span,
        fix: "For example: \(name)=z[0]")
    }
    return array.floats
  }

  /// The example that a label or an index such as `#12` names; nil when the text is neither.
  static func row(_ text: String, named name: String, at span: Range<Int>, data: DatasetValue?) throws -> Int? {
    if text.first != "#", let data, let classes = data.dataset.classes, let label = classes.label(named: text) {
      guard let row = (0..<data.dataset.count).first(where: { data.dataset.label($0) == Int(label) }) else {
        throw Fault(.emptySelection, "no example has the label \(text)", at: span)
      }
      return row
    }
    guard let number = Int(text.first == "#" ? String(text.dropFirst()) : text) else { return nil }
    guard let data else {
      throw Fault(
        .missingArgument, "\(name)=\(text) refers to a dataset, and none is given", at: span,
        fix: "Example: interpolate m d from=3 to=8")
    }
    let byLabel = text.first != "#" && data.dataset.labels != nil
    let row = byLabel ? (0..<data.dataset.count).first { data.dataset.label($0) == number } : number
    guard let row, row >= 0, row < data.dataset.count else {
      throw Fault(
        .emptySelection, byLabel ? "no example has the label \(number)" : "there is no example \(number)", at: span)
    }
    return row
  }

  private static let traverse = Command(
    "traverse", family: .latents, summary: "decode images while varying one latent dimension at a time",
    positionals: [Positional("model", .model, takesPipe: true, help: "the model")],
    options: [
      CommandOption("dim", .indices, note: "all, at most 10", help: "dimensions to vary"),
      CommandOption("range", .interval, default: "-3:3", help: "range of values"),
      CommandOption("steps", .integer(2...1000), default: "11", help: "images per dimension"),
      CommandOption("from", .tensor, note: "the origin", help: "latent to start from"),
      Arguments.label,
    ],
    result: "images, a row of steps for each dimension",
    examples: [.init("traverse m dim=0..9 range=-3:3 steps=11", "ten rows")]
  ) { arguments, execution in
    let model = try arguments.model("model")
    let label = try arguments.label(for: model)
    let d = model.configuration.latentDimensions
    let dimensions = arguments.indices("dim") ?? Array(0..<min(d, 10))
    if let outside = dimensions.first(where: { $0 >= d }) {
      throw arguments.fault(
        .indexOutOfRange, "dimension \(outside) is out of range for \(d) latent dimensions", at: "dim",
        fix: "Dimensions go from 0 to \(d - 1).")
    }
    var origin = [Float](repeating: 0, count: d)
    if case .tensor(let array) = arguments.value("from") {
      guard array.shape.count == d else {
        throw arguments.fault(
          .shapeMismatch, "from: expected a latent of \(d) \(inflected("number", for: d)), got shape \(array.shape)",
          at: "from")
      }
      origin = array.floats
    }
    let (low, high) = arguments.interval("range") ?? (-3, 3)
    let path = try LatentPath.traversal(
      from: origin, dimensions: dimensions, range: Float(low)...Float(high), steps: arguments.integer("steps") ?? 11)
    return try model.decoded(ArrayValue(path), label: label, labels: nil, execution)
  }

  private static let manifold = Command(
    "manifold", family: .latents, summary: "decode a grid over a two-dimensional latent space",
    positionals: [Positional("model", .model, takesPipe: true, help: "a model with latent=2")],
    options: [
      CommandOption("n", .integer(2...200), default: "20", help: "images per side"), Arguments.label,
    ],
    result: "images n²×C×H×W, at the quantiles of N(0, 1)",
    examples: [.init("manifold m n=20", "20×20 images of the latent space")]
  ) { arguments, execution in
    let model = try arguments.model("model")
    guard model.configuration.latentDimensions == 2 else {
      throw arguments.fault(
        .notSupported, "manifold needs a model with latent=2; this model has \(model.configuration.latentDimensions)",
        at: "model",
        fix: "Use: traverse")
    }
    let label = try arguments.label(for: model)
    let path = try LatentPath.manifold(side: arguments.integer("n") ?? 20)
    return try model.decoded(ArrayValue(path), label: label, labels: nil, execution)
  }
}
