import Tensors

/// The largest eigenvalue of the covariance or correlation of some rows: how much there is in common between elements
/// that are independent given the code.
package enum PrincipalVariance {
  private static let iterations = 40

  /// Largest eigenvalue of `Xᵀ X / n`, X being the rows less their mean, by power iteration: never above the true one.
  ///
  /// - Parameters:
  ///   - rows: `n` rows of `size` elements.
  ///   - standardized: Whether every element is divided by its deviation first; then it is that of the correlation, and
  ///     1 when nothing is correlated and n is large.
  /// - Returns: 0 when nothing varies.
  package static func largest(_ rows: [Float], size: Int, standardized: Bool) -> Double {
    let n = rows.count / max(size, 1)
    guard n > 1 else { return 0 }
    var x = rows
    for j in 0..<size {
      var (mean, squares) = (0.0, 0.0)
      for i in 0..<n { mean += Double(rows[i * size + j]) / Double(n) }
      for i in 0..<n { squares += (Double(rows[i * size + j]) - mean) * (Double(rows[i * size + j]) - mean) }
      let deviation = (squares / Double(n)).squareRoot()
      // What never changes, but for rounding, has no correlation with anything.
      let scale = !standardized ? 1 : deviation > 1e-6 * max(abs(mean), 1e-6) ? 1 / deviation : 0
      for i in 0..<n { x[i * size + j] = Float((Double(rows[i * size + j]) - mean) * scale) }
    }
    // A start that is at right angles to nothing in particular.
    var direction = (0..<size).map { Float(1 + ($0 * 37) % 11) }
    var eigenvalue = 0.0
    for _ in 0..<iterations {
      let length = direction.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      guard length > 0, length.isFinite else { return 0 }
      for j in 0..<size { direction[j] /= Float(length) }
      var next = [Float](repeating: 0, count: size)
      for i in 0..<n {
        var product: Float = 0
        for j in 0..<size { product += x[i * size + j] * direction[j] }
        for j in 0..<size { next[j] += product * x[i * size + j] / Float(n) }
      }
      eigenvalue = next.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      direction = next
    }
    return eigenvalue
  }

  /// What the largest eigenvalue of a correlation comes to by chance alone, of `n` rows of `size` independent elements
  /// (Marchenko & Pastur 1967): `(1 + √(size / n))²`.
  package static func byChance(rows n: Int, size: Int) -> Double {
    let edge = 1 + (Double(size) / Double(max(n, 1))).squareRoot()
    return edge * edge
  }
}

/// What a code leaves in common between the elements: the largest eigenvalue of the correlation of `x − E[x | z]` at the
/// posterior means, and what chance alone would give. p(x | z) takes the elements as independent, so a code that says all
/// there is to say leaves none.
package struct ResidualCorrelation: Sendable {
  package let eigenvalue: Double
  package let byChance: Double

  package init(eigenvalue: Double, byChance: Double) { (self.eigenvalue, self.byChance) = (eigenvalue, byChance) }

  /// Whether there is more than twice of what chance gives.
  package var isCorrelated: Bool { eigenvalue > 2 * byChance }
}

extension Model {
  package func residualCorrelation(_ source: any BatchSource) throws -> ResidualCorrelation {
    let codes = try encode(source)
    let labels = configuration.family.isConditional ? source.labels : nil
    let rebuilt = try decode(codes.mean, labels: labels).elements(as: Float.self)
    let values = try source.values().elements(as: Float.self)
    let size = configuration.pixels
    let residual = zip(values, rebuilt).map { $0 - $1 }
    return ResidualCorrelation(
      eigenvalue: PrincipalVariance.largest(residual, size: size, standardized: true),
      byChance: PrincipalVariance.byChance(rows: source.count, size: size))
  }
}
