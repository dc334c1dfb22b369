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
  /// Layers in the order that data pass through.
  package func summary() throws -> ModelSummary {
    let rows = 2
    let objective = ObjectiveGraph(configuration, rows: rows, training: false)
    let q = try objective.posterior(objective.input())
    _ = try objective.decode(q.mean, labels: objective.labels())
    let graph = objective.graph
    var flops: [String: Int] = [:]
    for node in graph.nodes {
      let inputs = node.inputs.map { graph.shape(of: $0) }
      switch node.op {
      case .matmul(let transposeA, _):
        flops[node.scope, default: 0] += 2 * node.shape.count * inputs[0][transposeA ? 0 : 1] / rows
      case .conv: flops[node.scope, default: 0] += 2 * node.shape.count * inputs[1].droppingFirst.count / rows
      case .convInput: flops[node.scope, default: 0] += 2 * inputs[0].count * inputs[1].droppingFirst.count / rows
      default: break
      }
    }
    func belongs(_ name: String, _ layer: String) -> Bool { name == layer || name.hasPrefix(layer + ".") }
    func layer(_ name: String, _ text: String, _ shape: Shape) -> ModelSummary.Layer {
      ModelSummary.Layer(
        name: name, text: text, shape: shape,
        parameters: parameters.specs.filter { $0.trainable && belongs($0.name, name) }.reduce(0) {
          $0 + $1.shape.count
        },
        flops: flops.filter { belongs($0.key, name) }.reduce(0) { $0 + $1.value })
    }
    let trace = objective.builder.trace.map { layer($0.name, $0.layer, $0.shape) }
    var heads = [layer("encoder.mean", "dense\(latentDimensions)", [latentDimensions])]
    if configuration.family.isProbabilistic {
      heads.append(layer("encoder.logVariance", "dense\(latentDimensions)", [latentDimensions]))
    }
    let layers =
      trace.filter { $0.name.hasPrefix("encoder") } + heads + trace.filter { $0.name.hasPrefix("decoder") }
    return ModelSummary(
      layers: layers, parameterCount: parameterCount,
      parameterBytes: 4 * parameters.specs.reduce(0) { $0 + $1.shape.count }, flops: layers.reduce(0) { $0 + $1.flops })
  }

  /// Bytes that training with this batch size takes: parameters, gradients, two moments, and intermediate arrays.
  package func trainingBytes(batchSize: Int) throws -> Int {
    let program = try trainingProgram(rows: batchSize, optimizer: training.optimizer)
    return 16 * parameterCount + program.arenaByteCount + 4 * batchSize * configuration.pixels
  }
}
