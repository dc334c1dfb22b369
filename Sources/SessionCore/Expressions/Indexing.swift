import Language
import Tensors
import Text

/// Selection with brackets: `z[3]`, `z[0..9]`, `z[:, 0]`, `z[label=3]`, `z[z[:, 0] > 1]`.
package struct Indexing {
  package let evaluator: Evaluator

  package func select(from value: Value, _ subscripts: [Expression.Subscript], at span: Range<Int>) throws -> Value {
    switch value {
    case .tensor(let array): return .tensor(try select(from: array, subscripts, span)).unwrappedScalar
    case .range:
      guard case .tensor(let array) = try Arithmetic.vector(of: value) else { return value }
      return .tensor(try select(from: array, subscripts, span)).unwrappedScalar
    case .list(let items):
      let rows = try indices(subscripts, count: items.count, labels: nil, span)
      return rows.keepsAxis ? .list(rows.indices.map { items[$0] }) : items[rows.indices[0]]
    case .table(var table):
      let rows = try indices(subscripts, count: table.rows.count, labels: nil, span)
      table.rows = rows.indices.map { table.rows[$0] }
      return .table(table)
    case .object(let dictionary as DictionaryValue):
      guard case .value(let expression)? = subscripts.first, subscripts.count == 1,
        case .string(let key) = try evaluator.evaluate(expression)
      else {
        throw Fault(.wrongKind, "an entry is selected by its name", at: span, fix: "For example: p[\"lr\"]")
      }
      guard let entry = dictionary[key] else {
        let known = dictionary.entries.map(\.key)
        throw Fault(
          .unknownAttribute, "there is no entry '\(key)'", at: span,
          fix: Suggestion.question(key, in: known) ?? "Entries: \(known.joined(separator: ", ")).")
      }
      return entry
    case .object(let object as any SelectableValue):
      let labels = try object.rowLabels()
      let rows = try indices(
        subscripts, count: object.rowCount, labels: labels, names: object.rowLabelNames, span)
      return try object.select(rows: rows.indices, byLabel: rows.byLabel)
    default: throw Fault(.noSuchOperation, "\(value.kind.phrase) has no elements to select", at: span)
    }
  }

  private struct Selection {
    var indices: [Int]
    /// Whether the axis is kept (ranges) or removed (a single index).
    var keepsAxis: Bool
    /// Whether the rows were selected by label rather than by position.
    var byLabel = false
  }

  private func indices(
    _ subscripts: [Expression.Subscript], count: Int, labels: [Int32]?, names: [String] = [], _ span: Range<Int>
  ) throws -> Selection {
    guard subscripts.count == 1 else {
      throw Fault(.indexOutOfRange, "one index is expected here, got \(subscripts.count)", at: span)
    }
    return try selection(subscripts[0], extent: count, axis: 0, labels: labels, names: names)
  }

  private func select(from array: ArrayValue, _ subscripts: [Expression.Subscript], _ span: Range<Int>) throws
    -> ArrayValue
  {
    guard array.shape.rank > 0 else { throw Fault(.indexOutOfRange, "a single number has no elements", at: span) }
    guard subscripts.count <= array.shape.rank else {
      throw Fault(
        .indexOutOfRange, "too many indices: \(subscripts.count) for shape \(array.shape)", at: span,
        fix: "Use at most \(array.shape.rank).")
    }
    var result = array
    var axis = 0
    for (position, item) in subscripts.enumerated() {
      if case .all = item {
        axis += 1
        continue
      }
      let selection = try selection(
        item, extent: result.shape[axis], axis: position, labels: position == 0 ? array.labels : nil,
        names: array.labelNames)
      result = try result.taking(selection.indices, axis: axis, keepsAxis: selection.keepsAxis)
      if selection.keepsAxis { axis += 1 }
    }
    return result
  }

  private func selection(
    _ item: Expression.Subscript, extent: Int, axis: Int, labels: [Int32]?, names: [String] = []
  ) throws -> Selection {
    switch item {
    case .all: return Selection(indices: Array(0..<extent), keepsAxis: true)
    case .label(let expression, let span):
      return try labeled(expression, span, axis: axis, labels: labels, names: names)
    case .value(let expression):
      if case .range(let lower, let upper, let exclusive) = expression.node {
        return try ranged(lower, upper, exclusive, expression.span, extent: extent)
      }
      // A column of a table is a list of numbers.
      let found = try evaluator.evaluate(expression)
      let value = if case .list = found { try Arithmetic.vector(of: found) } else { found }
      switch value {
      case .number(let number):
        return Selection(indices: [try checked(number, extent, expression.span)], keepsAxis: false)
      case .range(let lower, let upper):
        guard lower >= 0, upper < extent else {
          throw outside(lower < 0 ? lower : upper, extent, expression.span)
        }
        return Selection(indices: Array(lower...upper), keepsAxis: true)
      case .tensor(let array) where array.shape.rank == 1:
        let elements = array.floats
        // A vector as long as the axis, of nothing but 0 and 1, is a mask when a comparison made it.
        if elements.count == extent, isComparison(expression), elements.allSatisfy({ $0 == 0 || $0 == 1 }) {
          return Selection(indices: elements.indices.filter { elements[$0] == 1 }, keepsAxis: true)
        }
        return Selection(
          indices: try elements.map { try checked(Double($0), extent, expression.span) }, keepsAxis: true)
      default:
        throw Fault(
          .wrongKind, "\(value.kind.phrase) is not an index", at: expression.span, fix: "For example: z[0..9]")
      }
    }
  }

  private func isComparison(_ expression: Expression) -> Bool {
    switch expression.node {
    case .binary(let symbol, _, _): symbol.precedence <= 2
    case .unary(let symbol, _): symbol == .not
    case .name: true
    default: false
    }
  }

  private func checked(_ number: Double, _ extent: Int, _ span: Range<Int>) throws -> Int {
    guard let index = Int(exactly: number) else {
      throw Fault(.indexOutOfRange, "\(NumberText.short(number)) is not an integer", at: span)
    }
    let wrapped = index < 0 ? extent + index : index
    guard wrapped >= 0, wrapped < extent else { throw outside(index, extent, span) }
    return wrapped
  }

  private func outside(_ index: Int, _ extent: Int, _ span: Range<Int>) -> Fault {
    let fix = extent == 0 ? "It is empty." : "Indices go from 0 to \(extent - 1); -1 is the last."
    return Fault(
      .indexOutOfRange, "index \(index) is out of range for \(extent) \(inflected("element", for: extent))", at: span,
      fix: fix)
  }

  private func ranged(
    _ lower: Expression?, _ upper: Expression?, _ exclusive: Bool, _ span: Range<Int>, extent: Int
  ) throws -> Selection {
    func end(_ expression: Expression?, _ fallback: Int) throws -> Int {
      guard let expression else { return fallback }
      let index = try evaluator.integer(expression)
      return index < 0 ? extent + index : index
    }
    let low = try end(lower, 0)
    let high = try end(upper, extent - 1) - (exclusive && upper != nil ? 1 : 0)
    guard low >= 0, high < extent else { throw outside(low < 0 ? low : high, extent, span) }
    guard low <= high else { throw Fault(.emptySelection, "the range \(low)..\(high) is empty", at: span) }
    return Selection(indices: Array(low...high), keepsAxis: true)
  }

  private func labeled(
    _ expression: Expression, _ span: Range<Int>, axis: Int, labels: [Int32]?, names: [String]
  ) throws -> Selection {
    guard axis == 0, let labels else {
      throw Fault(
        .noLabels, axis == 0 ? "these rows have no labels" : "labels belong to the first axis", at: span,
        fix: axis == 0 ? "Encode a dataset with labels: z = encode m d" : nil)
    }
    let wanted = try labelsMeant(by: expression, labels, names)
    let rows = labels.indices.filter { wanted.contains(labels[$0]) }
    guard !rows.isEmpty else {
      throw Fault(
        .emptySelection, "no row has this label", at: span, fix: "Labels: \(LabelNames.listed(labels, names)).")
    }
    return Selection(indices: rows, keepsAxis: true, byLabel: true)
  }
}

extension Indexing {
  /// The labels that an expression stands for: numbers, or names of classes, which need no quotes where no variable has
  /// the name.
  private func labelsMeant(by expression: Expression, _ labels: [Int32], _ names: [String]) throws -> Set<Int32> {
    func named(_ text: String) throws -> Int32 {
      if let place = names.firstIndex(of: text) { return Int32(place) }
      if let number = Int32(text), names.isEmpty || names.count <= number { return number }
      throw Fault(
        .emptySelection, "no class is named '\(text)'", at: expression.span,
        fix: Suggestion.question(text, in: names) ?? "Labels: \(LabelNames.listed(labels, names)).")
    }
    if let text = expression.bareText, !names.isEmpty, names.contains(text) || !evaluator.canEvaluate(expression) {
      return [try named(text)]
    }
    switch try evaluator.evaluate(expression) {
    // A number is the name of its class, where classes have numbers for names: labels 1 … 5, or -1 and 1.
    case .number(let value):
      guard let whole = Int(exactly: value) else { return [] }
      if let place = names.firstIndex(of: String(whole)) { return [Int32(place)] }
      return Int32(exactly: whole).map { [$0] } ?? []
    case .range(let lower, let upper):
      return Set(labels.filter { (lower...upper).contains(Int(LabelNames.name(of: $0, names)) ?? Int($0)) })
    case .tensor(let array):
      return Set(
        array.floats.compactMap { Int(exactly: $0) }.compactMap { number in
          names.firstIndex(of: String(number)).map { Int32($0) } ?? Int32(exactly: number)
        })
    case .string(let text): return [try named(text)]
    case .list(let items):
      return Set(
        try items.map { item in
          switch item {
          case .string(let text): return try named(text)
          case .number(let number): return try named(String(Int(number)))
          case let other: throw Fault(.wrongKind, "\(other.kind.phrase) is not a label", at: expression.span)
          }
        })
    case let other: throw Fault(.wrongKind, "\(other.kind.phrase) is not a label", at: expression.span)
    }
  }
}

extension Expression {
  /// The words of names joined by minus signs, `Iris-setosa`, which are no arithmetic where a class has the name.
  fileprivate var bareText: String? {
    switch node {
    case .name(let name): name
    case .binary(.subtract, let left, let right):
      left.bareText.flatMap { left in right.bareText.map { "\(left)-\($0)" } }
    default: nil
    }
  }
}

extension Evaluator {
  /// Whether all names of a bare text are variables.
  fileprivate func canEvaluate(_ expression: Expression) -> Bool {
    switch expression.node {
    case .name(let name): execution.lookup(name) != nil || ["pi", "yes", "no", "true", "false"].contains(name)
    case .binary(_, let left, let right): canEvaluate(left) && canEvaluate(right)
    default: true
    }
  }
}

/// An object whose rows can be selected with brackets.
package protocol SelectableValue: ObjectValue {
  var rowCount: Int { get }
  func rowLabels() throws -> [Int32]?
  /// Names by label; empty where labels are plain numbers.
  var rowLabelNames: [String] { get }
  /// - Parameter byLabel: Whether the rows were selected by label rather than by position.
  func select(rows: [Int], byLabel: Bool) throws -> Value
}

extension Value {
  /// The number of a tensor without axes; other values unchanged.
  package var unwrappedScalar: Value {
    if case .tensor(let array) = self, array.shape.rank == 0, let only = array.floats.first {
      return .number(array.numbers.first ?? Double(only))
    }
    return self
  }
}

extension ArrayValue {
  /// Elements `indices` along `axis`.
  package func taking(_ indices: [Int], axis: Int, keepsAxis: Bool) throws -> ArrayValue {
    let extents = shape.dimensions
    let inner = extents[(axis + 1)...].reduce(1, *) * tensor.dtype.size
    let outer = extents[..<axis].reduce(1, *)
    var newExtents = extents
    newExtents[axis] = indices.count
    var result = try Tensor(zeros: Shape(newExtents), dtype: tensor.dtype)
    if result.byteCount > 0 {
      try tensor.withUnsafeBytes { from in
        try result.withUnsafeMutableBytes { to in
          for block in 0..<outer {
            for (position, index) in indices.enumerated() {
              let source = (block * extents[axis] + index) * inner
              let target = (block * indices.count + position) * inner
              UnsafeMutableRawBufferPointer(rebasing: to[target..<target + inner])
                .copyBytes(from: from[source..<source + inner])
            }
          }
        }
      }
    }
    var labels = self.labels
    if axis == 0 { labels = keepsAxis ? labels.map { all in indices.map { all[$0] } } : nil }
    if !keepsAxis {
      newExtents.remove(at: axis)
      result = result.reshaped(to: Shape(newExtents))
    }
    return ArrayValue(
      result, labels: labels, labelNames: labelNames, meaning: meaning,
      form: axis == 0 ? form : form?.selecting(indices, isLast: axis == extents.count - 1 && keepsAxis),
      content: axis == 0 && keepsAxis ? contentOfEach : nil)
  }

  /// The last two axes exchanged.
  package func transposed() throws -> ArrayValue {
    guard shape.rank == 2 else {
      if shape.rank < 2 { return self }
      throw Fault(.noSuchOperation, "transpose expects a matrix, got shape \(shape)")
    }
    let (rows, columns) = (shape[0], shape[1])
    let values = floats
    var transposed = [Float](repeating: 0, count: values.count)
    for row in 0..<rows {
      for column in 0..<columns { transposed[column * rows + row] = values[row * columns + column] }
    }
    return ArrayValue(try Tensor(transposed, shape: [columns, rows]))
  }
}

extension ArrayValue.RowForm {
  /// Of some of the elements; nil where they have no names to tell them by.
  fileprivate func selecting(_ indices: [Int], isLast: Bool) -> ArrayValue.RowForm? {
    guard isLast, !columns.isEmpty else { return nil }
    return ArrayValue.RowForm(columns: indices.map { columns[$0] })
  }
}
