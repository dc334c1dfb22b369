import Synchronization

/// The time that work takes, as people read it: speeds, what is left, how long a cell took.
///
/// It stands still while the program is stopped (Ctrl-Z until `fg`), while a pager or a question waits for the person,
/// and while the machine sleeps.
package enum WorkClock {
  package typealias Instant = SuspendingClock.Instant

  private static let excludedNanoseconds = Atomic<Int>(0)

  package static var now: Instant {
    SuspendingClock.now.advanced(by: .nanoseconds(-excludedNanoseconds.load(ordering: .relaxed)))
  }

  /// Takes a pause that is over out of the count.
  package static func exclude(_ pause: Duration) {
    guard pause > .zero else { return }
    let (seconds, attoseconds) = pause.components
    let nanoseconds = Int(clamping: seconds).multipliedReportingOverflow(by: 1_000_000_000)
    guard !nanoseconds.overflow else { return }
    excludedNanoseconds.wrappingAdd(nanoseconds.partialValue + Int(attoseconds / 1_000_000_000), ordering: .relaxed)
  }

  /// Does what waits for a person, or is no work: its time does not count.
  package static func excluding<Value>(_ wait: () throws -> Value) rethrows -> Value {
    let (start, before) = (SuspendingClock.now, excludedNanoseconds.load(ordering: .relaxed))
    defer {
      // The program may have been stopped meanwhile, which was taken out already.
      let stopped = excludedNanoseconds.load(ordering: .relaxed) - before
      exclude(SuspendingClock.now - start - .nanoseconds(stopped))
    }
    return try wait()
  }
}
