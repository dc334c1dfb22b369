/// A mean over examples with its standard error: `√(variance / n)`, NaN of a single example.
package struct Estimate: Sendable, Equatable, Codable {
  package var mean: Double
  package var standardError: Double
  package var count: Int

  package init(mean: Double, standardError: Double, count: Int) {
    (self.mean, self.standardError, self.count) = (mean, standardError, count)
  }

  /// The estimate in another unit.
  package func scaled(by factor: Double) -> Estimate {
    Estimate(mean: mean * factor, standardError: standardError * abs(factor), count: count)
  }

  /// - Precondition: there is at least one value.
  package init(_ values: [Double]) {
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.init(
      mean: mean, standardError: values.count > 1 ? (squares / (n - 1) / n).squareRoot() : .nan, count: values.count)
  }
}
