/// Work that was asked to stop before it changed anything.
package struct Stopped: Error, Equatable, Sendable {
  package init() {}
}

/// Whether the work under way is still wanted. Whoever runs a statement says how to find out; loops over pieces of work
/// ask between them, as a task asks whether it was cancelled: readers, measures and expressions need no closure handed
/// down to them.
package enum Stopping {
  @TaskLocal private static var isStopRequested: (@Sendable () -> Bool)?

  /// Runs `body`, whose work ends with `Stopped` once `isAsked` is true.
  package static func when<Value, Failure: Error>(
    _ isRequested: @escaping @Sendable () -> Bool, _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try $isStopRequested.withValue(isRequested) { Result(catching: body) }.get()
  }

  /// Whether somebody asked for an end; false outside of `when`.
  package static var isRequested: Bool { isStopRequested?() ?? false }

  /// The question itself, for threads that help with the work and for signals that ask it from within another one.
  package static var current: @Sendable () -> Bool { isStopRequested ?? { false } }

  /// - Throws: `Stopped` when somebody asked for an end. Takes some ten nanoseconds.
  package static func check() throws {
    if isRequested { throw Stopped() }
  }

  /// Calls `body` for parts of `0..<count` of at most `size`, asking before each.
  package static func inChunks(of count: Int, _ size: Int = 1 << 20, _ body: (Range<Int>) throws -> Void) throws {
    for start in stride(from: 0, to: count, by: size) {
      try check()
      try body(start..<min(start + size, count))
    }
  }
}
