import Tensors

/// Makes datasets of what a workspace holds.
enum DatasetRestoring {
  /// Some rows of another dataset.
  static func subset(_ stored: StoredValue, _ options: SessionOptions) throws -> Value {
    let base = StoredValue(
      kind: stored.detail["kind"]?.stringValue ?? "", detail: stored.detail["of"] ?? .null,
      arrays: stored.arrays.filter { $0.name.hasPrefix("of/") }.map { .init(String($0.name.dropFirst(3)), $0.tensor) })
    guard let restorer = Restorers.objects[base.kind], let rows = stored["rows"], rows.dtype == .int32,
      case .object(let data as DatasetValue) = try restorer(base, options)
    else { throw Fault(.notAWorkspace, "a part of a dataset is damaged") }
    return .object(data.subset(rows.elements(as: Int32.self), title: stored.detail["title"]?.stringValue ?? data.title))
  }

  /// Examples that were made of a tensor of the session.
  static func tensor(_ stored: StoredValue, _ options: SessionOptions) throws -> Value {
    guard let tensor = stored["tensor"] else { throw Fault(.notAWorkspace, "a dataset is damaged") }
    let labels = stored["labels"].flatMap { $0.dtype == .int32 ? $0.elements(as: Int32.self) : nil }
    let array = ArrayValue(tensor, labels: labels)
    return .object(try DatasetValue(array, title: stored.detail["title"]?.stringValue ?? "tensor"))
  }
}

extension DatasetValue {
  /// The rows of a tensor as examples; the workspace keeps them.
  init(_ array: ArrayValue, title: String) throws {
    guard array.shape.rank >= 2, array.shape.count > 0 else {
      throw Fault(.shapeMismatch, "examples are rows: [N, D], [N, H, W] or [N, C, H, W], this is \(array.shape)")
    }
    var arrays = [StoredValue.Array("tensor", array.tensor)]
    if let labels = array.labels { arrays.append(.init("labels", try Tensor(labels))) }
    self.init(
      try TensorSource(array), title: title,
      origin: StoredValue(
        kind: "tensor-dataset", detail: .object([.init("title", .string(title))]), arrays: arrays))
  }
}
