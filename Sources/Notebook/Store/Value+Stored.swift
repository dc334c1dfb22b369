import Plotting
import Tensors

extension Value {
  /// How the workspace keeps the value.
  func stored() throws -> StoredValue {
    switch self {
    case .number(let value): return StoredValue(kind: "number", detail: .string("\(value)"))
    case .string(let text): return StoredValue(kind: "text", detail: .string(text))
    case .flag(let value): return StoredValue(kind: "flag", detail: .bool(value))
    case .range(let low, let high):
      return StoredValue(kind: "range", detail: .array([.integer(low), .integer(high)]))
    case .tensor(let array):
      var arrays = [StoredValue.Array("tensor", array.tensor)]
      if let labels = array.labels { arrays.append(.init("labels", try Tensor(labels))) }
      return StoredValue(
        kind: "tensor", detail: .object([.init("meaning", .string(array.meaning.rawValue))]), arrays: arrays)
    case .list(let items):
      var arrays: [StoredValue.Array] = []
      let parts = try items.enumerated().map { index, item -> JSON in
        let stored = try item.stored()
        arrays += stored.arrays.map { .init("\(index)/\($0.name)", $0.tensor) }
        return .object([.init("kind", .string(stored.kind)), .init("detail", stored.detail)])
      }
      return StoredValue(kind: "list", detail: .array(parts), arrays: arrays)
    case .table(let table): return StoredValue(kind: "table", detail: table.storedDetail)
    case .report(let report): return StoredValue(kind: "report", detail: report.storedDetail)
    case .figure(let figure): return StoredValue(kind: "figure", detail: try JSON(encoding: figure))
    case .object(let object): return try object.stored()
    case .nothing: return StoredValue(kind: "nothing", detail: .null)
    }
  }
}

/// Makes values of what a workspace holds.
package struct Restorers: Sendable {
  package typealias Restorer = @Sendable (StoredValue, SessionOptions) throws -> Value
  let options: SessionOptions
  /// By kind; models and datasets register theirs here.
  static let objects: [String: Restorer] = [
    "model": { stored, options in .object(try ModelValue(stored: stored, threads: options.threads)) },
    "dictionary": { stored, options in .object(try DictionaryValue(stored: stored, options: options)) },
    "dataset": { stored, options in .object(try DatasetValue(stored: stored, options: options)) },
  ]

  func value(_ stored: StoredValue) throws -> Value {
    let damaged = Fault(.notAWorkspace, "a value of kind '\(stored.kind)' is damaged")
    switch stored.kind {
    case "number":
      guard let value = stored.detail.stringValue.flatMap({ Double($0) }) else { throw damaged }
      return .number(value)
    case "text":
      guard let text = stored.detail.stringValue else { throw damaged }
      return .string(text)
    case "flag": return .flag(stored.detail.boolValue ?? false)
    case "range":
      guard let ends = stored.detail.arrayValue?.compactMap(\.integerValue), ends.count == 2, ends[0] <= ends[1] else {
        throw damaged
      }
      return .range(lower: ends[0], upper: ends[1])
    case "tensor":
      guard let tensor = stored["tensor"] else { throw damaged }
      let meaning = stored.detail["meaning"]?.stringValue.flatMap { ArrayValue.Meaning(rawValue: $0) }
      let labels = stored["labels"].flatMap { $0.dtype == .int32 ? $0.elements(as: Int32.self) : nil }
      return .tensor(ArrayValue(tensor, labels: labels, meaning: meaning ?? .plain))
    case "list":
      return .list(
        try (stored.detail.arrayValue ?? []).enumerated().map { index, part in
          let prefix = "\(index)/"
          let arrays = stored.arrays.filter { $0.name.hasPrefix(prefix) }
            .map { StoredValue.Array(String($0.name.dropFirst(prefix.count)), $0.tensor) }
          return try value(
            StoredValue(kind: part["kind"]?.stringValue ?? "", detail: part["detail"] ?? .null, arrays: arrays))
        })
    case "table":
      guard let table = Table(storedDetail: stored.detail) else { throw damaged }
      return .table(table)
    case "report": return .report(Report(storedDetail: stored.detail))
    case "figure": return .figure(try stored.detail.decoded(Figure.self))
    case "nothing": return .nothing
    default:
      guard let restorer = Self.objects[stored.kind] else {
        throw Fault(.notAWorkspace, "values of kind '\(stored.kind)' are unknown here")
      }
      return try restorer(stored, options)
    }
  }
}
