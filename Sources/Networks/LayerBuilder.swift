import Graphs
import Tensors

/// Writes layers into a graph, and collects their parameters with initializers, and the values to assign to running
/// statistics after a step.
package final class LayerBuilder {
  package let graph: Graph
  /// Whether dropout is active and batch norm uses the statistics of the batch.
  package let training: Bool
  package let activation: Activation
  package private(set) var specs: [ParameterSpec] = []
  package private(set) var roles: [String: ParameterRole] = [:]
  package private(set) var assignments: [(String, Symbol)] = []
  /// The first batch normalisation whose features have one value per example: it needs batches of two rows and more.
  package internal(set) var batchNormOfOneValue: String?
  /// Each layer's name, text and result, for summaries.
  package private(set) var trace: [(name: String, layer: String, shape: Shape)] = []
  /// How often the network of a scope was applied so far.
  private var applications: [String: Int] = [:]
  /// The application under way, counted from 0.
  private var application = 0
  /// Of the parameters that are written next.
  private var currentGroup = ParameterSpec.mainGroup

  package init(_ graph: Graph, activation: Activation, training: Bool) {
    (self.graph, self.activation, self.training) = (graph, activation, training)
  }

  package func parameter(
    _ name: String, _ shape: Shape, _ role: ParameterRole, trainable: Bool = true
  ) throws(ShapeError) -> Symbol {
    let full = graph.qualified(name)
    if roles[full] == nil {
      specs.append(ParameterSpec(name: full, shape: shape, trainable: trainable, group: currentGroup))
      roles[full] = role
    }
    return try graph.parameter(name, shape)
  }

  /// Parameters that `body` is the first to write belong to this group: a loss of their own trains them.
  package func group<Result>(
    _ name: String, _ body: () throws(ShapeError) -> Result
  ) throws(ShapeError) -> Result {
    let outer = currentGroup
    currentGroup = name
    defer { currentGroup = outer }
    return try body()
  }

  /// Assigned after a step. A network that is applied to several inputs updates its statistics once, by the first.
  func assign(_ name: String, _ value: Symbol) {
    if application == 0 { assignments.append((graph.qualified(name), value)) }
  }

  /// All `layers` on `x`. Each but the last of a decoder is followed by the activation.
  ///
  /// Applied again in the same scope it is the same network on another input: with the same parameters, draws of its own,
  /// and statistics that the first application updates.
  package func apply(
    _ layers: [Layer], to x: Symbol, activatesLast: Bool
  ) throws(ShapeError) -> Symbol {
    let (scope, outer) = (graph.currentScope, application)
    application = applications[scope, default: 0]
    applications[scope] = application + 1
    defer { application = outer }
    var h = x
    for (index, layer) in layers.enumerated() {
      let name = "\(index + 1)"
      let last = index == layers.count - 1
      h = try graph.scope(name) { () throws(ShapeError) -> Symbol in
        try apply(layer, to: h, fallback: last && !activatesLast ? .none : activation)
      }
      // Many layers that enlarge images would overflow integers before memory runs out.
      guard h.shape.rank < 4 || h.shape.droppingFirst.dimensions.allSatisfy({ $0 <= 1 << 36 }) else {
        throw ShapeError(
          layer: graph.qualified(name), operation: LayerText.text([layer]), shapes: [x.shape], reason: "is too large")
      }
      if application == 0 { trace.append((graph.qualified(name), LayerText.text([layer]), h.shape.droppingFirst)) }
    }
    return h
  }

  private func apply(_ layer: Layer, to x: Symbol, fallback: Activation) throws(ShapeError) -> Symbol {
    switch layer {
    case .dense(let width, let own): return (own ?? fallback).apply(try dense(x, width))
    case .gated(let width):
      let value = try graph.scope("value") { () throws(ShapeError) -> Symbol in try dense(x, width) }
      let gate = try graph.scope("gate") { () throws(ShapeError) -> Symbol in try dense(x, width) }
      return try value * sigmoid(gate)
    case .convolution(let channels, let kernel, let stride, let padding, let own):
      let window = Window([kernel, kernel], [stride, stride], padding.map { [$0, $0] })
      return (own ?? fallback).apply(try convolution(x, channels, window))
    case .transposedConvolution(let channels, let kernel, let stride, let padding, let own):
      let window = Window([kernel, kernel], [stride, stride], padding.map { [$0, $0] })
      return (own ?? fallback).apply(try transposed(x, channels, window))
    case .convolution1D(let channels, let kernel, let stride, let padding, let own):
      let window = Window([1, kernel], [1, stride], padding.map { [0, $0] })
      return (own ?? fallback).apply(try convolution(series(x), channels, window))
    case .transposedConvolution1D(let channels, let kernel, let stride, let padding, let own):
      let window = Window([1, kernel], [1, stride], padding.map { [0, $0] })
      return (own ?? fallback).apply(try transposed(series(x), channels, window))
    case .residual(let channels):
      guard x.shape.rank == 4, x.shape[1] == channels else {
        throw ShapeError(
          layer: graph.currentScope, operation: "res\(channels)", shapes: [x.shape],
          reason: "needs images with as many channels as its output")
      }
      let first = try graph.scope("a") { () throws(ShapeError) -> Symbol in
        try convolution(activation.apply(x), channels, Window([3, 3], [1, 1], nil))
      }
      let second = try graph.scope("b") { () throws(ShapeError) -> Symbol in
        try convolution(activation.apply(first), channels, Window([3, 3], [1, 1], nil))
      }
      return try x + second
    case .reshape(let c, let h, let w): return try x.reshaped([x.shape[0], c, h, w])
    case .maxPool(let n): return try x.pooled(.max, ConvGeometry(kernel: n, stride: n))
    case .averagePool(let n): return try x.pooled(.average, ConvGeometry(kernel: n, stride: n))
    case .batchNorm: return try batchNorm(x)
    case .layerNorm: return try layerNorm(x)
    case .groupNorm(let groups): return try groupNorm(x, groups: groups)
    case .dropout(let rate):
      guard training, rate > 0 else { return x }
      let purpose = application == 0 ? "dropout" : "dropout.\(application + 1)"
      let kept = try step(graph.random(.uniform, purpose, x.shape) - rate)
      return try x * kept * (1 / (1 - rate))
    }
  }

  /// `xW + b` on `[B, …]` flattened, W `[in, out]`.
  package func dense(_ x: Symbol, _ width: Int) throws(ShapeError) -> Symbol {
    let flat = x.shape.rank == 2 ? x : try x.flattened()
    let fanIn = flat.shape[1]
    let weight = try parameter("weight", [fanIn, width], .weight(fanIn: fanIn, fanOut: width))
    return try matmul(flat, weight) + parameter("bias", [width], .bias(fanIn: fanIn))
  }
}
