import CTeam
import Synchronization
import Tensors

/// Independent pieces of work on the thread team.
enum Parallel {
  private final class Job: Sendable {
    let count: Int
    let body: @Sendable (Int) -> Void
    let next = Atomic<Int>(0)

    init(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) { (self.count, self.body) = (count, body) }

    func work() {
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        body(index)
      }
    }
  }

  /// Calls `body` for 0 ..< count, each once, in any order, and returns when all are done.
  static func each(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let job = Job(count, body)
    let threads = min(Int(elbo_team_hardware_threads()), count)
    guard threads > 1 else { return job.work() }
    elbo_team_each(
      { context, _ in
        guard let context else { return }
        Unmanaged<Job>.fromOpaque(context).takeUnretainedValue().work()
      }, Unmanaged.passUnretained(job).toOpaque(), Int32(threads))
    // The job lives until here.
    withExtendedLifetime(job) {}
  }

  /// As `each`; of the errors the one with the lowest index is thrown, whichever thread was first. Ends between two
  /// pieces with `Stopped` when somebody asks for an end.
  static func tryEach(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
    let box = FailureBox()
    let shouldStop = Stopping.current
    each(count) { index in
      guard box.accepts(index), !shouldStop() else { return }
      do { try body(index) } catch { box.add(index, error) }
    }
    if let error = box.error { throw error }
    try Stopping.check()
  }

  private final class FailureBox: Sendable {
    private let failure = Mutex<(index: Int, error: any Error)?>(nil)

    func accepts(_ index: Int) -> Bool { failure.withLock { $0.map { index < $0.index } ?? true } }
    func add(_ index: Int, _ error: any Error) {
      failure.withLock { if $0.map({ index < $0.index }) ?? true { $0 = (index, error) } }
    }
    var error: (any Error)? { failure.withLock { $0?.error } }
  }
}
