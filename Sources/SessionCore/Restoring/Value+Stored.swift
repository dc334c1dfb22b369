import Figures
import JSONText
import Language
import Tensors
import WorkspaceStore

extension Value {
  /// How the workspace keeps the value.
  package func stored() throws -> StoredValue {
    switch self {
    case .number(let value): return StoredValue(kind: "number", detail: .string("\(value)"))
    case .string(let text): return StoredValue(kind: "text", detail: .string(text))
    case .flag(let value): return StoredValue(kind: "flag", detail: .bool(value))
    case .range(let low, let high):
      return StoredValue(kind: "range", detail: .array([.integer(low), .integer(high)]))
    case .tensor(let array):
      var arrays = [StoredValue.Array("tensor", array.tensor)]
      if let labels = array.labels { arrays.append(.init("labels", try Tensor(labels))) }
      var names =
        array.labelNames.isEmpty ? [] : [JSON.Member("label_names", try JSON(encoding: array.labelNames))]
      if let form = array.form {
        names.append(.init("columns", try JSON(encoding: form.columns)))
        names.append(.init("data_units", .bool(form.isInDataUnits)))
      }
      let content = array.content.map { content in
        JSON.Member("content", .array([.string(content.text), .bool(content.isOfEach)]))
      }
      return StoredValue(
        kind: "tensor",
        detail: .object([.init("meaning", .string(array.meaning.rawValue))] + (content.map { [$0] } ?? []) + names),
        arrays: arrays)
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
  package let options: SessionOptions
  /// Of models and datasets, by kind.
  package let kinds: [String: Restorer]

  package init(options: SessionOptions, kinds: [String: Restorer]) { (self.options, self.kinds) = (options, kinds) }

  /// - Throws: A fault of the workspace for a value that is not as it was written, E304 where there is no memory for it,
  ///   and what loading its data throws.
  package func value(_ stored: StoredValue) throws -> Value {
    do {
      return try decoded(stored)
    } catch let damage as Damage {
      throw damage.fault(ofKind: stored.kind)
    } catch let error as DecodingError {
      throw Damage(error.place).fault(ofKind: stored.kind)
    } catch let error where error is Fault || error is AllocationError || error is FileError || error is Stopped {
      // Of a value of its kind within a list, of the machine, of the file that its data come from.
      throw error
    } catch {
      throw Damage("\(error)").fault(ofKind: stored.kind)
    }
  }

  /// What images show; older workspaces do not say.
  private func content(_ stored: StoredValue) throws -> ArrayValue.Content? {
    guard let detail = stored.detail["content"] else { return nil }
    guard let parts = detail.arrayValue, parts.count == 2, let text = parts[0].stringValue,
      let isOfEach = parts[1].boolValue
    else { throw Damage("its content") }
    return .init(text, isOfEach: isOfEach)
  }

  private func decoded(_ stored: StoredValue) throws -> Value {
    let damaged = Damage("its content")
    switch stored.kind {
    case "number":
      guard let value = stored.detail.stringValue.flatMap({ Double($0) }) else { throw damaged }
      return .number(value)
    case "text":
      guard let text = stored.detail.stringValue else { throw damaged }
      return .string(text)
    case "flag":
      guard let value = stored.detail.boolValue else { throw damaged }
      return .flag(value)
    case "range":
      guard let ends = stored.detail.arrayValue?.compactMap(\.integerValue), ends.count == 2, ends[0] <= ends[1],
        ends.allSatisfy({ $0.magnitude < 1 << 53 })
      else { throw damaged }
      return .range(lower: ends[0], upper: ends[1])
    case "tensor":
      guard let tensor = stored["tensor"] else { throw damaged }
      guard let meaning = stored.detail["meaning"]?.stringValue.flatMap({ ArrayValue.Meaning(rawValue: $0) }) else {
        throw Damage("its meaning")
      }
      let labels = try stored.labels(count: tensor.shape.dimensions.first ?? 0)
      let names = try stored.detail["label_names"]?.decoded([String].self) ?? []
      let form = try stored.detail["columns"].map { columns in
        ArrayValue.RowForm(
          columns: try columns.decoded([String].self), isInDataUnits: stored.detail["data_units"]?.boolValue ?? false)
      }
      return .tensor(
        ArrayValue(
          tensor, labels: labels, labelNames: names, meaning: meaning, form: form, content: try content(stored)))
    case "list":
      return .list(
        try Damage.list(stored.detail, "items").enumerated().map { index, part in
          let prefix = "\(index)/"
          let arrays = stored.arrays.filter { $0.name.hasPrefix(prefix) }
            .map { StoredValue.Array(String($0.name.dropFirst(prefix.count)), $0.tensor) }
          guard let kind = part["kind"]?.stringValue, let detail = part["detail"] else { throw damaged }
          return try value(StoredValue(kind: kind, detail: detail, arrays: arrays))
        })
    case "table":
      return .table(try Table(storedDetail: stored.detail))
    case "report": return .report(try Report(storedDetail: stored.detail))
    case "figure":
      let figure = try stored.detail.decoded(Figure.self)
      if let fault = figure.fault { throw Damage(fault) }
      return .figure(figure)
    case "nothing": return .nothing
    case "dictionary": return .object(try DictionaryValue(stored: stored, self))
    default:
      guard let restorer = kinds[stored.kind] else {
        throw Fault(.notAWorkspace, "values of kind '\(stored.kind)' are unknown here")
      }
      return try restorer(stored, options)
    }
  }
}

extension StoredValue {
  /// The classes of rows; nil when there are none.
  package func labels(count: Int) throws(Damage) -> [Int32]? {
    guard let tensor = self["labels"] else { return nil }
    guard tensor.dtype == .int32, tensor.shape.count == count else { throw Damage("its labels") }
    let labels = tensor.elements(as: Int32.self)
    guard labels.allSatisfy({ $0 >= -1 }) else { throw Damage("a label below -1") }
    return labels
  }
}

extension DecodingError {
  /// Where in a value something is not as it should be.
  fileprivate var place: String {
    let context =
      switch self {
      case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
        .dataCorrupted(let context):
        context
      @unknown default: Context(codingPath: [], debugDescription: "")
      }
    var names = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.dropFirst()
    if case .keyNotFound(let key, _) = self { names.append(key.stringValue) }
    return names.isEmpty ? "its content" : names.joined(separator: ".")
  }
}
