import Tensors

/// A dataset as a value: a source of batches, what it is called, and how the workspace finds it again.
package struct DatasetValue: SelectableValue {
  package let source: any BatchSource
  /// What it is, for people: `digits, train`.
  package let title: String
  /// What it went through, in words, oldest first.
  package let transforms: [String]
  /// How to get it again; the arrays are there when the content came from nowhere else.
  package let origin: StoredValue
  /// Named parts, such as train and test.
  package let parts: [(name: String, value: DatasetValue)]

  package init(
    _ source: any BatchSource, title: String, transforms: [String] = [], origin: StoredValue,
    parts: [(name: String, value: DatasetValue)] = []
  ) {
    self.source = source
    self.title = title
    self.transforms = transforms
    self.origin = origin
    self.parts = parts
  }

  package var kind: ValueKind { .dataset }

  package var summary: String {
    var text = "\(title) · \(NumberText.count(source.count)) × \(source.exampleShape)"
    if let classes = source.classCount { text += " · \(classes) classes" }
    if !transforms.isEmpty { text += " · " + transforms.joined(separator: ", ") }
    return text
  }

  package var byteCount: Int { origin.arrays.reduce(64) { $0 + $1.tensor.byteCount } }

  package var attributeNames: [String] {
    parts.map(\.name) + ["count", "shape"] + (source.classCount == nil ? [] : ["classes", "labels"])
  }

  package func attribute(_ name: String) throws -> Value? {
    if let part = parts.first(where: { $0.name == name }) { return .object(part.value) }
    switch name {
    case "count": return .number(Double(source.count))
    case "shape":
      return .tensor(ArrayValue(try Tensor(source.exampleShape.dimensions.map { Float($0) })))
    case "classes": return source.classCount.map { .number(Double($0)) }
    case "labels":
      return try rowLabels().map { .tensor(ArrayValue(try Tensor($0.map { Float($0) }), labels: $0)) }
    default: return nil
    }
  }

  package func output(width: Int) -> Output { Value.report(report).output(width: width) }

  private var report: Report {
    var fields: [Report.Field] = [
      .init("count", label: "examples", .count(source.count)),
      .init("shape", label: "example", .text(source.exampleShape.description)),
    ]
    if let classes = source.classCount { fields.append(.init("classes", .count(classes))) }
    for part in parts { fields.append(.init(part.name, .count(part.value.source.count), unit: "examples")) }
    fields.append(.init("transforms", .text(transforms.isEmpty ? "none" : transforms.joined(separator: ", "))))
    return Report(title: title, fields: fields)
  }

  package func stored() throws -> StoredValue { origin }

  package var rowCount: Int { source.count }

  package func rowLabels() throws -> [Int32]? {
    guard source.classCount != nil else { return nil }
    var labels = [Int32](repeating: 0, count: source.count)
    let indices = (0..<Int32(source.count)).map { $0 }
    indices.withUnsafeBufferPointer { indices in
      labels.withUnsafeMutableBufferPointer { buffer in
        if let base = buffer.baseAddress { source.readLabels(indices, into: base) }
      }
    }
    return labels
  }

  package func select(rows: [Int]) throws -> Value {
    .object(subset(rows.map { Int32($0) }, title: "\(rows.count) of \(title)"))
  }

  /// Some of the examples, in the order given.
  package func subset(_ rows: [Int32], title: String) -> DatasetValue {
    var origin = StoredValue(
      kind: "subset",
      detail: .object([
        .init("kind", .string(self.origin.kind)), .init("of", self.origin.detail), .init("title", .string(title)),
      ]),
      arrays: self.origin.arrays.map { .init("of/" + $0.name, $0.tensor) })
    if let tensor = try? Tensor(rows) { origin.arrays.append(.init("rows", tensor)) }
    return DatasetValue(SubsetSource(base: source, rows: rows), title: title, transforms: transforms, origin: origin)
  }

  /// The examples as a tensor `[n, C, H, W]`, transforms applied with the stream of `seed`.
  package func examples(_ rows: [Int32]? = nil, seed: UInt64 = 0) throws -> Tensor {
    let rows = rows ?? (0..<Int32(source.count)).map { $0 }
    var tensor = try Tensor(zeros: Shape([rows.count] + source.exampleShape.dimensions))
    let stream = RandomStream(seed: seed, purpose: "batch")
    try tensor.withMutableElements(of: Float.self) { elements in
      guard let base = elements.baseAddress else { return }
      rows.withUnsafeBufferPointer { source.read($0, rows: 0..<rows.count, into: base, stream: stream) }
    }
    return tensor
  }
}

/// Some examples of another source.
struct SubsetSource: BatchSource {
  let base: any BatchSource
  let rows: [Int32]

  var count: Int { rows.count }
  var exampleShape: Shape { base.exampleShape }
  var classCount: Int? { base.classCount }

  func read(
    _ indices: UnsafeBufferPointer<Int32>, rows range: Range<Int>, into destination: UnsafeMutablePointer<Float>,
    stream: RandomStream
  ) {
    withMapped(indices) { base.read($0, rows: range, into: destination, stream: stream) }
  }

  func readLabels(_ indices: UnsafeBufferPointer<Int32>, into destination: UnsafeMutablePointer<Int32>) {
    withMapped(indices) { base.readLabels($0, into: destination) }
  }

  private func withMapped(_ indices: UnsafeBufferPointer<Int32>, _ body: (UnsafeBufferPointer<Int32>) -> Void) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(indices.count, 1)) { mapped in
      for (position, index) in indices.enumerated() { mapped[position] = rows[Int(index)] }
      body(UnsafeBufferPointer(start: UnsafePointer(mapped.baseAddress), count: indices.count))
    }
  }
}

/// Examples held in a tensor of the session.
struct TensorSource: BatchSource {
  let count: Int
  let exampleShape: Shape
  let classCount: Int?
  private let tensor: Tensor
  private let labels: [Int32]

  /// Rows of `array` are examples; rank 4 is `[N, C, H, W]`, rank 3 `[N, H, W]`, rank 2 `[N, D]`.
  init(_ array: ArrayValue) throws {
    count = array.shape[0]
    let example = array.shape.droppingFirst
    exampleShape = example.rank == 2 ? Shape([1] + example.dimensions) : example
    tensor = array.tensor.dtype == .float32 ? array.tensor : try Tensor(array.floats, shape: array.shape)
    labels = array.labels ?? []
    classCount = labels.isEmpty || (labels.min() ?? -1) < 0 ? nil : Int(labels.max() ?? 0) + 1
  }

  func read(
    _ indices: UnsafeBufferPointer<Int32>, rows: Range<Int>, into destination: UnsafeMutablePointer<Float>,
    stream: RandomStream
  ) {
    let size = exampleShape.count
    tensor.withElements(of: Float.self) { elements in
      guard let base = elements.baseAddress else { return }
      for row in rows { (destination + row * size).update(from: base + Int(indices[row]) * size, count: size) }
    }
  }

  func readLabels(_ indices: UnsafeBufferPointer<Int32>, into destination: UnsafeMutablePointer<Int32>) {
    for (row, index) in indices.enumerated() { destination[row] = labels[Int(index)] }
  }
}
