import CSignals
import Glibc

/// Signals this program answers, read from a descriptor in the poll loop instead of interrupting whatever runs.
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

  /// nil when the system gives no descriptors.
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

  /// Waits until `wake()` is called, handing each signal that comes meanwhile to `handle`.
  package func wait(_ handle: (Signal) -> Void) {
    while true {
      var descriptors = [
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0),
      ]
      if poll(&descriptors, 2, -1) < 0, errno != EINTR { return }
      if descriptors[0].revents != 0 { while let signal = next() { handle(signal) } }
      if descriptors[1].revents != 0 {
        elbo_wake_clear(wakeDescriptor)
        return
      }
    }
  }

  /// Runs `work`, which may wait for long and does not look here: a signal ends or stops the program meanwhile. For the
  /// only thread there is.
  package func withDefaultSignals<Value>(_ work: () -> Value) -> Value {
    elbo_signals_unblock()
    defer { elbo_signals_block() }
    return work()
  }

  /// Leaves all signals to the system, SIGPIPE too: what runs from here on never looks. Before any other thread exists.
  package func restoreDefaults() { elbo_signals_restore() }

  /// Stops the process as Ctrl-Z does; returns when it goes on.
  package static func suspendProcess() { raise(SIGSTOP) }
}
