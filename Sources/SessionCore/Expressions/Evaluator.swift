import Language
import Tensors
import Text

/// Computes expressions over the values of a session.
package struct Evaluator {
  package let execution: Execution

  package func evaluate(_ expression: Expression) throws -> Value {
    switch expression.node {
    case .number(let value): return .number(value)
    case .string(let text): return .string(text)
    case .name(let name): return try lookup(name, at: expression.span)
    case .list(let items): return try list(items)
    case .dictionary(let entries): return try dictionary(entries)
    case .call(let name, let arguments): return try call(name, arguments, span: expression.span)
    case .index(let base, let subscripts):
      if let value = try cell(base, subscripts, at: expression.span) { return value }
      let value = try evaluate(base)
      do {
        return try Indexing(evaluator: self).select(from: value, subscripts, at: expression.span)
      } catch let fault as Fault {
        throw fault.placed(at: expression.span)
      }
    case .attribute(let base, let name): return try attribute(base, name)
    case .unary(let symbol, let operand):
      let value = try evaluate(operand)
      return try at(expression.span) {
        try Arithmetic.binary(symbol == .not ? .equal : .multiply, value, .number(symbol == .not ? 0 : -1))
      }
    case .binary(let symbol, let left, let right):
      let a = try evaluate(left)
      let b = try evaluate(right)
      return try at(expression.span) { try Arithmetic.binary(symbol, a, b) }
    case .range(let lower, let upper, let exclusive):
      return try range(lower, upper, exclusive, span: expression.span)
    }
  }

  /// Runs `body`, placing its faults at `span` and turning what the engine throws into faults.
  package func at<T>(_ span: Range<Int>, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let fault as Fault {
      throw fault.placed(at: span)
    } catch let error as AllocationError {
      throw Fault(.outOfMemory, error.description, at: span)
    }
  }

  private func lookup(_ name: String, at span: Range<Int>) throws -> Value {
    if let value = execution.lookup(name) { return value }
    switch name {
    case "pi": return .number(.pi)
    // Papermill and other Python tools write `True`.
    case "yes", "true", "on", "True": return .flag(true)
    case "no", "false", "off", "False": return .flag(false)
    case "None": return .nothing
    default: break
    }
    if FunctionTable.shared[name] != nil {
      throw Fault(
        .syntax, "'\(name)' is a function", at: span,
        fix: "Write \(FunctionTable.shared[name]?.signature ?? name).")
    }
    if execution.table[name] != nil {
      throw Fault(.syntax, "'\(name)' is a command; a command starts a statement", at: span)
    }
    throw execution.noVariable(name, at: span)
  }

  /// `In[3]`, the text of cell 3, and `Out[3]`, its result, as IPython has them; nil for other names, and where a variable
  /// has this one. Negative numbers count from the last cell.
  private func cell(_ base: Expression, _ subscripts: [Expression.Subscript], at span: Range<Int>) throws -> Value? {
    guard case .name(let name) = base.node, name == "In" || name == "Out", execution.lookup(name) == nil,
      case .value(let index)? = subscripts.first, subscripts.count == 1
    else { return nil }
    let number = try integer(index)
    let cell = number < 0 ? execution.cell + number : number
    if name == "Out" {
      guard let value = execution.lookup("_\(cell)") else { throw execution.noVariable("_\(cell)", at: span) }
      return value
    }
    guard let entry = execution.core.history.range(start: cell, stop: cell + 1).last else {
      throw Fault(.unknownVariable, "there is no cell \(cell)", at: span, fix: "'history' lists the cells.")
    }
    return .string(entry.source)
  }

  private func list(_ items: [Expression]) throws -> Value {
    let values = try items.map { try evaluate($0) }
    let numbers = values.compactMap { value -> Float? in
      if case .number(let number) = value { return Float(number) }
      return nil
    }
    // Numbers make a vector, so that arithmetic works on them.
    guard !numbers.isEmpty, numbers.count == values.count else { return .list(values) }
    return .tensor(ArrayValue(try Tensor(numbers)))
  }

  private func dictionary(_ entries: [Expression.Entry]) throws -> Value {
    .object(
      DictionaryValue(
        try entries.map { entry in
          let key: String
          switch try evaluate(entry.key) {
          case .string(let text): key = text
          case .number(let number): key = NumberText.short(number, digits: 17)
          case .flag(let flag): key = flag ? "True" : "False"
          case let other:
            throw Fault(
              .wrongKind, "\(other.kind.phrase) cannot name an entry", at: entry.key.span,
              fix: "Names are text in quotes: {\"lr\": 0.001}")
          }
          return .init(key: key, value: try evaluate(entry.value))
        }))
  }

  /// `float("nan")`, as Python writes numbers that have no digits.
  private func float(_ arguments: [Expression.Argument], span: Range<Int>) throws -> Value {
    guard arguments.count == 1, arguments[0].name == nil else {
      throw Fault(.wrongFunctionArguments, "float takes 1 argument", at: span, fix: "Write float(\"inf\").")
    }
    switch try evaluate(arguments[0].value) {
    case .number(let number): return .number(number)
    case .string(let text):
      let trimmed = text.trimmingPrefix { $0.isWhitespace }.lowercased()
      guard let number = Double(trimmed), !trimmed.contains("x") else {
        throw Fault(
          .wrongKind, "\(Value.string(text).summary) is not a number", at: arguments[0].value.span,
          fix: "For example: float(\"inf\"), float(\"-inf\"), float(\"nan\")")
      }
      return .number(number)
    case let other:
      throw Fault(.wrongKind, "float needs text or a number, got \(other.kind.phrase)", at: arguments[0].value.span)
    }
  }

  private func range(
    _ lower: Expression?, _ upper: Expression?, _ exclusive: Bool, span: Range<Int>
  ) throws -> Value {
    guard let lower, let upper else {
      throw Fault(.syntax, "a range needs both ends here", at: span, fix: "For example: 0..9")
    }
    let low = try integer(lower)
    let high = try integer(upper) - (exclusive ? 1 : 0)
    guard low <= high else {
      throw Fault(.emptySelection, "the range \(low)..\(high) is empty", at: span, fix: "Put the smaller end first.")
    }
    return .range(lower: low, upper: high)
  }

  /// An integer.
  package func integer(_ expression: Expression) throws -> Int {
    let value = try evaluate(expression)
    guard case .number(let number) = value, let whole = Int(exactly: number), whole.magnitude < 1 << 53 else {
      throw Fault(.wrongKind, "expected an integer, got \(value.summary)", at: expression.span)
    }
    return whole
  }

  private func call(
    _ name: Spanned<String>, _ arguments: [Expression.Argument], span: Range<Int>
  ) throws -> Value {
    // Python's names for what is here already; a variable may have them.
    let known = FunctionTable.shared[name.value == "len" ? "count" : name.value]
    guard let function = known else {
      if name.value == "type", arguments.count == 1, arguments[0].name == nil {
        return .string(try evaluate(arguments[0].value).kind.rawValue)
      }
      if name.value == "float" { return try float(arguments, span: span) }
      if let command = execution.table[name.value] {
        throw Fault(
          .syntax, "'\(name.value)' is a command", at: name.span, fix: "Write it without parentheses: \(command.usage)")
      }
      let fix =
        Suggestion.question(name.value, in: FunctionTable.shared.functions.map(\.name))
        ?? "'help functions' lists them."
      throw Fault(.unknownFunction, "unknown function '\(name.value)'", at: name.span, fix: fix)
    }
    var call = FunctionCall(function: function, seed: { execution.seed(given: $0) })
    for argument in arguments {
      let value: Value
      if let key = argument.name, case .name(let word) = argument.value.node,
        execution.lookup(word) == nil || (key.value == "axis" && word == "all")
      {
        value = .string(word)  // axis=all
      } else {
        value = try evaluate(argument.value)
      }
      guard let key = argument.name else {
        call.positional.append(value)
        continue
      }
      guard function.options.contains(key.value) else {
        let fix = function.options.isEmpty ? nil : "Options: \(function.options.joined(separator: ", "))."
        throw Fault(.unknownOption, "\(function.name) has no option '\(key.value)'", at: key.span, fix: fix)
      }
      call.options[key.value] = value
    }
    guard function.arity.contains(call.positional.count) else {
      throw Fault(
        .wrongFunctionArguments, "\(function.name) expects \(function.arityText), got \(call.positional.count)",
        at: span,
        fix: "Write \(function.signature).")
    }
    let ready = call
    return try at(span) { try function.apply(ready) }
  }

  private func attribute(_ base: Expression, _ name: Spanned<String>) throws -> Value {
    let value = try evaluate(base)
    if value.isVolatile(name.value) { execution.readsClock = true }
    if let result = try at(name.span, { try value.attribute(name.value) }) { return result }
    let names = value.attributeNames
    let fix =
      Suggestion.question(name.value, in: names)
      ?? (names.isEmpty ? nil : "Attributes: \(names.joined(separator: ", ")).")
    throw Fault(.unknownAttribute, "\(value.kind.phrase) has no attribute '\(name.value)'", at: name.span, fix: fix)
  }
}

extension Value {
  /// Names after the dot.
  package var attributeNames: [String] {
    switch self {
    case .tensor(let array):
      ["shape", "count", "rank", "dtype", "T"] + (array.labels == nil ? [] : ["labels"])
    case .list, .range: ["count"]
    case .table(let table): ["count"] + table.withErrors.columns.map(\.key)
    case .report(let report): report.attributeNames
    case .object(let object): object.attributeNames
    default: []
    }
  }

  /// Whether the clock decides an attribute: a report's duration, a table's column of speeds.
  package func isVolatile(_ name: String) -> Bool {
    switch self {
    case .report(let report): report.isVolatile(name)
    case .table(let table):
      table.column(name).map { column in
        table.rows.contains { $0.indices.contains(column) && $0[column].isVolatile }
      } ?? false
    default: false
    }
  }

  /// The value of an attribute; nil when there is none of this name.
  package func attribute(_ name: String) throws -> Value? {
    switch (self, name) {
    case (.tensor(let array), "shape"):
      return .tensor(try ArrayValue(shape: array.shape))
    case (.tensor(let array), "count"): return .number(Double(array.shape.count))
    case (.tensor(let array), "rank"): return .number(Double(array.shape.rank))
    case (.tensor(let array), "dtype"): return .string(array.tensor.dtype.rawValue)
    case (.tensor(let array), "labels"):
      return try array.labels.map { .tensor(ArrayValue(try Tensor($0.map { Float($0) }))) }
    case (.tensor(let array), "T"): return .tensor(try array.transposed())
    case (.list(let items), "count"): return .number(Double(items.count))
    case (.range(let lower, let upper), "count"): return .number(Double(upper - lower + 1))
    case (.table(let table), "count"): return .number(Double(table.rows.count))
    case (.table(let table), _):
      let table = table.withErrors
      return table.column(name).map { column in
        .list(table.rows.map { $0.indices.contains(column) ? $0[column].value : .nothing })
      }
    case (.report(let report), _): return report.attribute(name)
    case (.object(let object), _): return try object.attribute(name)
    default: return nil
    }
  }
}
