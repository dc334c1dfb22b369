/// The values of earlier cells: `_` is the last one, `_3` that of cell 3.
///
/// The last 1,000 are kept, and of those above 1 MB the last 16: a long session does not grow for what nobody named.
struct Results: Sendable {
  private(set) var last: Value?
  private var values: [Int: Value] = [:]
  private var order: [Int] = []
  private var large: [Int] = []
  static let limit = 1000
  static let largeLimit = 16
  static let largeBytes = 1 << 20

  subscript(cell: Int) -> Value? { values[cell] }

  mutating func add(_ value: Value, cell: Int) {
    last = value
    if values[cell] == nil { order.append(cell) }
    values[cell] = value
    large.removeAll { $0 == cell }
    if value.byteCount > Self.largeBytes { large.append(cell) }
    if large.count > Self.largeLimit { values[large.removeFirst()] = nil }
    if order.count > Self.limit {
      for old in order.prefix(order.count - Self.limit) { values[old] = nil }
      order.removeFirst(order.count - Self.limit)
    }
  }
}

/// States before the last statements that changed something.
struct UndoStack: Sendable {
  struct Step: Sendable {
    let statement: String
    let before: SessionState
  }
  private var steps: [Step] = []
  static let limit = 20

  mutating func push(_ statement: String, before: SessionState) {
    steps.append(Step(statement: statement, before: before))
    if steps.count > Self.limit { steps.removeFirst() }
  }

  mutating func pop() -> Step? { steps.popLast() }
}
