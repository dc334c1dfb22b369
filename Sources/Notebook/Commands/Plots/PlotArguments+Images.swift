import Figures
import Tensors
import Text
import VAEngine

extension PlotArguments {
  /// The images that another command returns for the same arguments.
  private func images(from verb: String) throws -> ArrayValue {
    guard let command = execution.session.table[verb] else { throw fault(.internalError, "no command '\(verb)'") }
    let value = try command.run(arguments.forwarded(to: command), execution)
    guard case .tensor(let array) = value else { throw fault(.internalError, "\(verb) returned no images") }
    return array
  }

  func samples() throws -> Figure {
    let (name, model) = try model()
    var figure = try images(try images(from: "sample"), columns: nil, framed: [])
    figure.title = "Samples of \(name)"
    figure.subtitle = model.configuration.shown(try arguments.draws(of: [model], else: .means)) + " · " + about(model)
    return figure
  }

  func manifold() throws -> Figure {
    let (name, model) = try model()
    let n = arguments.integer("n") ?? 20
    var figure = try images(try images(from: "manifold"), columns: n, framed: []) { grid in
      let values = LatentPath.quantiles(n).map { Self.signed(Double($0)) }
      // Small images leave room for a number only at every few of them.
      let step = (n + 9) / 10
      grid.columnLabels = (0..<n).map { $0 % step == 0 ? values[$0] : "" }
      grid.rowLabels = (0..<n).map { $0 % step == 0 ? values[n - 1 - $0] : "" }
    }
    figure.title = "Latent plane of \(name)"
    figure.subtitle =
      model.configuration.shown() + " · " + about(model) + " · z[0] across, z[1] up, at quantiles of N(0, 1)"
    return figure
  }

  /// A strip between two, or a matrix between four.
  func interpolation() throws -> Figure {
    let (name, model) = try model()
    let data = givenData?.drawnOnce()
    let how = arguments.text("how") == "lerp" ? "straight line" : "great circle"
    if let text = arguments.text("corners") {
      if let other = ["from", "to", "inputs"].first(where: arguments.isGiven) {
        throw arguments.fault(.badOptionValue, "option '\(other)' does not apply to corners=", at: other)
      }
      let ends = text.split(separator: ",").map(String.init)
      guard ends.count == 4 else {
        throw arguments.fault(.badOptionValue, "corners: expected four such as 3,8,0,6, got '\(text)'", at: "corners")
      }
      let span = arguments["corners"]?.span ?? arguments.verbSpan
      let label = try arguments.label(for: model)
      let points = try ends.map {
        try LatentPoint.point(
          $0, named: "corners", at: span, data: try data ?? knownData(for: model)?.drawnOnce(), model: model, execution)
      }
      let steps = arguments.integer("steps") ?? 9
      let kind = arguments.text("how").flatMap { LatentPath.Kind(rawValue: $0) } ?? .slerp
      let path = try LatentPath.square(points[0], points[1], points[2], points[3], steps: steps, kind: kind)
      guard case .tensor(let array) = try model.decoded(ArrayValue(path), label: label, labels: nil, execution) else {
        throw fault(.internalError, "decoding returned no images")
      }
      let corners = [0, steps - 1, steps * (steps - 1), steps * steps - 1]
      var figure = try images(array, columns: steps, framed: corners) { grid in
        grid.columnLabels = (0..<steps).map { $0 == 0 ? ends[0] : $0 == steps - 1 ? ends[1] : "" }
        // The lower corners are labeled at the side, because nothing is written below images.
        grid.rowLabels = (0..<steps).map { $0 == steps - 1 ? "\(ends[2]) → \(ends[3])" : "" }
      }
      figure.title = "Between \(ends[0]), \(ends[1]), \(ends[2]) and \(ends[3]) by \(name)"
      figure.subtitle =
        model.configuration.shown() + " · " + origin(of: try data ?? knownData(for: model)) + about(model) + " · \(how)"
      return figure
    }
    let path = try images(from: "interpolate")
    let names = (from: arguments["from"]?.raw ?? "", to: arguments["to"]?.raw ?? "")
    let (array, word) = arguments.flag("inputs") ? (try between(path, names, data), "input ") : (path, "")
    let count = array.shape[0]
    var figure = try images(array, columns: count, framed: [0, count - 1]) { grid in
      grid.isSequence = true
      grid.columnLabels = (0..<count).map { $0 == 0 ? word + names.from : $0 == count - 1 ? word + names.to : "" }
    }
    figure.title = "From \(names.from) to \(names.to) by \(name)"
    let shown = model.configuration.shown() + (word.isEmpty ? "" : " between two inputs")
    figure.subtitle = shown + " · " + origin(of: data) + about(model) + " · \(how)"
    return figure
  }

  private func origin(of data: DatasetValue?) -> String { data.map { "ends from \($0.title) · " } ?? "" }

  /// A path with the images of the data that it goes between at its ends.
  private func between(
    _ path: ArrayValue, _ names: (from: String, to: String), _ data: DatasetValue?
  ) throws -> ArrayValue {
    func input(_ text: String, _ option: String) throws -> [Float] {
      let span = arguments[option]?.span ?? arguments.verbSpan
      guard let data, let row = try LatentPoint.row(text, named: option, at: span, data: data) else {
        throw arguments.fault(
          .badOptionValue, "inputs: \(option)=\(text) is not an example of the dataset", at: "inputs",
          fix: "Example: plot interpolate m d from=3 to=8 inputs=yes")
      }
      return try data.dataset.examples([row]).elements(as: Float.self)
    }
    let (first, last) = (try input(names.from, "from"), try input(names.to, "to"))
    var extents = path.shape.dimensions
    extents[0] += 2
    let shape = Shape(extents)
    guard first.count + last.count + path.floats.count == shape.count else {
      throw fault(.shapeMismatch, "the images of the dataset and of the model differ in size")
    }
    return ArrayValue(try Tensor(first + path.floats + last, shape: shape))
  }

  private static func signed(_ value: Double) -> String {
    let text = NumberText.fixed(value, decimals: 1)
    return text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }

  /// A row for each dimension, in order of decreasing KL.
  func traversal() throws -> Figure {
    let (name, model) = try model()
    let label = try arguments.label(for: model)
    let d = model.configuration.latentDimensions
    var kl: [Int: Double] = [:]
    var dimensions = arguments.indices("dim") ?? Array(0..<min(d, 10))
    var order = ""
    if let data = try knownData(for: model)?.testPart, !model.configuration.isPlain {
      let ranked = try klByDimension(model, data)
      for item in ranked { kl[item.dimension] = item.kl }
      if arguments.indices("dim") == nil {
        dimensions = Array(ranked.map(\.dimension).prefix(10))
        order = ", by KL on \(data.title)"
      }
    }
    if let outside = dimensions.first(where: { $0 >= d }) {
      throw arguments.fault(
        .indexOutOfRange, "dimension \(outside) is out of range for \(d) latent dimensions", at: "dim",
        fix: "Dimensions go from 0 to \(d - 1).")
    }
    let (low, high) = arguments.interval("range") ?? (-3, 3)
    let steps = arguments.integer("steps") ?? 11
    let path = try LatentPath.traversal(
      from: [Float](repeating: 0, count: d), dimensions: dimensions, range: Float(low)...Float(high), steps: steps)
    guard case .tensor(let array) = try model.decoded(ArrayValue(path), label: label, labels: nil, execution) else {
      throw fault(.internalError, "decoding returned no images")
    }
    var figure = try images(array, columns: steps, framed: []) { grid in
      grid.isSequence = true
      grid.rowLabels = dimensions.map { index in
        "z[\(index)]" + (kl[index].map { " \(NumberText.fixed($0, decimals: 2)) nats" } ?? "")
      }
      grid.columnLabels = (0..<steps).map { index in
        Self.signed(low + (high - low) * Double(index) / Double(max(steps - 1, 1)))
      }
    }
    figure.title = "Latent traversals of \(name)"
    figure.subtitle = model.configuration.shown() + " · " + about(model) + " · each dimension alone\(order)"
    return figure
  }

  /// Inputs in the upper row of each pair, outputs below, the error map below.
  func reconstruction() throws -> Figure {
    let (name, model) = try model()
    let data = try data(for: model).drawnOnce()
    let count = min(arguments.integer("n") ?? 10, data.dataset.count)
    let live = try live(model)
    let chosen = data.subset(Array(0..<count))
    let inputs = try data.dataset.examples(Array(0..<count))
    let outputs = try live.decode(live.encode(chosen.source).mean, labels: try chosen.conditioning(model))
    let extents = outputs.shape.dimensions
    guard extents.count == 4 else { throw fault(.shapeMismatch, "\(outputs.shape) are not images") }
    let grid = ImageGrid.comparison(
      inputs: inputs.elements(as: Float.self), outputs: outputs.elements(as: Float.self), count: count,
      channels: extents[1], height: extents[2], width: extents[3], columns: arguments.integer("columns") ?? 16,
      errors: arguments.flag("errors"))
    return Figure(
      .images(grid), title: "Reconstructions by \(name)",
      subtitle: model.configuration.shown() + " · " + about(model, data, count: count))
  }

  func grid() throws -> Figure {
    for item in values {
      if case .table(let table) = item.value, let grid = table.images {
        return Figure(.images(grid), title: table.title, subtitle: "")
      }
      if case .tensor(let array) = item.value { return try images(array, columns: nil, framed: []) }
      if case .object(let data as DatasetValue) = item.value {
        let count = min(arguments.integer("n") ?? 64, data.dataset.count)
        var figure = try images(ArrayValue(data.dataset.examples(Array(0..<count))), columns: nil, framed: [])
        (figure.title, figure.subtitle) = (data.title, "the first \(count) of \(NumberText.count(data.dataset.count))")
        return figure
      }
    }
    throw fault(.missingArgument, "images are needed", fix: "Example: sample m n=64 | plot grid")
  }

  func images(
    _ array: ArrayValue, columns: Int?, framed: [Int], change: (inout ImageGrid) -> Void = { _ in }
  ) throws -> Figure {
    var extents = array.shape.dimensions
    if extents.count == 3 { extents.insert(1, at: 1) }
    guard extents.count == 4, extents[1] == 1 || extents[1] == 3, extents[0] > 0 else {
      throw fault(.shapeMismatch, "\(array.shape) are not images [N, C, H, W] of one or three channels")
    }
    // As square as can be, full rows if there are any of 20 images or fewer.
    let side = max(1, min(20, Int(Double(extents[0]).squareRoot().rounded(.up))))
    let square = (side...20).first { extents[0] % $0 == 0 } ?? side
    var grid = ImageGrid(
      pixels: array.floats, count: extents[0], channels: extents[1], height: extents[2], width: extents[3],
      columns: min(extents[0], arguments.integer("columns") ?? columns ?? square), framed: framed)
    change(&grid)
    return Figure(
      .images(grid), title: "\(extents[0]) \(inflected("image", for: extents[0]))", subtitle: array.content?.text ?? "")
  }
}
