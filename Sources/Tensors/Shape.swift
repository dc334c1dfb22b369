/// The extents of a tensor, outermost first (row-major). `[]` is a scalar.
package struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  package let dimensions: [Int]

  /// - Precondition: no extent is negative and the product fits in `Int`; check input from outside with
  ///   `init(validating:)`.
  package init(_ dimensions: [Int]) {
    precondition(dimensions.allSatisfy { $0 >= 0 }, "Shape: negative extent in \(dimensions)")
    self.dimensions = dimensions
  }

  package init(arrayLiteral dimensions: Int...) { self.init(dimensions) }

  /// A shape from untrusted numbers; nil when an extent is negative or the number of elements overflows.
  package init?(validating dimensions: [Int]) {
    var count = 1
    for extent in dimensions {
      guard extent >= 0 else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: max(extent, 1))
      guard !overflow, product <= Int.max / 16 else { return nil }
      count = product
    }
    self.dimensions = dimensions
  }

  package var rank: Int { dimensions.count }

  /// Number of elements, `countLimit` when there are more: excessive shapes fail when memory is allocated, not by
  /// integer overflow before.
  package var count: Int {
    if dimensions.contains(0) { return 0 }
    var count = 1
    for extent in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      if overflow || product > Shape.countLimit { return Shape.countLimit }
      count = product
    }
    return count
  }

  /// More elements than any machine has room for, and few enough to be counted in bytes.
  package static let countLimit = 1 << 56

  package subscript(axis: Int) -> Int { dimensions[axis < 0 ? rank + axis : axis] }

  /// The distance in elements of one step along each axis.
  package var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) { strides[axis] = strides[axis + 1] * dimensions[axis + 1] }
    return strides
  }

  /// The shape without its first axis.
  package var droppingFirst: Shape { Shape(Array(dimensions.dropFirst())) }

  /// `[64, 1, 28, 28]` as `64×1×28×28`; a scalar as `scalar`.
  package var description: String {
    dimensions.isEmpty ? "scalar" : dimensions.map(String.init).joined(separator: "×")
  }
}
