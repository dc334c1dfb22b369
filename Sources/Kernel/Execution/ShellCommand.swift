import Glibc
import Notebook

/// `!command`: run by /bin/sh in a process group of its own, its output on the streams, stopped by an interrupt.
struct ShellCommand {
  enum Ending: Equatable {
    case exited(Int32)
    case signalled(Int32)
    case interrupted
    case notStarted(String)
  }
  let text: String
  let interruption: Interruption
  /// What the shell left running in the background may still say something for so long: `date &` shows the date.
  private static let grace = Duration.milliseconds(500)
  /// As much as a pipe ever holds, so that one read takes all that is there: 1 MiB.
  private static let pipeCapacity = 1 << 20
  /// How long a look at the pipes waits, in milliseconds.
  private static let patience: Int32 = 50

  /// Runs until the shell has ended; `say` gets the stream's name and text as it comes.
  func run(_ say: (String, String) -> Void) -> Ending {
    var output: [Int32] = [-1, -1]
    var errors: [Int32] = [-1, -1]
    guard Self.makePipe(&output) else { return .notStarted(String(cString: strerror(errno))) }
    guard Self.makePipe(&errors) else {
      output.forEach { _ = close($0) }
      return .notStarted(String(cString: strerror(errno)))
    }
    let (process, failure) = spawn(output: output[1], errors: errors[1])
    close(output[1])
    close(errors[1])
    defer {
      close(output[0])
      close(errors[0])
    }
    guard process > 0 else { return .notStarted(String(cString: strerror(failure))) }
    let wasInterrupted = relay([("stdout", output[0]), ("stderr", errors[0])], process, say)
    if wasInterrupted {
      // Not waited for here: `sudo` belongs to somebody else, and does not end when it is told to.
      startThread(stackBytes: 1 << 20) { _ = Self.reap(process) }
      return .interrupted
    }
    let status = Self.reap(process)
    return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signalled(status & 0x7F)
  }

  private func spawn(output: Int32, errors: Int32) -> (process: pid_t, failure: Int32) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    var process: pid_t = 0
    var arguments: [UnsafeMutablePointer<CChar>?] = ["sh", "-c", text].map { (word: String) in strdup(word) }
    arguments.append(nil)
    defer { arguments.forEach { free($0) } }
    let failure = posix_spawn(&process, "/bin/sh", &actions, &attributes, arguments, environ)
    return (failure == 0 ? process : -1, failure)
  }

  /// Passes text on until the shell has ended and what it said is read; true when it was interrupted.
  ///
  /// The end of the pipes says little: `sleep 60 > file` closes them long before it ends, and what runs in the
  /// background, or in a session of its own where no signal finds it, may hold them for ever.
  private func relay(_ streams: [(String, Int32)], _ process: pid_t, _ say: (String, String) -> Void) -> Bool {
    var open = streams.map { (name: $0.0, descriptor: $0.1, rest: [UInt8]()) }
    var (wasInterrupted, wasKilled) = (false, false)
    var killDeadline: ContinuousClock.Instant?
    var pause: Int32 = 1
    var chunk = [UInt8](repeating: 0, count: Self.pipeCapacity)
    while true {
      // Asked before the pipes are read, so that a last round finds all that was said before the end.
      if Self.hasEnded(process) {
        if open.isEmpty { break }
        killDeadline = killDeadline ?? ContinuousClock.now + Self.grace
      }
      let isLast = wasKilled || killDeadline.map { $0 <= ContinuousClock.now } ?? false
      if interruption.isRequested, !wasKilled {
        kill(-process, wasInterrupted ? SIGKILL : SIGTERM)
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

  /// Whether the process has ended. It keeps its status and its number until `reap`: no signal can meet a stranger.
  private static func hasEnded(_ process: pid_t) -> Bool {
    var info = siginfo_t()
    if waitid(P_PID, id_t(process), &info, WEXITED | WNOHANG | WNOWAIT) == 0 { return info.si_signo == SIGCHLD }
    return errno == ECHILD
  }

  /// Waits for the end of the process; its status.
  private static func reap(_ process: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status
  }

  /// A pipe that children do not inherit by themselves.
  private static func makePipe(_ ends: inout [Int32]) -> Bool {
    guard pipe(&ends) == 0 else { return false }
    ends.forEach { _ = fcntl($0, F_SETFD, FD_CLOEXEC) }
    return true
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
