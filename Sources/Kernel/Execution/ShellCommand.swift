import Glibc
import POSIX
import SessionCore

/// `!command`: run by /bin/sh in a process group of its own, its output on the streams, stopped by an interrupt.
struct ShellCommand {
  enum Ending: Equatable {
    case exited(Int32)
    case signaled(Int32)
    case interrupted
    case notStarted(String)
  }
  let text: String
  let interruption: Interruption
  /// How long output of background processes is relayed after the shell has ended, as of `date &`.
  private static let grace = Duration.milliseconds(500)
  /// The largest capacity of a pipe, so that one read empties it: 1 MiB.
  private static let pipeCapacity = 1 << 20
  /// The timeout of a poll of the pipes, in milliseconds.
  private static let patience: Int32 = 50

  /// Runs until the shell has ended; `say` receives the stream's name and text as it arrives.
  func run(_ say: (String, String) -> Void) -> Ending {
    do throws(SystemError) {
      let output = try Descriptor.pipe()
      defer { close(output.read) }
      let errors: (read: Int32, write: Int32)
      do throws(SystemError) { errors = try Descriptor.pipe() } catch {
        close(output.write)
        throw error
      }
      defer { close(errors.read) }
      let started = Result { () throws(SystemError) in
        try ChildProcess(
          shell: text, input: .null, output: .descriptor(output.write), errors: .descriptor(errors.write),
          leadsGroup: true)
      }
      close(output.write)
      close(errors.write)
      let process = try started.get()
      if relay([("stdout", output.read), ("stderr", errors.read)], process, say) {
        // Does not wait: a process of another user, such as `sudo`, cannot be signaled and may not end.
        try? startThread(stackBytes: 1 << 20) { _ = process.reap() }
        return .interrupted
      }
      let status = process.reap()
      return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signaled(status & 0x7F)
    } catch {
      return .notStarted(error.description)
    }
  }

  /// Relays output until the shell has ended and its output is read; returns true when it was interrupted.
  ///
  /// The end of the pipes is not the end of the shell: `sleep 60 > file` closes them long before it ends, and
  /// background processes, or those in a session of their own that the signal does not reach, may keep them open.
  private func relay(_ streams: [(String, Int32)], _ process: ChildProcess, _ say: (String, String) -> Void) -> Bool {
    var open = streams.map { (name: $0.0, descriptor: $0.1, rest: [UInt8]()) }
    var (wasInterrupted, wasKilled) = (false, false)
    var killDeadline: ContinuousClock.Instant?
    var pause: Int32 = 1
    var chunk = [UInt8](repeating: 0, count: Self.pipeCapacity)
    while true {
      // Checked before the pipes are read, so that the last round reads all output before the end.
      if process.hasEnded {
        if open.isEmpty { break }
        killDeadline = killDeadline ?? ContinuousClock.now + Self.grace
      }
      let isLast = wasKilled || killDeadline.map { $0 <= ContinuousClock.now } ?? false
      if interruption.isRequested, !wasKilled {
        kill(-process.identifier, wasInterrupted ? SIGKILL : SIGTERM)
        (wasInterrupted, wasKilled) = (true, wasInterrupted)
      }
      var polled = open.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
      // With nothing left to read only the end is waited for: at first in small steps, for it mostly comes at once.
      let wait = open.isEmpty ? pause : Self.patience
      if open.isEmpty { pause = min(pause * 2, Self.patience) }
      if poll(&polled, nfds_t(polled.count), wait) < 0, errno != EINTR { break }
      for index in open.indices where polled[index].revents != 0 {
        let count = read(open[index].descriptor, &chunk, chunk.count)
        if count < 0, errno == EINTR { continue }
        if count > 0 { open[index].rest += chunk[0..<count] }
        // A character may be cut in two: its first part waits for the rest.
        let whole = count > 0 ? Self.wholeCharacters(open[index].rest) : open[index].rest.count
        say(open[index].name, String(decoding: open[index].rest[..<whole], as: UTF8.self))
        open[index].rest.removeFirst(whole)
        if count <= 0 { open[index].descriptor = -1 }
      }
      open.removeAll { $0.descriptor < 0 }
      if isLast { break }
    }
    for stream in open where !stream.rest.isEmpty { say(stream.name, String(decoding: stream.rest, as: UTF8.self)) }
    return wasInterrupted
  }

  /// How many bytes at the start hold whole characters.
  static func wholeCharacters(_ bytes: [UInt8]) -> Int {
    for back in 1...4 where back <= bytes.count {
      let byte = bytes[bytes.count - back]
      if byte & 0xC0 == 0x80 { continue }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > back ? bytes.count - back : bytes.count
    }
    return bytes.count
  }
}
