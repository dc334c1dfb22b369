import CSignals
import Glibc

/// A program that this one started.
///
/// It does not inherit what this program does with signals for itself: none is blocked, and SIGPIPE ends it. What this
/// program was started to ignore, as by `nohup`, it ignores too.
package struct ChildProcess: Sendable {
  /// Where one of its standard streams leads.
  package enum Stream: Sendable {
    case inherited, null
    case descriptor(Int32)
  }

  package let identifier: pid_t

  /// The descriptor that `third` leads to.
  package static let thirdDescriptor: Int32 = 3

  /// Starts `program`, looked up in PATH unless it has a slash.
  ///
  /// - Parameters:
  ///   - arguments: The first is its name for itself.
  ///   - third: What its `thirdDescriptor` leads to.
  ///   - leadsGroup: In a process group of its own, which a signal can be sent to, with every signal at its default.
  package init(
    _ program: String, _ arguments: [String], input: Stream = .inherited, output: Stream = .inherited,
    errors: Stream = .inherited, third: Int32? = nil, leadsGroup: Bool = false
  ) throws(SystemError) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    for (stream, number) in [(input, STDIN_FILENO), (output, STDOUT_FILENO), (errors, STDERR_FILENO)] {
      switch stream {
      case .inherited: break
      case .null: posix_spawn_file_actions_addopen(&actions, number, "/dev/null", number == 0 ? O_RDONLY : O_WRONLY, 0)
      case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, number)
      }
    }
    if let third { posix_spawn_file_actions_adddup2(&actions, third, Self.thirdDescriptor) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    Self.setSignals(&attributes, leadsGroup: leadsGroup)
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { (word: String) in strdup(word) }
    words.append(nil)
    var process: pid_t = 0
    let failure = posix_spawnp(&process, program, &actions, &attributes, words, environ)
    words.forEach { free($0) }
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
    guard failure == 0 else { throw SystemError(failure) }
    identifier = process
  }

  /// Starts `/bin/sh -c command`.
  package init(
    shell command: String, input: Stream = .inherited, output: Stream = .inherited, errors: Stream = .inherited,
    leadsGroup: Bool = false
  ) throws(SystemError) {
    try self.init(
      "/bin/sh", ["sh", "-c", command], input: input, output: output, errors: errors, leadsGroup: leadsGroup)
  }

  private static func setSignals(_ attributes: inout posix_spawnattr_t, leadsGroup: Bool) {
    var none = sigset_t()
    sigemptyset(&none)
    var defaults = sigset_t()
    if leadsGroup {
      sigfillset(&defaults)
    } else {
      sigemptyset(&defaults)
      sigaddset(&defaults, SIGPIPE)
    }
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setpgroup(&attributes, 0)
    let group = leadsGroup ? POSIX_SPAWN_SETPGROUP : 0
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group))
  }

  /// Waits for its end; its wait status, or -1.
  ///
  /// Ctrl-Z in a program that shares the terminal stops this one with it, as the shell of both expects.
  ///
  /// - Parameter stopsAlong: false when this program answers Ctrl-Z itself: a child that stops is continued.
  package func wait(stopsAlong: Bool = true) -> Int32 { elbo_wait(identifier, stopsAlong) }

  /// Waits for its end, and for nothing else.
  package func reap() -> Int32 {
    var status: Int32 = 0
    while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
    return status
  }

  /// Whether it has ended. It stays a zombie until it is waited for, so that its number cannot have been reused.
  package var hasEnded: Bool {
    var info = siginfo_t()
    if waitid(P_PID, id_t(identifier), &info, WEXITED | WNOHANG | WNOWAIT) == 0 { return info.si_signo == SIGCHLD }
    return errno == ECHILD
  }
}
