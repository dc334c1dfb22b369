/// A dense row-major array with value semantics: copies share storage until one of them is written.
///
/// A leading-axis slice is a view that costs nothing; every other slice copies.
package struct Tensor: Sendable {
  package private(set) var shape: Shape
  package let dtype: DType
  /// The memory behind the elements, shared with other views.
  package private(set) var storage: Storage
  private var byteOffset: Int

  /// Zeros.
  package init(zeros shape: Shape, dtype: DType = .float32) throws(AllocationError) {
    self.shape = shape
    self.dtype = dtype
    self.storage = try Storage(byteCount: shape.count * dtype.size)
    self.byteOffset = 0
  }

  /// `elements` in row-major order.
  ///
  /// - Precondition: `elements.count == shape.count`.
  package init<Element: TensorElement>(_ elements: [Element], shape: Shape? = nil) throws(AllocationError) {
    let shape = shape ?? [elements.count]
    precondition(elements.count == shape.count, "Tensor: \(elements.count) elements for shape \(shape)")
    try self.init(zeros: shape, dtype: Element.dtype)
    elements.withUnsafeBytes { source in
      if let from = source.baseAddress { storage.base.copyMemory(from: from, byteCount: source.count) }
    }
  }

  /// A view on `storage`, such as a mapped file.
  ///
  /// - Precondition: the range lies inside the storage.
  package init(storage: Storage, byteOffset: Int, shape: Shape, dtype: DType) {
    precondition(byteOffset >= 0 && byteOffset + shape.count * dtype.size <= storage.byteCount, "Tensor: out of range")
    self.shape = shape
    self.dtype = dtype
    self.storage = storage
    self.byteOffset = byteOffset
  }

  package var count: Int { shape.count }
  package var byteCount: Int { shape.count * dtype.size }

  /// The bytes, row-major.
  package func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try body(UnsafeRawBufferPointer(start: storage.base + byteOffset, count: byteCount))
  }

  /// The bytes for writing; copies first when the storage is shared, read-only, or larger than this view.
  package mutating func withUnsafeMutableBytes<R>(
    _ body: (UnsafeMutableRawBufferPointer) throws -> R
  ) throws -> R {
    if !isKnownUniquelyReferenced(&storage) || !storage.isWritable {
      let copy = try Storage(byteCount: byteCount)
      copy.base.copyMemory(from: storage.base + byteOffset, byteCount: byteCount)
      storage = copy
      byteOffset = 0
    }
    return try body(UnsafeMutableRawBufferPointer(start: storage.base + byteOffset, count: byteCount))
  }

  /// The elements as `Element`.
  ///
  /// - Precondition: `Element.dtype == dtype`.
  package func withElements<Element: TensorElement, R>(
    of type: Element.Type = Element.self, _ body: (UnsafeBufferPointer<Element>) throws -> R
  ) rethrows -> R {
    precondition(Element.dtype == dtype, "Tensor: elements are \(dtype), not \(Element.dtype)")
    let start = (storage.base + byteOffset).assumingMemoryBound(to: Element.self)
    return try body(UnsafeBufferPointer(start: start, count: count))
  }

  /// The elements as `Element`, for writing.
  package mutating func withMutableElements<Element: TensorElement, R>(
    of type: Element.Type = Element.self, _ body: (UnsafeMutableBufferPointer<Element>) throws -> R
  ) throws -> R {
    precondition(Element.dtype == dtype, "Tensor: elements are \(dtype), not \(Element.dtype)")
    return try withUnsafeMutableBytes { try body($0.assumingMemoryBound(to: Element.self)) }
  }

  /// The elements in row-major order, converted.
  package func elements<Element: TensorElement>(as type: Element.Type = Element.self) -> [Element] {
    withElements(of: type) { Array($0) }
  }

  /// The same elements under another shape; shares storage.
  ///
  /// - Precondition: the counts agree.
  package func reshaped(to shape: Shape) -> Tensor {
    precondition(shape.count == count, "Tensor: cannot view \(self.shape) as \(shape)")
    var view = self
    view.shape = shape
    return view
  }

  /// Rows `range` of the first axis; shares storage.
  ///
  /// - Precondition: rank ≥ 1 and the range lies inside the first axis.
  package subscript(range: Range<Int>) -> Tensor {
    precondition(shape.rank >= 1 && range.lowerBound >= 0 && range.upperBound <= shape[0], "Tensor: rows \(range)")
    let row = shape.droppingFirst
    return Tensor(
      storage: storage, byteOffset: byteOffset + range.lowerBound * row.count * dtype.size,
      shape: Shape([range.count] + row.dimensions), dtype: dtype)
  }

  /// Row `index` of the first axis, without that axis; shares storage.
  package subscript(index: Int) -> Tensor { self[index..<index + 1].reshaped(to: shape.droppingFirst) }
}
