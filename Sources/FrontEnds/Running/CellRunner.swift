import Glibc
import POSIX
import SessionCore
import Synchronization
import Terminal

/// Runs cells on the executing thread while the calling (main) thread handles signals.
package final class CellRunner {
  private let process: ProcessContext
  private let thread: ExecutingThread
  private let interruption = Interruption()
  /// Called when Ctrl-C comes a second time while one cell runs.
  package var onRepeatedInterrupt: () -> Void = {}
  /// Whether SIGTERM or SIGHUP arrived: the program exits when the running cell has ended.
  package private(set) var terminatedBy: Int32?
  /// Whether Ctrl-C was pressed while the last cell ran, even if too late to stop it.
  package private(set) var wasInterrupted = false

  package init(process: ProcessContext) throws(ExitStatus) {
    self.process = process
    do { thread = try ExecutingThread() } catch { throw ExitStatus(1, "elbo: cannot start a thread: \(error)") }
  }

  /// Executes one cell and waits for it.
  package func run(_ source: String, in session: Session, frontEnd: any FrontEnd & Sendable) -> CellOutcome? {
    let interruption = interruption
    interruption.clear()
    return perform { session.execute(source, frontEnd: frontEnd, interruption: interruption) }
  }

  /// Runs `work` on the executing thread and answers signals until it is done. Ctrl-C requests a stop of that work
  /// only.
  package func perform<Result: Sendable>(_ work: @escaping @Sendable () -> Result) -> Result? {
    let box = Box<Result>()
    let signals = process.signals
    thread.submit {
      box.value.withLock { $0 = work() }
      signals.wake()
    }
    var interrupts = 0
    wasInterrupted = false
    signals.wait(timesWork: true) { signal in
      switch signal {
      case .interrupt:
        interrupts += 1
        wasInterrupted = true
        interruption.request()
        if interrupts == 2 { onRepeatedInterrupt() }
      case .terminate, .hangUp:
        terminatedBy = signal == .terminate ? SIGTERM : SIGHUP
        interruption.request()
      case .stop: SignalSource.suspendProcess()
      case .windowChanged, .continued: break
      }
    }
    return box.value.withLock { $0 }
  }

  /// Requests a stop of the running cell, because its output was closed.
  package func stop() { interruption.request() }
  package var interrupter: Interruption { interruption }

  private final class Box<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
  }
}
