import Tensors

extension NPZ {
  /// A sparse matrix of `scipy.sparse.save_npz` as a dense one; nil where the archive holds none.
  func sparseContent() throws -> Content? {
    guard names.contains("format"), names.contains("shape"), names.contains("data"),
      let format = try texts("format")?.first
    else { return nil }
    let extents = try array("shape").doubles().map { Int($0) }
    guard extents.count == 2, let shape = Shape(validating: extents), shape.count < Gzip.limit / 4 else {
      throw FileError(
        path: path, reason: "the sparse matrix of \(extents) does not fit into memory dense", fix: "Save fewer columns."
      )
    }
    let values = try array("data").doubles()
    let places: (rows: [Int], columns: [Int])
    switch format {
    case "csr", "csc":
      let inner = try array("indices").doubles().map { Int($0) }
      let outer = Self.expanded(try array("indptr").doubles().map { Int($0) }, count: inner.count)
      places = format == "csr" ? (outer, inner) : (inner, outer)
    case "coo": places = (try array("row").doubles().map { Int($0) }, try array("col").doubles().map { Int($0) })
    default:
      throw FileError(
        path: path, reason: "sparse matrices of format '\(format)' are not read",
        fix: "Save it as CSR: scipy.sparse.save_npz(path, x.tocsr())")
    }
    let dense = try Self.dense(values, rows: places.rows, columns: places.columns, shape: shape, path: path)
    return Content(
      tensor: dense, notes: ["sparse matrix (\(format), \(values.count) values): expanded to \(shape)"])
  }

  /// The outer index of each value, from where the values of each begin.
  static func expanded(_ pointers: [Int], count: Int) -> [Int] {
    var outer = [Int](repeating: -1, count: count)
    for index in 0..<max(pointers.count - 1, 0) where pointers[index] <= pointers[index + 1] {
      for place in max(pointers[index], 0)..<max(min(pointers[index + 1], count), max(pointers[index], 0))
      where place < count {
        outer[place] = index
      }
    }
    return outer
  }

  /// - Throws: `FileError` for an index outside of the shape.
  static func dense(
    _ values: [Double], rows: [Int], columns: [Int], shape: Shape, path: String
  ) throws -> Tensor {
    guard rows.count == values.count, columns.count == values.count,
      zip(rows, columns).allSatisfy({ (0..<shape[0]).contains($0) && (0..<shape[1]).contains($1) })
    else {
      throw FileError(
        path: path, reason: "the sparse matrix has indices outside of \(shape)",
        fix: "Write it again with scipy.sparse.save_npz.")
    }
    var dense = try Tensor(zeros: shape)
    try dense.withMutableElements(of: Float.self) { out in
      for (place, value) in values.enumerated() { out[rows[place] * shape[1] + columns[place]] += Float(value) }
    }
    return dense
  }
}
