import Datasets
import JSONText
import Language
import SessionCore
import Tensors
import WorkspaceStore

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
      if !dataset.columns.isEmpty { members.append(.init("columns", try JSON(encoding: dataset.columns))) }
      if !dataset.labelNames.isEmpty { members.append(.init("label_names", try JSON(encoding: dataset.labelNames))) }
    }
    if isWhole { members.append(.init("whole", .bool(true))) }
    if let view = dataset.view { arrays.append(.init("view", try Tensor(view))) }
    for part in made {
      if let view = part.dataset.view { arrays.append(.init("part/\(part.name)", try Tensor(view))) }
    }
    return StoredValue(kind: "dataset", detail: .object(members), arrays: arrays)
  }

  init(stored: StoredValue, options: SessionOptions) throws {
    try self.init(stored: stored, options: options) { try DatasetLoading.load($0, options) }
  }

  /// - Parameter load: Reads the file or folder.
  init(stored: StoredValue, options: SessionOptions, load: (LoadRequest) throws -> Dataset) throws {
    let damaged = Damage("its content")
    let name = try Damage.text(stored.detail["name"], "name")
    var dataset: Dataset
    let origin: Origin
    if let request = try stored.detail["request"]?.decoded(LoadRequest.self) {
      guard request.isSound else { throw Damage("request") }
      dataset = try load(request)
      origin = .loaded(request)
      guard dataset.hash.text == stored.detail["hash"]?.stringValue else {
        throw Fault(
          .unreadableFile, "\(request.reference) has changed since it was loaded",
          fix: "Restore the old file, or load the new one under another name.")
      }
    } else {
      guard let content = stored["content"], content.shape.rank > 1 else { throw damaged }
      let labels = try stored.labels(count: content.shape[0])
      let columns = try stored.detail["columns"]?.decoded([String].self) ?? []
      guard columns.isEmpty || content.shape.droppingFirst == [columns.count] else { throw Damage("columns") }
      dataset = Dataset(
        name: name, source: "a tensor of the session", storage: content, labels: labels,
        labelNames: try stored.detail["label_names"]?.decoded([String].self) ?? [], columns: columns)
      origin = .session
    }
    guard let transforms = stored.detail["transforms"] else { throw Damage("transforms") }
    dataset = try dataset.replacing(transforms: transforms.decoded([Transform].self))
    let whole = dataset
    func view(_ tensor: Tensor, _ name: String) throws -> Dataset {
      guard tensor.dtype == .int32 else { throw Damage("its rows") }
      let rows = tensor.elements(as: Int32.self).map(Int.init)
      guard rows.allSatisfy({ $0 >= 0 && $0 < whole.count }) else { throw Damage("its rows") }
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
