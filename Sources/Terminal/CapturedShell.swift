import CSignals
import Glibc

/// A command of the shell whose standard output is kept; it shares standard input and error with the program.
package enum CapturedShell {
  /// - Parameter isUnwanted: Asked twenty times a second; the command is ended, with what it started, when it says so.
  /// - Returns: What it wrote and its wait status; nil when it could not be started.
  package static func run(_ command: String, isUnwanted: () -> Bool) -> (text: String, status: Int32)? {
    var ends: [Int32] = [0, 0]
    guard elbo_pipe(&ends) == 0 else { return nil }
    let process = elbo_spawn_shell_capturing(command, ends[1])
    close(ends[1])
    defer { close(ends[0]) }
    guard process > 0 else { return nil }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    var isEnded = false
    while true {
      var item = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
      if isUnwanted(), !isEnded {
        ProcessTree.signal(process, SIGTERM)
        isEnded = true
      }
      // What the command left running in the background may hold the pipe for ever.
      guard poll(&item, 1, 50) > 0 else {
        if isEnded { break }
        continue
      }
      let count = read(ends[0], &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      bytes += chunk[0..<count]
    }
    return (String(decoding: bytes, as: UTF8.self), elbo_wait(process))
  }
}
