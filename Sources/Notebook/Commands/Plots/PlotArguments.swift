import Plotting
import Tensors
import VAEngine

/// What a `plot` was given, and the figures made of it.
struct PlotArguments {
  let arguments: Arguments
  let execution: Execution

  private func fault(_ code: ErrorCode, _ message: String, fix: String? = nil) -> Fault {
    arguments.fault(code, message, at: arguments.all("items").isEmpty ? "subject" : "items", fix: fix)
  }

  private var values: [(name: String, value: Value)] {
    arguments.all("items").compactMap {
      if case .value(let value) = $0.content { ($0.name ?? "model", value) } else { nil }
    }
  }

  private var models: [(name: String, model: ModelValue)] {
    values.compactMap { item in
      if case .object(let object as ModelValue) = item.value { (item.name, object) } else { nil }
    }
  }

  private func model() throws -> (name: String, model: ModelValue) {
    guard let first = models.first else {
      throw fault(
        .missingArgument, "plot \(arguments.text("subject") ?? "") needs a model", fix: "Example: plot loss m")
    }
    return first
  }

  /// Loss, reconstruction and KL by epoch; of several models the losses.
  func loss() throws -> Figure {
    _ = try model()
    var lines: [Curves.Line] = []
    var marks: [Curves.Mark] = []
    for (name, model) in models {
      let history = model.training.history
      guard !history.steps.isEmpty else {
        throw fault(.notSupported, "\(name) has not been trained", fix: "Train it first: train \(name) on=d")
      }
      let prefix = models.count > 1 ? "\(name) " : ""
      if history.epochs.count < 2 {
        let x = history.steps.map { Double($0.step) }
        lines.append(.init(name: prefix + "loss", x: x, y: history.steps.map { Double($0.loss) }))
        continue
      }
      let x = history.epochs.map { Double($0.epoch) }
      lines.append(.init(name: prefix + "loss", x: x, y: history.epochs.map(\.loss)))
      if models.count == 1 {
        lines.append(.init(name: "reconstruction", x: x, y: history.epochs.map(\.reconstruction)))
        lines.append(.init(name: "KL", x: x, y: history.epochs.map(\.kl)))
      }
      let watched = history.epochs.filter { $0.validation != nil }
      if !watched.isEmpty {
        lines.append(
          .init(
            name: prefix + "validation", x: watched.map { Double($0.epoch) }, y: watched.compactMap(\.validation),
            dashed: true))
      }
      marks += history.edits.map { .init(x: $0.epoch, text: $0.what) }
    }
    let byStep = models.allSatisfy { $0.model.training.history.epochs.count < 2 }
    return Figure(
      .curves(
        Curves(
          lines: lines, marks: marks, xLabel: byStep ? "step" : "epoch", yLabel: "nats/image",
          logY: arguments.flag("logy"))), title: "training of \(models.map(\.name).joined(separator: ", "))")
  }

  /// Mean KL of each dimension, largest first.
  func kl() throws -> Figure {
    let (name, model) = try model()
    let data = try data(for: model)
    let result = try model.model(threads: execution.state.settings.threads).evaluate(data.source)
    let order = result.klPerDimension.indices.sorted { result.klPerDimension[$0] > result.klPerDimension[$1] }
    return Figure(
      .bars(
        Bars(
          values: order.map { result.klPerDimension[$0] }, names: order.map(String.init), threshold: 0.01,
          xLabel: "latent dimension, by KL", yLabel: "KL, nats")),
      title: "KL per dimension of \(name) on \(data.title), n = \(data.dataset.count)")
  }

  /// The data of `on=` or among the items, else those the model was trained on.
  private func data(for model: ModelValue) throws -> DatasetValue {
    if case .value(.object(let object as DatasetValue)) = arguments["on"]?.content { return object }
    for item in values { if case .object(let object as DatasetValue) = item.value { return object } }
    throw fault(.missingArgument, "data to encode are needed", fix: "Add: on=d")
  }

  /// Posterior means of the data.
  func latent() throws -> Figure {
    let (name, model) = try model()
    let data = try data(for: model)
    let codes = try model.model(threads: execution.state.settings.threads).encode(data.source) { share in
      try execution.working("encode", share)
    }
    let labels = data.dataset.labels == nil ? nil : (0..<data.dataset.count).map { data.dataset.label($0) ?? 0 }
    return try scatter(
      codes.mean, labels: labels, names: data.dataset.labelNames,
      title: "latent space of \(name) on \(data.title), n = \(data.dataset.count)")
  }

  /// A tensor of latents by its name or expression.
  func scatter(ofExpression text: String) throws -> Figure {
    guard let span = arguments["subject"]?.span else { throw fault(.missingArgument, "what to plot is missing") }
    let value: Value
    do { value = try execution.evaluate(text: text, span: span) } catch let fault as Fault {
      let near = Suggestion.question(text, in: PlotCommand.subjects)
      throw Fault(fault.code, fault.message, at: span, fix: near ?? fault.fix)
    }
    guard case .tensor(let array) = value, array.shape.rank == 2, array.shape[1] >= 2 else {
      if case .tensor(let array) = value, array.shape.rank >= 3 { return try images(array, columns: nil, framed: []) }
      throw Fault(
        .wrongKind, "'\(text)' is \(value.kind.phrase), plot draws latents [N, D] or images", at: span,
        fix: "Subjects: \(PlotCommand.subjects.joined(separator: ", ")).")
    }
    let floats = try Tensor(array.floats, shape: array.shape)
    return try scatter(
      floats, labels: array.labels.map { $0.map(Int.init) }, names: [], title: "\(text), n = \(array.shape[0])")
  }

  private func scatter(_ points: Tensor, labels: [Int]?, names: [String], title: String) throws -> Figure {
    let d = points.shape[1]
    let flat = points.elements(as: Float.self)
    var (x, y): ([Float], [Float])
    var axes = ("z₀", "z₁")
    var title = title
    if let text = arguments.text("dims") {
      let dims = text.split(separator: ",").compactMap { Int($0) }
      guard dims.count == 2, dims.allSatisfy({ $0 >= 0 && $0 < d }) else {
        throw arguments.fault(.badOptionValue, "dims: expected two of 0…\(d - 1), got '\(text)'", at: "dims")
      }
      (x, y) = (column(flat, dims[0], d), column(flat, dims[1], d))
      axes = ("z[\(dims[0])]", "z[\(dims[1])]")
    } else if d == 2 {
      (x, y) = (column(flat, 0, 2), column(flat, 1, 2))
    } else {
      let plane = PrincipalPlane(flat, dimensions: d)
      (x, y) = (plane.x, plane.y)
      axes = (plane.label(0), plane.label(1))
      title += " (PCA of \(d))"
    }
    return Figure(
      .scatter(
        Scatter(
          x: x, y: y, classes: arguments.text("color") == "none" ? nil : labels, classNames: names, xLabel: axes.0,
          yLabel: axes.1)), title: title)
  }

  private func column(_ flat: [Float], _ index: Int, _ width: Int) -> [Float] {
    stride(from: index, to: flat.count, by: width).map { flat[$0] }
  }

  /// The images that another command gives for the same arguments.
  func images(from verb: String, columns: Int?, framesEnds: Bool = false) throws -> Figure {
    guard let command = execution.session.table[verb] else { throw fault(.internalError, "no command '\(verb)'") }
    let value = try command.run(arguments.handed(to: command), execution)
    guard case .tensor(let array) = value else { throw fault(.internalError, "\(verb) gave no images") }
    let count = array.shape[0]
    var figure = try images(array, columns: columns.map { min($0, count) }, framed: framesEnds ? [0, count - 1] : [])
    figure.title = "\(verb) of \(try model().name)"
    return figure
  }

  /// Inputs in the upper row of each pair, outputs below.
  func reconstruction() throws -> Figure {
    let (name, model) = try model()
    let data = try data(for: model)
    let count = min(arguments.integer("n") ?? 10, data.dataset.count)
    let live = try model.model(threads: execution.state.settings.threads)
    let chosen = data.subset(Array(0..<count))
    let inputs = try data.dataset.examples(Array(0..<count))
    let labels = data.dataset.labels == nil ? nil : (0..<count).map { data.dataset.label($0) ?? 0 }
    let outputs = try live.decode(live.encode(chosen.source).mean, labels: labels)
    let both = inputs.elements(as: Float.self) + outputs.elements(as: Float.self)
    var figure = try images(
      ArrayValue(try Tensor(both, shape: Shape([2 * count] + outputs.shape.droppingFirst.dimensions))), columns: count,
      framed: [])
    figure.title = "reconstruction by \(name) of \(data.title): inputs above"
    return figure
  }

  func grid() throws -> Figure {
    for item in values {
      if case .tensor(let array) = item.value { return try images(array, columns: nil, framed: []) }
      if case .object(let data as DatasetValue) = item.value {
        let count = min(arguments.integer("n") ?? 64, data.dataset.count)
        return try images(ArrayValue(data.dataset.examples(Array(0..<count))), columns: nil, framed: [])
      }
    }
    throw fault(.missingArgument, "images are needed", fix: "Example: sample m n=64 | plot grid")
  }

  private func images(_ array: ArrayValue, columns: Int?, framed: [Int]) throws -> Figure {
    var extents = array.shape.dimensions
    if extents.count == 3 { extents.insert(1, at: 1) }
    guard extents.count == 4, extents[1] == 1 || extents[1] == 3, extents[0] > 0 else {
      throw fault(.shapeMismatch, "\(array.shape) are not images [N, C, H, W] of one or three channels")
    }
    let across =
      arguments.integer("columns") ?? columns ?? max(1, min(16, Int(Double(extents[0]).squareRoot().rounded(.up))))
    return Figure(
      .images(
        ImageGrid(
          pixels: array.floats, count: extents[0], channels: extents[1], height: extents[2], width: extents[3],
          columns: across, framed: framed)), title: "\(extents[0]) images")
  }
}

extension Arguments {
  /// The same items and options as the arguments of another command, its defaults where nothing was given.
  func handed(to other: Command) throws -> Arguments {
    var places: [String: [BoundArgument]] = [:]
    for positional in other.positionals {
      guard case .value(let kinds) = positional.type else { continue }
      if let fitting = all("items").first(where: { $0.kind.map(kinds.contains) ?? false }) {
        places[positional.name] = [fitting]
      } else if positional.isRequired {
        throw fault(
          .missingArgument, "plot \(other.verb) needs a \(positional.name)", at: "subject",
          fix: "Example: plot \(other.verb) m")
      }
    }
    var choices: [String: BoundArgument] = [:]
    for option in other.options {
      if isGiven(option.name) {
        choices[option.name] = self[option.name]
      } else if let text = option.defaultText,
        let content = option.type.read(text)
      {
        choices[option.name] = BoundArgument(content: content, raw: text, span: nil)
      } else if option.isRequired {
        throw fault(
          .missingArgument, "plot \(other.verb) needs '\(option.name)='", at: "subject",
          fix: other.examples.first.map { "Example: plot \($0.line)" })
      }
    }
    return Arguments(
      command: other, verbSpan: verbSpan, target: nil, positionals: places, options: choices, given: given)
  }
}

extension BoundArgument {
  fileprivate var kind: ValueKind? { if case .value(let value) = content { value.kind } else { nil } }
}
