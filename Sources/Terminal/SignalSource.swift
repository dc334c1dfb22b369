import CSignals
import Glibc
import Tensors

/// Signals this program answers, read from a descriptor in the poll loop instead of interrupting running code.
package enum Signal: Equatable, Sendable {
  case interrupt, terminate, hangUp, windowChanged, stop, continued

  fileprivate init?(number: Int32) {
    switch number {
    case SIGINT: self = .interrupt
    case SIGTERM: self = .terminate
    case SIGHUP: self = .hangUp
    case SIGWINCH: self = .windowChanged
    case SIGTSTP: self = .stop
    case SIGCONT: self = .continued
    default: return nil
    }
  }
}

/// The program's signals as events. Made once, on the main thread, before any other thread exists: threads inherit what is
/// blocked. SIGPIPE is ignored from then on; writes report a closed pipe instead. Ctrl-C, Ctrl-Z and a hang-up never
/// come when the program was started to ignore them, as by `nohup` or in the background of a script.
package final class SignalSource: Sendable {
  package let descriptor: Int32
  private let wakeDescriptor: Int32

  /// nil when no descriptors are available.
  package init?() {
    descriptor = elbo_signals_open()
    wakeDescriptor = elbo_wake_open()
    if descriptor < 0 || wakeDescriptor < 0 { return nil }
  }

  /// The next pending signal.
  package func next() -> Signal? {
    while true {
      let number = elbo_signals_next(descriptor)
      if number == 0 { return nil }
      if let signal = Signal(number: number) { return signal }
    }
  }

  /// Ends a `wait` on another thread.
  package func wake() { elbo_wake_raise(wakeDescriptor) }

  /// How often a wait that watches the time looks at the clock.
  private static let beat = Duration.milliseconds(100)

  /// Waits until `wake()` is called, handing each signal that comes meanwhile to `handle`.
  ///
  /// - Parameter timesWork: Work is timed meanwhile: a stop that nobody announces (`kill -STOP`) is taken out of its time,
  ///   to a tenth of a second.
  package func wait(timesWork: Bool = false, _ handle: (Signal) -> Void) {
    while true {
      var alive = SuspendingClock.now
      var descriptors = [
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0),
      ]
      if poll(&descriptors, 2, timesWork ? 100 : -1) < 0, errno != EINTR { return }
      if descriptors[0].revents != 0 {
        // All that came at once: a Ctrl-C right after the stop is read before the signal that ended it.
        while let first = next() {
          let pause = SuspendingClock.now - alive
          var signals = [first]
          while let signal = next() { signals.append(signal) }
          if timesWork, signals.contains(.continued), pause > Self.beat * 2 { WorkClock.exclude(pause) }
          signals.forEach(handle)
          // What the handler did, such as to stop, has been taken out where it was done.
          alive = SuspendingClock.now
        }
      }
      if descriptors[1].revents != 0 {
        elbo_wake_clear(wakeDescriptor)
        return
      }
    }
  }

  /// Runs `work`, which may wait for long without reading signals, with unblocked signals: a signal ends or stops the
  /// program meanwhile. Only for single-threaded use.
  package func withDefaultSignals<Value>(_ work: () -> Value) -> Value {
    elbo_signals_unblock()
    defer { elbo_signals_block() }
    return work()
  }

  /// Restores the default handling of all signals, including SIGPIPE, for code that does not read them. Must be called
  /// before any other thread exists.
  package func restoreDefaults() { elbo_signals_restore() }

  /// Suspends the process like Ctrl-Z, unless it has been continued since; returns when it is continued.
  package static func suspendProcess() { WorkClock.excluding { elbo_suspend() } }
}
