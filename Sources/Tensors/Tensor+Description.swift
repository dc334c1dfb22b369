import Glibc

extension Tensor: CustomStringConvertible {
  /// Type, shape and extremes, then the elements, corners only when there are many:
  ///
  ///     float32 2×3, 0 … 5, mean 2.5
  ///     [0, 1, 2]
  ///     [3, 4, 5]
  package var description: String {
    guard count > 0 else { return "\(dtype.rawValue) \(shape), no elements" }
    let values = doubles()
    let finite = values.filter(\.isFinite)
    var head = "\(dtype.rawValue) \(shape)"
    if count > 1, let low = finite.min(), let high = finite.max() {
      let mean = finite.reduce(0, +) / Double(finite.count)
      head += ", \(Self.short(low)) … \(Self.short(high)), mean \(Self.short(mean))"
    }
    if finite.count < count { head += ", \(count - finite.count) not finite" }
    let columns = shape.rank == 0 ? 1 : shape[-1]
    let rows = (0..<count / columns).map { row in
      Self.line(values[row * columns..<(row + 1) * columns].map(Self.short), limit: 8).joined(separator: ", ")
    }
    return ([head] + Self.line(rows.map { "[\($0)]" }, limit: 6)).joined(separator: "\n")
  }

  /// The first and last of many.
  private static func line(_ words: [String], limit: Int) -> [String] {
    words.count <= limit ? words : words.prefix(limit / 2) + ["…"] + words.suffix(limit / 2 - 1)
  }

  /// Four significant digits, and no more than a whole number needs.
  private static func short(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    if value == value.rounded(), value.magnitude < 1e7 { return String(Int(value)) }
    var exponent = Int(log10(value.magnitude).rounded(.down))
    var digits = (value / pow(10, Double(exponent)) * 1000).rounded()
    if digits.magnitude >= 10_000 { (digits, exponent) = (digits / 10, exponent + 1) }
    guard (-4...6).contains(exponent) else { return trimmed(digits / 1000) + "e\(exponent)" }
    return trimmed(digits / pow(10, Double(3 - exponent)))
  }

  private static func trimmed(_ value: Double) -> String {
    value == value.rounded() ? String(Int(value)) : "\(value)"
  }
}
