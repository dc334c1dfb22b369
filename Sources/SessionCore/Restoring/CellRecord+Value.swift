import JSONText
import WorkspaceStore

extension OutputRecord {
  package init(_ output: Output) {
    var members: [JSON.Member] = []
    if let value = output.value {
      members = [.init("kind", .string(value.kind.rawValue)), .init("summary", .string(value.summary))]
    }
    if let marked = output.marked { members.append(.init("marked", .string(marked))) }
    self.init(
      role: "\(output.role)", text: output.record, detail: members.isEmpty ? nil : .object(members))
  }
}

extension CellRecord {
  /// Keeps the cell's value for `_N`, unless it is large, or a model or dataset, which variables keep.
  package mutating func keep(_ value: Value) {
    if case .object = value { return }
    if value.byteCount <= Results.largeBytes { result = try? value.stored() }
  }
}
