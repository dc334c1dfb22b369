import Datasets
import Tensors

extension DatasetValue {
  package func stored() throws -> StoredValue {
    var members: [JSON.Member] = [
      .init("name", .string(dataset.name)), .init("hash", .string(dataset.hash.text)),
      .init("transforms", try JSON(encoding: dataset.transforms)),
    ]
    var arrays: [StoredValue.Array] = []
    switch origin {
    case .loaded(let request): members.append(.init("request", try JSON(encoding: request)))
    case .session:
      arrays.append(.init("content", dataset.storage))
      if let labels = dataset.labels { arrays.append(.init("labels", try Tensor(labels))) }
    }
    if isWhole { members.append(.init("whole", .bool(true))) }
    if let view = dataset.view { arrays.append(.init("view", try Tensor(view))) }
    for part in made {
      if let view = part.dataset.view { arrays.append(.init("part/\(part.name)", try Tensor(view))) }
    }
    return StoredValue(kind: "dataset", detail: .object(members), arrays: arrays)
  }

  init(stored: StoredValue, options: SessionOptions) throws {
    let damaged = Fault(.notAWorkspace, "a dataset is damaged")
    guard let name = stored.detail["name"]?.stringValue else { throw damaged }
    var dataset: Dataset
    let origin: Origin
    if let request = try stored.detail["request"]?.decoded(LoadRequest.self) {
      dataset = try DatasetLoading.load(request, options)
      origin = .loaded(request)
      guard dataset.hash.text == stored.detail["hash"]?.stringValue else {
        throw Fault(
          .unreadableFile, "\(request.reference) has changed since it was loaded",
          fix: "Restore the old file, or load the new one under another name.")
      }
    } else {
      guard let content = stored["content"] else { throw damaged }
      let labels = stored["labels"].flatMap { $0.dtype == .int32 ? $0.elements(as: Int32.self) : nil }
      dataset = Dataset(name: name, source: "a tensor of the session", storage: content, labels: labels)
      origin = .session
    }
    dataset = try dataset.replacing(transforms: stored.detail["transforms"]?.decoded([Transform].self) ?? [])
    let whole = dataset
    func view(_ tensor: Tensor, _ name: String) throws -> Dataset {
      guard tensor.dtype == .int32 else { throw damaged }
      let rows = tensor.elements(as: Int32.self).map(Int.init)
      guard rows.allSatisfy({ $0 >= 0 && $0 < whole.count }) else { throw damaged }
      var part = whole.subset(rows)
      part.name = name
      return part
    }
    if let rows = stored["view"] { dataset = try view(rows, name) }
    dataset.name = name
    let made = try stored.arrays.filter { $0.name.hasPrefix("part/") }.map { array in
      let part = String(array.name.dropFirst(5))
      return Part(name: part, dataset: try view(array.tensor, "\(name).\(part)"))
    }
    self.init(
      dataset, origin: origin, made: made.sorted { ($0.name == "train" ? 0 : 1) < ($1.name == "train" ? 0 : 1) },
      isWhole: stored.detail["whole"]?.boolValue ?? false)
  }
}
