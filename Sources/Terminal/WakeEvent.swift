import CSignals
import Glibc

/// What one thread raises to wake another.
package struct WakeEvent: Sendable {
  package let descriptor: Int32

  /// nil when the system gives no descriptors.
  package init?() {
    descriptor = elbo_wake_open()
    if descriptor < 0 { return nil }
  }

  package func raise() { elbo_wake_raise(descriptor) }
  package func clear() { elbo_wake_clear(descriptor) }

  /// Waits until it is raised, and takes it down.
  package func wait() {
    var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while poll(&item, 1, -1) < 0, errno == EINTR {}
    clear()
  }
}
