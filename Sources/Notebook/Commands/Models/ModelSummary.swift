import Graphs
import Networks
import Tensors

/// What `summary` says: layers, shapes, parameters, FLOPs and bytes.
enum ModelSummary {
  struct Line {
    let part: String
    let layer: String
    let shape: Shape
    let parameters: Int
    /// Multiply–adds of the forward pass count two.
    let flops: Int
  }

  static func lines(_ model: ModelValue) throws -> [Line] {
    let configuration = model.configuration
    let graph = Graph()
    let builder = LayerBuilder(graph, activation: configuration.architecture.activation, training: false)
    var h = try graph.input("x", Shape([1] + configuration.exampleShape.dimensions))
    h = try graph.scope("encoder") { () throws(ShapeError) -> Symbol in
      try builder.apply(configuration.architecture.encoder, to: h, activatesLast: true).flattened()
    }
    let latentWeights = h.shape[1] * configuration.latentDimensions
    let z = try graph.input("z", [1, configuration.latentDimensions])
    _ = try graph.scope("decoder") { () throws(ShapeError) -> Symbol in
      try builder.apply(configuration.architecture.decoder, to: z, activatesLast: false).flattened()
    }
    var lines: [Line] = []
    var previous = configuration.exampleShape
    for step in builder.trace {
      let part = step.name.hasPrefix("decoder") ? "decoder" : "encoder"
      if part == "decoder", lines.last?.part != "decoder" {
        lines.append(latent(model, weights: latentWeights))
        previous = [configuration.latentDimensions]
      }
      let own = builder.specs.filter { $0.name.hasPrefix(step.name + ".") || $0.name.hasPrefix(step.name + "/") }
      let weights = own.filter { $0.shape.rank >= 2 }.reduce(0) { $0 + $1.shape.count }
      let positions = { (shape: Shape) in shape.rank == 3 ? shape[1] * shape[2] : 1 }
      let at = step.layer.hasPrefix("convt") ? positions(previous) : positions(step.shape)
      lines.append(
        Line(
          part: part, layer: step.layer, shape: step.shape, parameters: own.reduce(0) { $0 + $1.shape.count },
          flops: 2 * weights * at))
      previous = step.shape
    }
    return lines
  }

  private static func latent(_ model: ModelValue, weights: Int) -> Line {
    let d = model.configuration.latentDimensions
    let heads = model.configuration.family == .autoencoder ? 1 : 2
    return Line(
      part: "latent", layer: heads == 2 ? "mean, log variance" : "code", shape: [d], parameters: heads * (weights + d),
      flops: 2 * heads * weights)
  }

  static func report(_ model: ModelValue) throws -> Report {
    let lines = try lines(model)
    let forward = lines.reduce(0) { $0 + $1.flops }
    let table = Table(
      columns: [.init("part"), .init("layer"), .init("shape"), .init("parameters"), .init("FLOPs")],
      rows: lines.map {
        [
          .text($0.part), .text($0.layer), .text($0.shape.description), .count($0.parameters),
          .text(NumberText.scaled(Double($0.flops))),
        ]
      })
    let fields: [Report.Field] = [
      .init("parameters", .count(model.parameterCount)),
      .init("bytes", label: "parameters and moments", .text(NumberText.bytes(model.parameterCount * 12))),
      .init("forward_flops", label: "forward", .count(forward), unit: "FLOPs/example"),
      // A backward pass does each product twice more: for the inputs and for the weights.
      .init("training_flops", label: "forward + backward", .count(3 * forward), unit: "FLOPs/example"),
    ]
    return Report(
      title: "\(model.configuration.family.summary), \(model.configuration.architecture.name)", fields: fields,
      tables: [.init("layers", table)])
  }
}
