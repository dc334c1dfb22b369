import CSignals
import Glibc
import Notebook
import Replay
import Terminal

/// Replays several files at once, each in a process of its own: an engine and its thread team belong to one process.
///
/// A worker is this program as `elbo replay-worker FILE`; it writes one JSON object.
struct ReplayWorkers {
  struct Failure: Error {
    let code: Int32
    let message: String
  }
  let process: ProcessContext
  let jobs: Int
  /// For files whose header leaves the threads open.
  let threads: Int

  private struct Job {
    let index: Int
    let process: Int32
    let pipe: Int32
    var bytes: [UInt8] = []
  }

  /// Plays all files; `finished` is called with each one's index and what it gave, in the order they end. An exit code
  /// when a signal ended it.
  func play(_ paths: [String], finished: (Int, Result<SessionPlayer.PlayedSession, Failure>) -> Void) -> Int32? {
    var waiting = Array(paths.enumerated())[...]
    var running: [Job] = []
    while !waiting.isEmpty || !running.isEmpty {
      while running.count < jobs, let (index, path) = waiting.popFirst() {
        if let job = start(index, path) {
          running.append(job)
        } else {
          finished(index, .failure(Failure(code: 1, message: "no process can be started")))
        }
      }
      if running.isEmpty { continue }
      var descriptors = running.map { pollfd(fd: $0.pipe, events: Int16(POLLIN), revents: 0) }
      descriptors.append(pollfd(fd: process.signals.descriptor, events: Int16(POLLIN), revents: 0))
      if poll(&descriptors, nfds_t(descriptors.count), -1) < 0, errno != EINTR { return 1 }
      if descriptors[running.count].revents != 0 {
        while let signal = process.signals.next() {
          let number: Int32
          switch signal {
          case .interrupt: number = SIGINT
          case .terminate: number = SIGTERM
          case .hangUp: number = SIGHUP
          case .stop:
            // The workers have it from the terminal too.
            SignalSource.suspendProcess()
            continue
          case .windowChanged, .continued: continue
          }
          Self.end(running)
          return 128 + number
        }
      }
      for index in running.indices.reversed() where descriptors[index].revents != 0 {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = read(running[index].pipe, &chunk, chunk.count)
        if count > 0 {
          running[index].bytes += chunk[0..<count]
          continue
        }
        if count < 0, errno == EINTR { continue }
        let job = running.remove(at: index)
        close(job.pipe)
        finished(job.index, Self.result(of: job.bytes, status: elbo_wait(job.process)))
      }
    }
    return nil
  }

  private func start(_ index: Int, _ path: String) -> Job? {
    var ends: [Int32] = [0, 0]
    guard elbo_pipe(&ends) == 0 else { return nil }
    defer { close(ends[1]) }
    let arguments = ["/proc/self/exe", "replay-worker", "--threads", String(threads), "--", path]
    let process = withCStrings(arguments) { elbo_spawn($0, ends[1]) }
    guard process > 0 else {
      close(ends[0])
      return nil
    }
    return Job(index: index, process: process, pipe: ends[0])
  }

  /// Ends workers that are still at it. One that is stopped has to go on first, one that writes finds no reader.
  private static func end(_ jobs: [Job]) {
    for job in jobs {
      kill(job.process, SIGTERM)
      kill(job.process, SIGCONT)
      close(job.pipe)
    }
    for job in jobs { _ = elbo_wait(job.process) }
  }

  private static func result(of bytes: [UInt8], status: Int32) -> Result<SessionPlayer.PlayedSession, Failure> {
    let code = status < 0 ? 1 : status & 0x7F != 0 ? 128 + (status & 0x7F) : (status >> 8) & 0xFF
    guard let json = try? JSON(parsing: bytes), case .array(let outputs)? = json["outputs"],
      case .array(let seconds)? = json["seconds"]
    else {
      let text = String(decoding: bytes, as: UTF8.self)
      return .failure(Failure(code: code, message: text.isEmpty ? "the worker ended with code \(code)" : text))
    }
    var played = SessionPlayer.PlayedSession()
    played.outputs = outputs.compactMap(\.stringValue)
    played.seconds = seconds.compactMap(\.doubleValue)
    played.failures = json["failures"]?.integerValue ?? 0
    played.signal = json["signal"]?.integerValue.map(Int32.init)
    return .success(played)
  }

  static func json(of played: SessionPlayer.PlayedSession) -> JSON {
    .object([
      .init("outputs", .array(played.outputs.map { .string($0) })),
      .init("seconds", .array(played.seconds.map { .number($0) })),
      .init("failures", .integer(played.failures)),
      .init("signal", played.signal.map { .integer(Int($0)) } ?? .null),
    ])
  }
}

/// `arguments` as C wants them, for the time of a call.
private func withCStrings<Result>(
  _ arguments: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  let copies = arguments.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  let pointers = copies.map { $0.map { UnsafePointer($0) } } + [nil]
  return pointers.withUnsafeBufferPointer { buffer in
    guard let base = buffer.baseAddress else { preconditionFailure("an array with an element has an address") }
    return body(base)
  }
}
