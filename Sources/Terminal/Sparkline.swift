/// Recent values as one row of block characters, lowest ▁ to highest █.
///
/// When there are more values than `columns`, each column shows the mean of its values; non-finite values show as `×`.
package func sparkline(_ values: [Double], columns: Int) -> String {
  guard !values.isEmpty, columns > 0 else { return "" }
  let points = values.count <= columns ? values : means(of: values, columns: columns)
  let finite = points.filter(\.isFinite)
  guard let low = finite.min(), let high = finite.max() else { return String(repeating: "×", count: points.count) }
  let blocks = Array("▁▂▃▄▅▆▇█")
  return String(
    points.map { value -> Character in
      guard value.isFinite else { return "×" }
      guard high > low else { return blocks[0] }
      return blocks[min(7, Int((value - low) / (high - low) * 8))]
    })
}

private func means(of values: [Double], columns: Int) -> [Double] {
  (0..<columns).map { column in
    let share = values[(column * values.count / columns)..<((column + 1) * values.count / columns)]
    return share.reduce(0, +) / Double(share.count)
  }
}
