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

  /// The share of ones among zeros and ones. Its standard error is at least `atLeast`, and at least the deviation of what
  /// is known of a probability after so many of them (Jeffreys' posterior, Beta(s + ½, n − s + ½)): that of no one, or of
  /// ones alone, is not 0.
  ///
  /// - Precondition: there is at least one value.
  package init(share values: [Double], atLeast other: Double = 0) {
    self.init(values)
    let n = Double(count)
    let posterior = (mean * n + 0.5) / (n + 1)
    let floor = (posterior * (1 - posterior) / (n + 2)).squareRoot()
    standardError = max(standardError.isNaN ? 0 : standardError, floor, other)
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
