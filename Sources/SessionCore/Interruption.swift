import Synchronization

/// A request to stop what a cell is doing, made from any thread or signal loop and checked between steps of work.
package final class Interruption: Sendable {
  private let flag = Atomic<Bool>(false)

  package init() {}

  /// Asks the running work to stop at its next step.
  package func request() { flag.store(true, ordering: .releasing) }

  /// Forgets an earlier request; a front end does so before it executes a cell.
  package func clear() { flag.store(false, ordering: .releasing) }

  /// Whether a stop was requested.
  package var isRequested: Bool { flag.load(ordering: .acquiring) }
}
