import Glibc
import Notebook
import Synchronization
import Terminal

/// Runs cells on the executing thread while the calling (main) thread answers signals.
final class CellRunner {
  private let process: ProcessContext
  private let thread: ExecutingThread
  private let interruption = Interruption()
  /// Called when Ctrl-C comes a second time while one cell runs.
  var onRepeatedInterrupt: () -> Void = {}
  /// SIGTERM or SIGHUP arrived: the program leaves when the running cell has ended.
  private(set) var terminatedBy: Int32?
  /// Ctrl-C came while the last cell ran, whether or not it was in time to stop it.
  private(set) var wasInterrupted = false

  init(process: ProcessContext) throws(ExitStatus) {
    self.process = process
    thread = try ExecutingThread()
  }

  /// Executes one cell and waits for it.
  func run(_ source: String, in session: Session, frontEnd: any FrontEnd & Sendable) -> CellOutcome? {
    let interruption = interruption
    interruption.clear()
    return perform { session.execute(source, frontEnd: frontEnd, interruption: interruption) }
  }

  /// Runs `work` on the executing thread and answers signals until it is done. Ctrl-C asks it to stop, and only that.
  func perform<Result: Sendable>(_ work: @escaping @Sendable () -> Result) -> Result? {
    let box = Box<Result>()
    let signals = process.signals
    thread.submit {
      box.value.withLock { $0 = work() }
      signals.wake()
    }
    var interrupts = 0
    wasInterrupted = false
    signals.wait { signal in
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

  /// Asks the running cell to stop: what it writes to is gone.
  func stop() { interruption.request() }
  var interrupter: Interruption { interruption }

  private final class Box<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
  }
}
