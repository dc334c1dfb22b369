import Dispatch
import Glibc
import JSONText
import POSIX
import Synchronization

/// Machine mode: one JSON object per line, requests in, messages out.
///
/// The two descriptors are moved away from 0 and 1 when this is made, so that no library, print or child process can
/// write between messages. One thread writes.
package final class StdioTransport: Transport {
  private let input: Int32
  private let output: Int32
  private let outbox = Mutex(Outbox())
  private let waiting = DispatchSemaphore(value: 0)
  private let done = DispatchSemaphore(value: 0)

  private struct Outbox {
    var lines: [[UInt8]] = []
    /// Bytes of the queued lines and of those that are being written.
    var byteCount = 0
    var isClosing = false
    var isBroken = false
  }

  package let isNotebook = false
  /// Called once when the reader has closed its end.
  private let onBroken = Mutex<(@Sendable () -> Void)?>(nil)

  /// Takes over standard input and output.
  ///
  /// - Throws: When no descriptors or no threads are available.
  package init() throws(SystemError) {
    input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
    output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
    let null = open("/dev/null", O_RDWR)
    guard input >= 0, output >= 0, null >= 0 else { throw SystemError() }
    dup2(null, STDIN_FILENO)
    if dup2(STDERR_FILENO, STDOUT_FILENO) < 0 { dup2(null, STDOUT_FILENO) }
    if null > 2 { close(null) }
    try startThread { [self] in write() }
  }

  package func send(_ message: Message) {
    var line = Array(message.json.text().utf8)
    line.append(UInt8(ascii: "\n"))
    outbox.withLock { outbox in
      guard !outbox.isBroken else { return }
      outbox.byteCount += line.count
      outbox.lines.append(line)
    }
    waiting.signal()
  }

  package var backlog: Int { outbox.withLock { $0.byteCount } }

  /// Calls `whenDone`, on any thread, as soon as everything is written, or after `limit` seconds.
  package func finish(limit: Int?, whenDone: @escaping @Sendable () -> Void) {
    outbox.withLock { $0.isClosing = true }
    waiting.signal()
    do {
      try startThread { [done] in
        if let limit { _ = done.wait(timeout: .now() + .seconds(limit)) } else { done.wait() }
        whenDone()
      }
    } catch { whenDone() }
  }

  /// Reads on a thread of its own.
  package func startReading(into dispatcher: Dispatcher) throws(SystemError) {
    try startThread { [self] in read(into: dispatcher) }
  }

  /// Reads until the end of input, handing messages to `dispatcher`. Blocks; runs on the reading thread.
  package func read(into dispatcher: Dispatcher, limit: Int = LineReader.standardLimit) {
    onBroken.withLock { $0 = { dispatcher.shutDown() } }
    var reader = LineReader(limit: limit)
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(input, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      reader.feed(chunk[0..<count]) { Self.take($0, into: dispatcher) }
    }
    reader.end { Self.take($0, into: dispatcher) }
    dispatcher.finish()
  }

  /// One line: a message, or an `error` about it.
  static func take(_ line: LineReader.Line, into dispatcher: Dispatcher) {
    switch line {
    case .tooLong(let limit): dispatcher.reject("BadMessage", "a line is longer than \(limit) bytes")
    case .bytes(let bytes):
      switch Self.parse(bytes) {
      case .success(let request): dispatcher.receive(request)
      case .failure(let problem): dispatcher.reject("BadMessage", problem.text)
      }
    }
  }

  /// The reason why a line is not a message.
  package struct Problem: Error, Equatable { package let text: String }

  /// Reads one line as a request.
  package static func parse(_ bytes: [UInt8]) -> Result<Request, Problem> {
    do throws(JSONError) {
      let json = try JSON(parsing: bytes)
      guard case .object = json else { return .failure(Problem(text: "a message is a JSON object")) }
      guard let header = json["header"] else { return .failure(Problem(text: "a message needs 'header'")) }
      let name = json["channel"]?.stringValue ?? "shell"
      guard let channel = Channel(rawValue: name), channel != .iopub else {
        return .failure(Problem(text: "no channel '\(name)': shell, control or stdin"))
      }
      guard let request = Request(channel: channel, header: header, content: json["content"] ?? .empty) else {
        return .failure(Problem(text: "'header' needs 'msg_type', a string"))
      }
      return .success(request)
    } catch {
      return .failure(Problem(text: "not JSON: \(error.message) at byte \(error.offset)"))
    }
  }

  private func write() {
    while true {
      waiting.wait()
      let (lines, isClosing) = outbox.withLock { outbox in
        defer { outbox.lines.removeAll() }
        return (outbox.lines, outbox.isClosing)
      }
      let bytes = lines.count == 1 ? lines[0] : Array(lines.joined())
      if !bytes.isEmpty {
        if writeAll(bytes) { outbox.withLock { $0.byteCount -= bytes.count } } else { abandonOutput() }
      }
      if isClosing, outbox.withLock({ $0.lines.isEmpty || $0.isBroken }) {
        done.signal()
        return
      }
    }
  }

  private func abandonOutput() {
    outbox.withLock { outbox in
      outbox.isBroken = true
      outbox.lines = []
      outbox.byteCount = 0
    }
    let action = onBroken.withLock { action in
      defer { action = nil }
      return action
    }
    action?()
  }

  private func writeAll(_ bytes: [UInt8]) -> Bool {
    var position = 0
    while position < bytes.count {
      let count = bytes[position...].withUnsafeBytes { Glibc.write(output, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        var polled = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
        poll(&polled, 1, -1)
        continue
      }
      if count <= 0 { return false }
      position += count
    }
    return true
  }
}
