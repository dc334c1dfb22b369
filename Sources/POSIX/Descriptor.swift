import CSignals
import Glibc

/// Reading and writing of file descriptors.
package enum Descriptor {
  /// Writes all of `bytes`, waiting where the descriptor does not; `errno` of what went wrong, else 0.
  package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    var done = 0
    while done < bytes.count, let base = bytes.baseAddress {
      let count = Glibc.write(descriptor, base + done, bytes.count - done)
      if count >= 0 {
        done += count
      } else if errno == EAGAIN {
        var item = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&item, 1, -1)
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }

  /// What is left to read.
  package static func readToEnd(_ descriptor: Int32) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return bytes }
      bytes += chunk[0..<count]
    }
  }

  /// A pipe that children do not inherit by themselves.
  package static func pipe() throws(SystemError) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    guard elbo_pipe(&ends) == 0 else { throw SystemError() }
    return (ends[0], ends[1])
  }
}
