import Tensors

/// Images or vectors in memory as a source of batches.
package struct TensorSource: BatchSource {
  package let count: Int
  package let exampleShape: Shape
  package let classCount: Int?
  private let values: Tensor
  private let labels: [Int]?

  /// - Parameter values: float32, `[N, …]`.
  package init(_ values: Tensor, labels: [Int]? = nil, classCount: Int? = nil) {
    precondition(values.dtype == .float32 && values.shape.rank >= 2, "TensorSource: needs float32 [N, …]")
    precondition(labels.map { $0.count == values.shape[0] } ?? true, "TensorSource: one label for each example")
    (self.values, self.labels) = (values, labels)
    (count, exampleShape) = (values.shape[0], values.shape.droppingFirst)
    self.classCount = labels == nil ? nil : classCount ?? (labels?.max()).map { $0 + 1 }
  }

  package func read(
    _ indices: UnsafeBufferPointer<Int32>, rows: Range<Int>, into destination: UnsafeMutablePointer<Float>,
    stream: RandomStream, firstRow: Int
  ) {
    let size = exampleShape.count
    values.withElements(of: Float.self) { elements in
      for row in rows {
        for i in 0..<size { destination[row * size + i] = elements[Int(indices[row]) * size + i] }
      }
    }
  }

  package func readLabels(_ indices: UnsafeBufferPointer<Int32>, into destination: UnsafeMutablePointer<Int32>) {
    for (row, index) in indices.enumerated() { destination[row] = Int32(labels?[Int(index)] ?? 0) }
  }
}

/// Some examples of another source, in a given order.
package struct Subset: BatchSource {
  package let base: any BatchSource
  package let indices: [Int32]

  package init(of base: any BatchSource, _ indices: [Int32]) { (self.base, self.indices) = (base, indices) }

  package var count: Int { indices.count }
  package var exampleShape: Shape { base.exampleShape }
  package var classCount: Int? { base.classCount }

  package func read(
    _ wanted: UnsafeBufferPointer<Int32>, rows: Range<Int>, into destination: UnsafeMutablePointer<Float>,
    stream: RandomStream, firstRow: Int
  ) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: wanted.count) { chosen in
      for (row, index) in wanted.enumerated() { chosen[row] = indices[Int(index)] }
      base.read(UnsafeBufferPointer(chosen), rows: rows, into: destination, stream: stream, firstRow: firstRow)
    }
  }

  package func readLabels(_ wanted: UnsafeBufferPointer<Int32>, into destination: UnsafeMutablePointer<Int32>) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: wanted.count) { chosen in
      for (row, index) in wanted.enumerated() { chosen[row] = indices[Int(index)] }
      base.readLabels(UnsafeBufferPointer(chosen), into: destination)
    }
  }
}

extension BatchSource {
  /// All examples as one tensor `[N, …]`, float32; random transforms draw what every measure with this seed sees.
  package func values(seed: UInt64 = 0) throws -> Tensor {
    var tensor = try Tensor(zeros: Shape([count] + exampleShape.dimensions))
    let size = exampleShape.count
    try tensor.withMutableElements(of: Float.self) { elements in
      guard let base = elements.baseAddress else { return }
      for (step, begin) in stride(from: 0, to: count, by: MeasuringBatches.rows).enumerated() {
        try Stopping.check()
        let indices = (begin..<min(begin + MeasuringBatches.rows, count)).map { Int32($0) }
        let stream = RandomStream.evaluatedData(seed: seed, step: UInt64(step))
        indices.withUnsafeBufferPointer {
          read($0, rows: 0..<indices.count, into: base + begin * size, stream: stream)
        }
      }
    }
    return tensor
  }

  /// The class of every example; zeros when none is known.
  package var labels: [Int] {
    guard classCount != nil else { return [Int](repeating: 0, count: count) }
    var labels = [Int32](repeating: 0, count: count)
    let all = (0..<Int32(count)).map { $0 }
    labels.withUnsafeMutableBufferPointer { labels in
      guard let base = labels.baseAddress else { return }
      all.withUnsafeBufferPointer { readLabels($0, into: base) }
    }
    return labels.map(Int.init)
  }
}
