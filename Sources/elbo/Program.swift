import ArgumentParser
import Glibc
import Terminal

/// The program. Exit codes: 0 all went well, 1 a command failed, 2 wrong usage, 3 a replay differed, 130 interrupted,
/// 128 + n after signal n.
@main
enum Program {
  static func main() {
    // What is opened next would take the place of a standard stream that is closed. Reading finds an end, writing fails.
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", O_RDONLY)
    }
    // Before any thread: they inherit which signals are blocked.
    guard let signals = SignalSource() else { terminate(with: 1, "elbo: the system gives no more file descriptors") }
    ProcessContext.useUTF8()
    let process = ProcessContext(signals: signals)
    do {
      var command = try ElboCommand.parseAsRoot()
      if var subcommand = command as? any ElboSubcommand {
        if !type(of: subcommand).handlesSignals { signals.restoreDefaults() }
        exit(try subcommand.run(in: process))
      }
      signals.restoreDefaults()
      try command.run()
    } catch let status as ExitStatus {
      terminate(with: status.code, status.message)
    } catch {
      let code = ElboCommand.exitCode(for: error)
      let text = ElboCommand.fullMessage(for: error)
      if code == .success {
        // Help and completions: nothing is left that would answer a signal.
        signals.restoreDefaults()
        let isWritten = writeAll(text.isEmpty ? "" : text + "\n", to: STDOUT_FILENO)
        exit(isWritten ? 0 : StandardOutput.exitCode(after: errno))
      }
      terminate(with: code == .validationFailure ? 2 : code.rawValue, text)
    }
  }

  private static func terminate(with code: Int32, _ message: String) -> Never {
    if !message.isEmpty { writeAll(message + "\n", to: STDERR_FILENO) }
    exit(code)
  }
}

/// What became of standard output.
enum StandardOutput {
  /// The exit code after a write that failed: a reader that left wants no more, as if SIGPIPE had ended us; everything else
  /// is said.
  static func exitCode(after failure: Int32) -> Int32 {
    if failure == EPIPE { return 128 + SIGPIPE }
    writeAll("elbo: standard output: \(String(cString: strerror(failure)))\n", to: STDERR_FILENO)
    return 1
  }
}

/// Ends the program with a code and a line on standard error.
struct ExitStatus: Error {
  let code: Int32
  let message: String

  init(_ code: Int32, _ message: String = "") {
    self.code = code
    self.message = message
  }
}

/// A command of the command line that runs in surroundings of ours and says its exit code.
protocol ElboSubcommand: ParsableCommand {
  /// Reads signals while it runs. One that does not gets the system's own answers: Ctrl-C ends it, Ctrl-Z stops it.
  static var handlesSignals: Bool { get }
  mutating func run(in process: ProcessContext) throws -> Int32
}

extension ElboSubcommand {
  static var handlesSignals: Bool { true }
  mutating func run() throws {}
}
