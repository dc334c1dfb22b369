import Graphs
import Networks
import Tensors

/// A model layer by layer: shapes, parameters and the arithmetic of one example.
package struct ModelSummary: Sendable, Equatable {
  package struct Layer: Sendable, Equatable {
    /// The name as in parameters' names: `encoder.1`.
    package var name: String
    /// The layer's text: `conv32k3s2`.
    package var text: String
    /// The shape of one example's output.
    package var shape: Shape
    package var parameters: Int
    /// Multiplications and additions of matrix products and convolutions, forward, per example.
    package var flops: Int
  }

  package var layers: [Layer]
  /// Trainable numbers, all layers and a learned scale together.
  package var parameterCount: Int
  /// Bytes of the parameters alone, float32.
  package var parameterBytes: Int
  /// Forward, per example. A training step costs about three times as much.
  package var flops: Int
}

extension Model {
  /// Layers in the order that data pass through: the encoder's, the heads of the posterior, the decoder's; then what only
  /// training runs, such as critics.
  package func summary() throws -> ModelSummary {
    let inference = ObjectiveGraph(configuration, rows: Self.summaryRows, training: false)
    let q = try inference.posterior(inference.input())
    _ = try inference.decode(q.mean, labels: inference.labels())
    let training = ObjectiveGraph(configuration, rows: Self.summaryRows, training: true)
    _ = try training.terms()
    let passed = layers(of: inference)
    let encoder = passed.filter { $0.name.hasPrefix("encoder.") }
    let decoder = passed.filter { $0.name.hasPrefix("decoder.") }
    let others = layers(of: training).filter { layer in !passed.contains { $0.name == layer.name } }
    return ModelSummary(
      layers: encoder + decoder + others, parameterCount: parameterCount,
      parameterBytes: 4 * parameters.specs.reduce(0) { $0 + $1.shape.count },
      flops: passed.reduce(0) { $0 + $1.flops })
  }

  private static let summaryRows = 2

  /// Those that an architecture names, with everything inside them, and dense layers and convolutions beside them.
  private func layers(of objective: ObjectiveGraph) -> [ModelSummary.Layer] {
    let graph = objective.graph
    // Of one application each: a network may be applied to several inputs.
    var products: [String: (flops: Int, applications: Int, text: String, shape: Shape)] = [:]
    var order: [String] = []
    for node in graph.nodes {
      let inputs = node.inputs.map { graph.shape(of: $0) }
      var (flops, text) = (0, "")
      switch node.op {
      case .matmul(let transposeA, _):
        flops = 2 * node.shape.count * inputs[0][transposeA ? 0 : 1] / Self.summaryRows
        text = "dense\(node.shape.dimensions.last ?? 0)"
      case .conv:
        flops = 2 * node.shape.count * inputs[1].droppingFirst.count / Self.summaryRows
        text = "conv\(node.shape[1])k\(inputs[1][2])"
      case .convInput: flops = 2 * inputs[0].count * inputs[1].droppingFirst.count / Self.summaryRows
      default: continue
      }
      if products[node.scope] == nil { order.append(node.scope) }
      let before = products[node.scope] ?? (0, 0, text, node.shape.droppingFirst)
      products[node.scope] = (before.flops + flops, before.applications + 1, before.text, before.shape)
    }
    func belongs(_ name: String, _ layer: String) -> Bool { name == layer || name.hasPrefix(layer + ".") }
    func layer(_ name: String, _ text: String, _ shape: Shape) -> ModelSummary.Layer {
      ModelSummary.Layer(
        name: name, text: text, shape: shape,
        parameters: parameters.specs.filter { $0.trainable && belongs($0.name, name) }.reduce(0) {
          $0 + $1.shape.count
        },
        flops: products.filter { belongs($0.key, name) }.reduce(0) { $0 + $1.value.flops / $1.value.applications })
    }
    let named = objective.builder.trace.map { layer($0.name, $0.layer, $0.shape) }
    let beside = order.filter { scope in !scope.isEmpty && !named.contains { belongs(scope, $0.name) } }
    return named + beside.compactMap { scope in products[scope].map { layer(scope, $0.text, $0.shape) } }
  }

  /// Bytes that training with this batch size takes: parameters, gradients, two moments, and intermediate arrays.
  package func trainingBytes(batchSize: Int) throws -> Int {
    let program = try trainingProgram(rows: batchSize, optimizer: training.optimizer)
    return 16 * parameterCount + program.arenaByteCount + 4 * batchSize * configuration.pixels
  }
}
