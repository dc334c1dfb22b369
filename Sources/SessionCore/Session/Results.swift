import WorkspaceStore

/// The values of earlier cells: `_` is the last one, `_3` that of cell 3.
///
/// The last 1,000 are kept, of those above 1 MB the last 16, and of the others as many as 64 MB hold: so
/// that memory does not grow with unnamed results.
package struct Results: Sendable {
  package private(set) var last: Value?
  private var values: [Int: Value] = [:]
  private var order: [Int] = []
  private var large: [Int] = []
  /// Bytes of the values up to 1 MB, by cell and in all.
  private var sizes: [Int: Int] = [:]
  package private(set) var bytes = 0
  /// Cells whose values the clock had a part in.
  package private(set) var clocked: Set<Int> = []
  package private(set) var isLastClocked = false
  package static let limit = Store.resultLimit
  package static let largeLimit = Store.largeResultLimit
  package static let largeBytes = Store.largeResultBytes
  package static let smallBytesInAll = 64 << 20

  package subscript(cell: Int) -> Value? { values[cell] }

  package mutating func add(_ value: Value, cell: Int, isClocked: Bool = false) {
    last = value
    isLastClocked = isClocked
    if isClocked { clocked.insert(cell) } else { clocked.remove(cell) }
    if values[cell] == nil { order.append(cell) }
    values[cell] = value
    large.removeAll { $0 == cell }
    bytes -= sizes.removeValue(forKey: cell) ?? 0
    if value.byteCount > Self.largeBytes {
      large.append(cell)
    } else {
      sizes[cell] = value.byteCount
      bytes += value.byteCount
    }
    if large.count > Self.largeLimit { forget(large[0]) }
    while order.count > Self.limit || bytes > Self.smallBytesInAll { forget(order[0]) }
  }

  private mutating func forget(_ cell: Int) {
    values[cell] = nil
    clocked.remove(cell)
    bytes -= sizes.removeValue(forKey: cell) ?? 0
    order.removeAll { $0 == cell }
    large.removeAll { $0 == cell }
  }

  /// Cells whose values are still there.
  package var cells: [Int] { order }

  /// The value before the last one, for 2, and so on: `__`, `___`.
  package func earlier(_ count: Int) -> (value: Value, cell: Int)? {
    guard count >= 1, count <= order.count else { return nil }
    let cell = order[order.count - count]
    return values[cell].map { ($0, cell) }
  }
}

/// States before the last statements that changed something.
package struct UndoStack: Sendable {
  package struct Step: Sendable {
    package let statement: String
    package let before: SessionState
  }
  private var steps: [Step] = []
  /// What was undone since the last change, the next to be done again last.
  private var undone: [(step: Step, after: SessionState)] = []
  package static let limit = 20

  package mutating func push(_ statement: String, before: SessionState) {
    add(Step(statement: statement, before: before))
    undone = []
  }

  private mutating func add(_ step: Step) {
    steps.append(step)
    if steps.count > Self.limit { steps.removeFirst() }
  }

  /// The last step, which is undone now.
  ///
  /// - Parameter state: What it had led to.
  package mutating func undo(_ state: SessionState) -> Step? {
    guard let step = steps.popLast() else { return nil }
    undone.append((step, state))
    return step
  }

  /// The step that was undone last, and what it leads to.
  package mutating func redo() -> (step: Step, after: SessionState)? {
    guard let next = undone.popLast() else { return nil }
    add(next.step)
    return next
  }
}
