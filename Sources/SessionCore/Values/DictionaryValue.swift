import JSONText
import Text
import WorkspaceStore

/// Values by name, `{"lr": 0.001, "sizes": [64, 32]}`: what tools that set parameters write as in Python.
package struct DictionaryValue: ObjectValue {
  package struct Entry: Sendable {
    package let key: String
    package let value: Value
  }
  /// In the order they were written; of a name that comes twice the last value.
  package let entries: [Entry]

  package init(_ given: [Entry]) {
    var entries: [Entry] = []
    for entry in given {
      if let place = entries.firstIndex(where: { $0.key == entry.key }) {
        entries[place] = entry
      } else {
        entries.append(entry)
      }
    }
    self.entries = entries
  }

  package subscript(key: String) -> Value? { entries.first { $0.key == key }?.value }

  package var kind: ValueKind { .dictionary }
  package var summary: String { entries.count == 1 ? "1 entry" : "\(entries.count) entries" }
  package var byteCount: Int { entries.reduce(16) { $0 + $1.key.utf8.count + $1.value.byteCount } }
  package var attributeNames: [String] { ["count"] + entries.map(\.key).filter { $0.isName && $0 != "count" } }

  package func attribute(_ name: String) -> Value? {
    self[name] ?? (name == "count" ? .number(Double(entries.count)) : nil)
  }

  package var report: Report? { nil }

  package func markedText(width: Int) -> String {
    let parts = entries.map { JSON.string($0.key).text() + ": " + $0.value.text(inListOf: width) }
    return TextWidth.wrap("{" + parts.joined(separator: ", ") + "}", to: width)
  }

  package func json(marksClock: Bool) -> JSON? {
    .object(entries.map { .init($0.key, $0.value.dataJSON(marksClock: marksClock) ?? .null) })
  }

  package func stored() throws -> StoredValue {
    let list = try Value.list(entries.map(\.value)).stored()
    return StoredValue(
      kind: "dictionary",
      detail: .object([.init("keys", .array(entries.map { .string($0.key) })), .init("values", list.detail)]),
      arrays: list.arrays)
  }

  package init(stored: StoredValue, _ restorers: Restorers) throws {
    let damaged = Damage("its entries")
    let list = StoredValue(kind: "list", detail: stored.detail["values"] ?? .null, arrays: stored.arrays)
    let keys = try Damage.texts(stored.detail["keys"], "keys")
    guard case .list(let values) = try restorers.value(list), keys.count == values.count
    else { throw damaged }
    self.init(zip(keys, values).map { Entry(key: $0, value: $1) })
  }
}

extension Value {
  /// How it looks between others in brackets.
  package func text(inListOf width: Int) -> String {
    switch self {
    case .nothing: "None"
    case .tensor(let array) where array.shape.rank == 1 && array.shape.count <= 20:
      "[" + array.floats.map { NumberText.short(Double($0)) }.joined(separator: ", ") + "]"
    default: markedText(width: width)
    }
  }
}
