import Glibc
import Synchronization
import Terminal

/// The one thread that cells run on.
///
/// Its stack is large: compiling a deep graph recurses, and C libraries called from it like space. The thread team of the
/// engine belongs to the thread that first used it, which is another reason for there being one.
final class ExecutingThread: Sendable {
  private let queue = Mutex<[@Sendable () -> Void]>([])
  private let wake: WakeEvent
  static let stackBytes = 256 << 20

  init() throws(ExitStatus) {
    guard let wake = WakeEvent() else { throw ExitStatus(1, "elbo: the system gives no more file descriptors") }
    self.wake = wake
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, Self.stackBytes)
    defer { pthread_attr_destroy(&attributes) }
    var thread = pthread_t()
    // Retained for the life of the program: the thread never ends.
    let context = Unmanaged.passRetained(self).toOpaque()
    let failed = pthread_create(
      &thread, &attributes,
      { context in
        if let context { Unmanaged<ExecutingThread>.fromOpaque(context).takeUnretainedValue().loop() }
        return nil
      }, context)
    if failed != 0 { throw ExitStatus(1, "elbo: no thread can be started: \(String(cString: strerror(failed)))") }
  }

  /// Runs `work` after what was given before it.
  func submit(_ work: @escaping @Sendable () -> Void) {
    queue.withLock { $0.append(work) }
    wake.raise()
  }

  private func loop() {
    while true {
      wake.wait()
      while let work = queue.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { work() }
    }
  }
}
