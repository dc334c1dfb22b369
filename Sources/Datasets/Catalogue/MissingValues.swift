import Tensors
import Text

/// NaN in arrays, which stands for a missing value there: treated as an empty field of a table is.
struct MissingValues {
  let policy: TableOptions.Missing
  let path: String

  /// The content without NaN; unchanged where there is none.
  func filled(_ content: Content) throws -> Content {
    switch content.tensor.dtype {
    case .float32: try filled(content, Float.self)
    case .float64: try filled(content, Double.self)
    case .int32, .uint8: content
    }
  }

  private func filled<Element: TensorElement & BinaryFloatingPoint>(
    _ content: Content, _ type: Element.Type
  ) throws -> Content {
    let rows = content.tensor.shape[0]
    let size = max(content.tensor.count / max(rows, 1), 1)
    var missing = 0
    var hasGap = [Bool](repeating: false, count: rows)
    var (sums, counts) = ([Double](repeating: 0, count: size), [Int](repeating: 0, count: size))
    try content.tensor.withElements(of: type) { values in
      for row in 0..<rows {
        if row % 1024 == 0 { try Stopping.check() }
        for column in 0..<size {
          let value = values[row * size + column]
          if value.isNaN {
            missing += 1
            hasGap[row] = true
          } else {
            sums[column] += Double(value)
            counts[column] += 1
          }
        }
      }
    }
    guard missing > 0 else { return content }
    if policy == .keep {
      var other = content
      other.notes.append(
        "\(missing) missing value\(missing == 1 ? "" : "s") kept: a model of the columns trains on the others")
      return other
    }
    if policy == .drop { return try content.keeping(rows.indices(where: { !hasGap[$0] }), path: path) }
    if policy == .mean, let empty = counts.firstIndex(of: 0) {
      throw FileError(
        path: path, reason: "element \(empty) has no value in any example: it has no mean", fix: "Use missing=zero.")
    }
    var other = content
    var tensor = try Tensor(zeros: content.tensor.shape, dtype: Element.dtype)
    try content.tensor.withElements(of: type) { values in
      try tensor.withMutableElements(of: type) { out in
        for index in values.indices {
          let column = index % size
          let fill = policy == .mean ? Element(sums[column] / Double(counts[column])) : 0
          out[index] = values[index].isNaN ? fill : values[index]
        }
      }
    }
    other.tensor = tensor
    other.notes.append("\(missing) missing value\(missing == 1 ? "" : "s") filled: missing=\(policy.rawValue)")
    return other
  }
}

extension Int {
  /// The numbers below this one that `isKept` accepts.
  fileprivate func indices(where isKept: (Int) -> Bool) -> [Int] { (0..<self).filter(isKept) }
}

extension Content {
  /// Some of the examples, with their labels and factors, in their parts.
  func keeping(_ rows: [Int], path: String) throws -> Content {
    let all = tensor.shape[0]
    guard !rows.isEmpty else {
      throw FileError(
        path: path, reason: "every example has a missing value", fix: "Fill the values: missing=mean or missing=zero")
    }
    let size = tensor.byteCount / max(all, 1)
    var kept = try Tensor(zeros: Shape([rows.count] + tensor.shape.droppingFirst.dimensions), dtype: tensor.dtype)
    try tensor.withUnsafeBytes { from in
      try kept.withUnsafeMutableBytes { to in
        for (place, row) in rows.enumerated() {
          UnsafeMutableRawBufferPointer(rebasing: to[place * size..<(place + 1) * size])
            .copyBytes(from: UnsafeRawBufferPointer(rebasing: from[row * size..<(row + 1) * size]))
        }
      }
    }
    var other = self
    other.tensor = kept
    other.labels = labels.map { labels in rows.map { labels[$0] } }
    other.files = files.isEmpty ? [] : rows.map { files[$0] }
    other.factors = factors?.keeping(rows)
    other.parts = parts.mapValues { range in
      let before = rows.prefix { $0 < range.lowerBound }.count
      return before..<before + rows.count { range.contains($0) }
    }
    other.notes.append("\(all - rows.count) of \(all) \(inflected("example", for: all)) dropped: missing values")
    return other
  }
}
