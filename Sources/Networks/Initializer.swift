import Tensors

/// Initializers of weights. Each parameter draws from its own stream, named after it.
package enum Initializer: String, Hashable, Sendable, CaseIterable, Codable {
  /// Weights and biases U(±1/√fan_in), PyTorch's default for linear and convolution layers.
  case pytorch
  /// Weights U(±√(6 / (fan_in + fan_out))), biases 0 (Glorot & Bengio 2010; Keras' default).
  case glorot
  /// Weights N(0, 2 / fan_in), biases 0 (He et al. 2015).
  case he
}

/// The role of a parameter, which determines its initialization.
package enum ParameterRole: Hashable, Sendable {
  /// With the fans of the layer.
  case weight(fanIn: Int, fanOut: Int)
  case bias(fanIn: Int)
  case constant(Float)
  /// N(0, scale²), whatever the initializer.
  case normal(Float)
}

extension Initializer {
  package func values(_ spec: (name: String, shape: Shape), _ role: ParameterRole, seed: UInt64) -> [Float] {
    let stream = RandomStream(seed: seed, purpose: "initial " + spec.name)
    func uniform(_ bound: Float) -> [Float] { (0..<spec.shape.count).map { (2 * stream.uniform($0) - 1) * bound } }
    switch (self, role) {
    case (_, .normal(let scale)): return (0..<spec.shape.count).map { scale * stream.normal($0) }
    case (_, .constant(let value)): return [Float](repeating: value, count: spec.shape.count)
    case (.pytorch, .weight(let fanIn, _)), (.pytorch, .bias(let fanIn)):
      return uniform(1 / Float(Swift.max(fanIn, 1)).squareRoot())
    case (_, .bias): return [Float](repeating: 0, count: spec.shape.count)
    case (.glorot, .weight(let fanIn, let fanOut)):
      return uniform((6 / Float(Swift.max(fanIn + fanOut, 1))).squareRoot())
    case (.he, .weight(let fanIn, _)):
      let scale = (2 / Float(Swift.max(fanIn, 1))).squareRoot()
      return (0..<spec.shape.count).map { scale * stream.normal($0) }
    }
  }
}
