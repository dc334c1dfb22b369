import ArgumentParser
import FrontEnds
import Glibc
import Terminal

/// The program. Exit codes: 0 success, 1 a command failed, 2 wrong usage, 3 a replay differs, 130 interrupted,
/// 128 + n after signal n.
@main
enum Program {
  static func main() {
    // Replace closed standard streams, because the next opened file would get their descriptor: reading reports the end
    // of input, writing fails.
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", O_RDONLY)
    }
    // Before any thread is created, because threads inherit the signal mask.
    guard let signals = SignalSource() else {
      terminate(with: 1, "elbo: no file descriptors are available", nil)
    }
    ProcessContext.useUTF8()
    let process = ProcessContext(signals: signals)
    let given = Array(CommandLine.arguments.dropFirst())
    do {
      var command = try ElboCommand.parseAsRoot(ArgumentOrder.arranged(given))
      if var subcommand = command as? any ElboSubcommand {
        try requireOneProcess(type(of: subcommand), process)
        if !type(of: subcommand).handlesSignals { signals.restoreDefaults() }
        exit(try subcommand.run(in: process))
      }
      signals.restoreDefaults()
      try command.run()
    } catch let status as ExitStatus {
      terminate(with: status.code, status.message, process)
    } catch {
      let code = ElboCommand.exitCode(for: error)
      let text = ElboCommand.fullMessage(for: error)
      if code == .success {
        // Help and completions do not handle signals.
        signals.restoreDefaults()
        let isWritten = writeAll(text.isEmpty ? "" : text + "\n", to: STDOUT_FILENO)
        exit(isWritten ? 0 : StandardOutput.exitCode(after: errno))
      }
      terminate(with: code == .validationFailure ? 2 : code.rawValue, text, process)
    }
  }

  /// Sessions run on the ranks of an MPI launcher; what else there is would run once on each.
  private static func requireOneProcess(
    _ command: any ElboSubcommand.Type, _ process: ProcessContext
  ) throws(ExitStatus) {
    guard !command.runsOnRanks, case .member(let launch) = process.launch else { return }
    let name = command.configuration.commandName ?? "this command"
    throw ExitStatus(2, launch.rank == 0 ? "elbo: \(name) runs in one process: start it without mpirun" : "")
  }

  private static func terminate(with code: Int32, _ message: String, _ process: ProcessContext?) -> Never {
    let shown = process?.shown(message, on: STDERR_FILENO) ?? message
    if !message.isEmpty { writeAll(shown + "\n", to: STDERR_FILENO) }
    exit(code)
  }
}

/// A subcommand that runs with the context of the process and returns its exit code.
protocol ElboSubcommand: ParsableCommand {
  /// Whether the command reads signals while it runs. Otherwise signals have their default action: Ctrl-C ends it,
  /// Ctrl-Z suspends it.
  static var handlesSignals: Bool { get }
  /// Whether it is one session when a launcher of MPI programs starts it as several processes.
  static var runsOnRanks: Bool { get }
  mutating func run(in process: ProcessContext) throws -> Int32
}

extension ElboSubcommand {
  static var handlesSignals: Bool { true }
  static var runsOnRanks: Bool { false }
  mutating func run() throws {}
}
