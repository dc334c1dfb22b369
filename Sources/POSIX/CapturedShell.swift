import Glibc

/// A command of the shell whose standard output is kept; it shares standard input and error with the program.
package enum CapturedShell {
  /// - Parameter isUnwanted: Asked twenty times a second; the command is ended, with what it started, when it says so.
  /// - Returns: What it wrote and its wait status; nil when it could not be started.
  package static func run(_ command: String, isUnwanted: () -> Bool) -> (text: String, status: Int32)? {
    guard let ends = try? Descriptor.pipe() else { return nil }
    let started = try? ChildProcess(shell: command, output: .descriptor(ends.write))
    close(ends.write)
    defer { close(ends.read) }
    guard let process = started else { return nil }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    var isEnded = false
    while true {
      var item = pollfd(fd: ends.read, events: Int16(POLLIN), revents: 0)
      if isUnwanted(), !isEnded {
        ProcessTree.signal(process.identifier, SIGTERM)
        isEnded = true
      }
      // What the command left running in the background may hold the pipe for ever.
      guard poll(&item, 1, 50) > 0 else {
        if isEnded { break }
        continue
      }
      let count = read(ends.read, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      bytes += chunk[0..<count]
    }
    return (String(decoding: bytes, as: UTF8.self), process.wait())
  }
}
