// Reductions on the host, in Double whatever the elements are: for reported numbers, not for training.

extension Tensor {
  /// The elements as Doubles, row-major.
  package func doubles() -> [Double] {
    switch dtype {
    case .float32: withElements(of: Float.self) { $0.map(Double.init) }
    case .float64: withElements(of: Double.self) { Array($0) }
    case .int32: withElements(of: Int32.self) { $0.map(Double.init) }
    case .uint8: withElements(of: UInt8.self) { $0.map(Double.init) }
    }
  }

  /// Each line along `axis` (all elements when nil) to one number; the result is float32 without that axis.
  ///
  /// - Precondition: the tensor has that axis; negative ones count from the last.
  package func reduced(_ axis: Int? = nil, _ body: ([Double]) -> Double) throws(AllocationError) -> Tensor {
    let values = doubles()
    guard let axis else { return try Tensor([Float(body(values))], shape: []) }
    let chosen = axis < 0 ? axis + shape.rank : axis
    precondition(chosen >= 0 && chosen < shape.rank, "Tensor: no axis \(axis) in \(shape)")
    let extent = shape[chosen]
    let inner = shape.dimensions[(chosen + 1)...].reduce(1, *)
    let outer = shape.dimensions[..<chosen].reduce(1, *)
    var result = [Float](repeating: 0, count: outer * inner)
    var line = [Double](repeating: 0, count: extent)
    for block in 0..<outer {
      for column in 0..<inner {
        for step in 0..<extent { line[step] = values[(block * extent + step) * inner + column] }
        result[block * inner + column] = Float(body(line))
      }
    }
    var remaining = shape.dimensions
    remaining.remove(at: chosen)
    return try Tensor(result, shape: Shape(remaining))
  }

  /// Sum along `axis`, of everything when nil. Empty lines give 0.
  package func sum(_ axis: Int? = nil) throws(AllocationError) -> Tensor { try reduced(axis) { $0.reduce(0, +) } }

  /// Mean along `axis`. Empty lines give NaN.
  package func mean(_ axis: Int? = nil) throws(AllocationError) -> Tensor {
    try reduced(axis) { $0.reduce(0, +) / Double($0.count) }
  }

  /// Smallest along `axis`; NaN wins, and empty lines give +∞.
  package func min(_ axis: Int? = nil) throws(AllocationError) -> Tensor {
    try reduced(axis) { $0.reduce(.infinity) { $1.isNaN || $1 < $0 ? $1 : $0 } }
  }

  /// Largest along `axis`; NaN wins, and empty lines give −∞.
  package func max(_ axis: Int? = nil) throws(AllocationError) -> Tensor {
    try reduced(axis) { $0.reduce(-.infinity) { $1.isNaN || $1 > $0 ? $1 : $0 } }
  }

  /// Where the first largest is along `axis`.
  package func argmax(_ axis: Int? = nil) throws(AllocationError) -> Tensor {
    try reduced(axis) { line in
      Double(line.indices.max { line[$0] < line[$1] || (line[$0] == line[$1] && $0 > $1) } ?? 0)
    }
  }
}

extension UnsafeBufferPointer<Float> {
  /// Whether no element is NaN or infinite. One pass over the bits at memory speed: the largest exponent is sufficient.
  package var isFinite: Bool {
    var largest: UInt32 = 0
    for value in self { largest = Swift.max(largest, value.bitPattern & 0x7FFF_FFFF) }
    return largest < 0x7F80_0000
  }
}
