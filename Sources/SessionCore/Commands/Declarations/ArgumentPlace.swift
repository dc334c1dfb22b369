import Language

/// Where an argument was given, for faults.
package struct ArgumentPlace {
  package let name: String
  package let verbSpan: Range<Int>
  package let bound: BoundArgument?

  package init(name: String, verbSpan: Range<Int>, bound: BoundArgument?) {
    (self.name, self.verbSpan, self.bound) = (name, verbSpan, bound)
  }

  /// Whether the user gave the argument, as opposed to a default.
  package var isGiven: Bool { bound?.span != nil }
  /// The text as typed; empty when nothing was.
  package var raw: String { bound?.raw ?? "" }
  /// The variable, when the argument is just a name.
  package var variable: String? { bound?.name }
  /// At the verb when it was not given.
  package var span: Range<Int> { bound?.span ?? verbSpan }

  package func fault(_ code: ErrorCode, _ message: String, fix: String? = nil) -> Fault {
    Fault(code, message, at: span, fix: fix)
  }
}

/// Holds what an execution was given; a command's value lives for one execution.
package final class ArgumentBox<Value> {
  private var content: (value: Value, place: ArgumentPlace)?
  /// Whether anything has asked for it.
  package private(set) var isRead = false

  package var value: Value { bound.value }
  package var place: ArgumentPlace { bound.place }

  private var bound: (value: Value, place: ArgumentPlace) {
    guard let content else { preconditionFailure("an argument is read before its command is run") }
    isRead = true
    return content
  }

  package init() {}

  package func set(_ value: Value, _ place: ArgumentPlace) { content = (value, place) }
}
