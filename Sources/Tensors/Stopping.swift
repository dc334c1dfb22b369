/// Work that was asked to stop before it changed anything.
package struct Stopped: Error, Equatable, Sendable {
  package init() {}
}

/// Cooperative cancellation of the running work, in the manner of `Task.isCancelled`. The code that runs a statement
/// sets the query with `when`; loops check it between pieces of work, so that readers, measures and expressions need no
/// closure parameter.
package enum Stopping {
  @TaskLocal private static var isStopRequested: (@Sendable () -> Bool)?

  /// Runs `body`, whose work ends with `Stopped` once `isRequested` returns true.
  package static func when<Value, Failure: Error>(
    _ isRequested: @escaping @Sendable () -> Bool, _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try $isStopRequested.withValue(isRequested) { Result(catching: body) }.get()
  }

  /// Whether a stop was requested; false outside of `when`.
  package static var isRequested: Bool { isStopRequested?() ?? false }

  /// The query itself, for helper threads and for stop signals that wrap another query.
  package static var current: @Sendable () -> Bool { isStopRequested ?? { false } }

  /// - Throws: `Stopped` when a stop was requested. Takes about ten nanoseconds.
  package static func check() throws {
    if isRequested { throw Stopped() }
  }

  /// Calls `body` for parts of `0..<count` of at most `size`, checking before each.
  package static func inChunks(of count: Int, _ size: Int = 1 << 20, _ body: (Range<Int>) throws -> Void) throws {
    for start in stride(from: 0, to: count, by: size) {
      try check()
      try body(start..<min(start + size, count))
    }
  }
}
