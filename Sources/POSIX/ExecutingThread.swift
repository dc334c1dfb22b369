import Dispatch
import Glibc
import Synchronization

/// The one thread that cells run on.
///
/// Its stack is large: compiling a deep graph recurses, and C libraries need stack space. The thread team of the engine
/// belongs to the thread that first used it, which requires a single thread as well.
package final class ExecutingThread: Sendable {
  private let queue = Mutex<[@Sendable () -> Void]>([])
  private let available = DispatchSemaphore(value: 0)
  private static let stackBytes = 256 << 20

  /// - Throws: When the system has no thread for it.
  package init() throws(SystemError) {
    // Retained for the life of the program: the thread never ends.
    try startThread(stackBytes: Self.stackBytes) { [self] in loop() }
  }

  /// Runs `work` after earlier submissions.
  package func submit(_ work: @escaping @Sendable () -> Void) {
    queue.withLock { $0.append(work) }
    available.signal()
  }

  private func loop() {
    while true {
      available.wait()
      let work = queue.withLock { $0.isEmpty ? nil : $0.removeFirst() }
      work?()
    }
  }
}

/// Starts a thread that is never joined.
package func startThread(stackBytes: Int = 8 << 20, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
  final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  pthread_attr_setstacksize(&attributes, stackBytes)
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  defer { pthread_attr_destroy(&attributes) }
  var thread = pthread_t()
  let box = Unmanaged.passRetained(Box(body))
  let failed = pthread_create(
    &thread, &attributes,
    { context in
      if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body() }
      return nil
    }, box.toOpaque())
  guard failed != 0 else { return }
  box.release()
  throw SystemError(failed)
}
