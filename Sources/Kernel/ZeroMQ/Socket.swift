import CZeroMQ
import Glibc

/// A ZeroMQ call that failed.
package struct ZeroMQError: Error, Equatable, Sendable, CustomStringConvertible {
  package let what: String
  package let code: Int32

  init(_ what: String) {
    self.what = what
    code = elbo_zmq_errno()
  }

  package var description: String { "\(what): \(String(cString: elbo_zmq_strerror(code)))" }
}

/// A ZeroMQ socket, bound where it listens. Belongs to one thread at a time.
///
/// Its pointer is only used by the loop that owns it, which makes passing it to that loop's thread safe.
final class Socket: @unchecked Sendable {
  let handle: UnsafeMutableRawPointer

  init(_ context: UnsafeMutableRawPointer, type: Int32, endpoint: String) throws(ZeroMQError) {
    guard let handle = elbo_zmq_socket(context, type) else { throw ZeroMQError("no socket") }
    self.handle = handle
    set(ZMQ_LINGER, 1000)
    if type == ZMQ_ROUTER {
      // A reply to a client that left is dropped, and a client that comes back under its name takes it over.
      set(ZMQ_ROUTER_HANDOVER, 1)
      set(ZMQ_SNDHWM, 0)
    }
    if type == ZMQ_XPUB {
      set(ZMQ_XPUB_VERBOSE, 1)
      set(ZMQ_XPUB_NODROP, 1)
      set(ZMQ_SNDHWM, 10_000)
    }
    // A frame of more than 1 GiB closes the connection it came by.
    var limit: Int64 = 1 << 30
    elbo_zmq_setsockopt(handle, ZMQ_MAXMSGSIZE, &limit, MemoryLayout<Int64>.size)
    guard elbo_zmq_bind(handle, endpoint) == 0 else {
      let error = ZeroMQError("cannot listen at \(endpoint)")
      elbo_zmq_close(handle)
      throw error
    }
  }

  private func set(_ option: Int32, _ value: Int32) {
    var value = value
    elbo_zmq_setsockopt(handle, option, &value, MemoryLayout<Int32>.size)
  }

  /// All frames of the next message; nil when there is none.
  func receive() -> [[UInt8]]? {
    var frames: [[UInt8]] = []
    while true {
      var message = zmq_msg_t()
      elbo_zmq_msg_init(&message)
      defer { elbo_zmq_msg_close(&message) }
      // The parts of a message arrive together, so only the first may be missing.
      while elbo_zmq_msg_recv(&message, handle, ZMQ_DONTWAIT) < 0 {
        if elbo_zmq_errno() == EINTR { continue }
        return nil
      }
      let count = elbo_zmq_msg_size(&message)
      frames.append(Array(UnsafeRawBufferPointer(start: elbo_zmq_msg_data(&message), count: count)))
      if elbo_zmq_msg_more(&message) == 0 { return frames }
    }
  }

  /// Sends all frames, or none: false when the reader is too far behind.
  func send(_ frames: [[UInt8]]) -> Bool {
    for (index, frame) in frames.enumerated() {
      let flags = index == frames.count - 1 ? ZMQ_DONTWAIT : ZMQ_DONTWAIT | ZMQ_SNDMORE
      while elbo_zmq_send(handle, frame, frame.count, flags) < 0 {
        if elbo_zmq_errno() == EINTR { continue }
        // Anything but a full queue (a client that left) is not resolved by waiting.
        return elbo_zmq_errno() != EAGAIN
      }
    }
    return true
  }

  /// From now on a subscriber whose queue is full loses messages instead of blocking the others.
  func dropForSlowReaders() { set(ZMQ_XPUB_NODROP, 0) }

  func close() { elbo_zmq_close(handle) }
}
