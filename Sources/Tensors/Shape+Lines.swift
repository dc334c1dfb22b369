extension Shape {
  /// Visits the lines along the last axis in row-major order, with the place of each line's first element in memory that
  /// has these strides.
  ///
  ///     place = Σ index[axis] · strides[axis]
  ///
  /// - Parameter body: Of the number of the first element and its place.
  package func forEachLine(strides: [Int], _ body: (_ first: Int, _ place: Int) throws -> Void) rethrows {
    precondition(strides.count == rank, "a stride for each axis")
    guard count > 0 else { return }
    guard let length = dimensions.last else { return try body(0, 0) }
    var index = [Int](repeating: 0, count: rank)
    var place = 0
    for first in stride(from: 0, to: count, by: length) {
      try body(first, place)
      var axis = rank - 2
      while axis >= 0 {
        index[axis] += 1
        place += strides[axis]
        if index[axis] < dimensions[axis] { break }
        place -= dimensions[axis] * strides[axis]
        index[axis] = 0
        axis -= 1
      }
    }
  }
}
