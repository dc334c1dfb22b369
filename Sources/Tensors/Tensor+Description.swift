import Text

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

  private static func short(_ value: Double) -> String { NumberText.short(value, digits: 4) }
}
