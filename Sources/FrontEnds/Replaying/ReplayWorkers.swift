import Glibc
import JSONText
import POSIX
import SessionFiles
import Terminal

/// Replays several files at once, each in a process of its own: an engine and its thread team belong to one process.
///
/// A worker is this program as `elbo replay-worker FILE`; it writes one JSON object to a pipe of its own. What it, the
/// loader or a library says on standard output or error is kept apart: it is the reason when there is no result, and is
/// passed on when there is one.
package struct ReplayWorkers {
  package struct Failure: Error {
    package let code: Int32
    package let message: String
  }
  package let process: ProcessContext
  package let jobs: Int
  /// The number of threads for files whose header does not set it.
  package let threads: Int

  private final class Job {
    let index: Int
    let process: ChildProcess
    /// The result's pipe and the messages'; -1 once it has ended.
    var pipes: [Int32]
    var bytes: [[UInt8]] = [[], []]
    /// What a worker may say; a library that says something for ever fills no memory.
    static let messageLimit = 65_536

    init(index: Int, process: ChildProcess, result: Int32, messages: Int32) {
      (self.index, self.process, pipes) = (index, process, [result, messages])
    }

    var hasEnded: Bool { pipes[0] < 0 }

    /// What its messages' pipe still has; a process that it left behind may hold that open.
    func readLastMessages() {
      var waiting = pollfd(fd: pipes[1], events: Int16(POLLIN), revents: 0)
      while pipes[1] >= 0, poll(&waiting, 1, 0) > 0 { read(1) }
    }

    func close() {
      for pipe in pipes where pipe >= 0 { Glibc.close(pipe) }
      pipes = [-1, -1]
    }

    /// Takes what a pipe has.
    func read(_ stream: Int) {
      var chunk = [UInt8](repeating: 0, count: 65_536)
      let count = Glibc.read(pipes[stream], &chunk, chunk.count)
      if count > 0 {
        if stream == 0 || bytes[1].count < Self.messageLimit { bytes[stream] += chunk[0..<count] }
      } else if count == 0 || errno != EINTR {
        Glibc.close(pipes[stream])
        pipes[stream] = -1
      }
    }
  }

  /// Replays all files; `finished` is called with the index and the result of each, in the order of completion. Returns
  /// an exit code when a signal ended the replay.
  package func play(_ paths: [String], finished: (Int, Result<SessionPlayer.PlayedSession, Failure>) -> Void) -> Int32?
  {
    var waiting = Array(paths.enumerated())[...]
    var running: [Job] = []
    while !waiting.isEmpty || !running.isEmpty {
      while running.count < jobs, let (index, path) = waiting.popFirst() {
        if let job = start(index, path) {
          running.append(job)
        } else {
          finished(index, .failure(Failure(code: 1, message: "cannot start a process")))
        }
      }
      if running.isEmpty { continue }
      // A negative descriptor is not looked at.
      var descriptors = running.flatMap { $0.pipes.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) } }
      descriptors.append(pollfd(fd: process.signals.descriptor, events: Int16(POLLIN), revents: 0))
      if poll(&descriptors, nfds_t(descriptors.count), -1) < 0, errno != EINTR { return 1 }
      if descriptors[2 * running.count].revents != 0 {
        while let signal = process.signals.next() {
          let number: Int32
          switch signal {
          case .interrupt: number = SIGINT
          case .terminate: number = SIGTERM
          case .hangUp: number = SIGHUP
          case .stop:
            // The workers receive the signal from the terminal as well.
            SignalSource.suspendProcess()
            continue
          case .windowChanged, .continued: continue
          }
          Self.end(running)
          return 128 + number
        }
      }
      for (position, job) in running.enumerated().reversed() {
        for stream in 0..<2 where descriptors[2 * position + stream].revents != 0 { job.read(stream) }
        guard job.hasEnded else { continue }
        running.remove(at: position)
        let status = job.process.wait(stopsAlong: false)
        job.readLastMessages()
        job.close()
        let lines = String(decoding: job.bytes[1], as: UTF8.self).split(separator: "\n")
        let said = lines.joined(separator: "\n")
        finished(job.index, Self.result(of: job.bytes[0], said: said, status: status))
        if !said.isEmpty, !job.bytes[0].isEmpty { process.say("\(paths[job.index]): \(said)", on: STDERR_FILENO) }
      }
    }
    return nil
  }

  private func start(_ index: Int, _ path: String) -> Job? {
    guard let result = try? Descriptor.pipe() else { return nil }
    guard let messages = try? Descriptor.pipe() else {
      close(result.read)
      close(result.write)
      return nil
    }
    defer {
      close(result.write)
      close(messages.write)
    }
    let arguments = ["/proc/self/exe", "replay-worker", "--threads", String(threads), "--", path]
    let process = try? ChildProcess(
      arguments[0], arguments, input: .null, output: .descriptor(messages.write),
      errors: .descriptor(messages.write), third: result.write)
    guard let process else {
      close(result.read)
      close(messages.read)
      return nil
    }
    return Job(index: index, process: process, result: result.read, messages: messages.read)
  }

  /// Ends the running workers. One that has stopped, or stops only now, is continued; a writing one finds its pipe closed.
  private static func end(_ jobs: [Job]) {
    for job in jobs {
      kill(job.process.identifier, SIGTERM)
      kill(job.process.identifier, SIGCONT)
      job.close()
    }
    for job in jobs { _ = job.process.wait(stopsAlong: false) }
  }

  private static func result(
    of bytes: [UInt8], said: String, status: Int32
  ) -> Result<SessionPlayer.PlayedSession, Failure> {
    let code = status < 0 ? 1 : status & 0x7F != 0 ? 128 + (status & 0x7F) : (status >> 8) & 0xFF
    guard let json = try? JSON(parsing: bytes), case .array(let outputs)? = json["outputs"],
      case .array(let seconds)? = json["seconds"]
    else {
      return .failure(Failure(code: code, message: said.isEmpty ? "its process ended with code \(code)" : said))
    }
    var played = SessionPlayer.PlayedSession()
    played.outputs = outputs.compactMap(\.stringValue)
    played.seconds = seconds.compactMap(\.doubleValue)
    played.failures = json["failures"]?.integerValue ?? 0
    played.signal = json["signal"]?.integerValue.map(Int32.init)
    return .success(played)
  }

  package static func json(of played: SessionPlayer.PlayedSession) -> JSON {
    .object([
      .init("outputs", .array(played.outputs.map { .string($0) })),
      .init("seconds", .array(played.seconds.map { .number($0) })),
      .init("failures", .integer(played.failures)),
      .init("signal", played.signal.map { .integer(Int($0)) } ?? .null),
    ])
  }
}
