import ArgumentParser
import FrontEnds
import Glibc
import ProcessGroups
import SessionCore
import Text

/// `elbo` and its subcommands.
struct ElboCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "elbo",
    abstract: "A notebook-style kernel for variational autoencoders.",
    usage: "elbo [file.elbodb] [-c commands] [options]\n       elbo <subcommand>",
    discussion: """
      Without a subcommand: a prompt, when standard input and output are a terminal; otherwise the commands on standard \
      input are run.

        elbo work.elbodb           open a workspace
        elbo -c 'load digits; …'   run one line
        elbo < script              run standard input

      Options: --session FILE.elbodb, --seed N, --threads N, --format text|json, --keep-going, --no-rc; \
      `elbo start --help` explains them.

      Exit codes: 0 ok, 1 a command failed, 2 usage, 3 replay mismatch, 130 interrupted, 128 + n ended by signal n.
      """,
    version: "elbo \(ProcessContext.version)",
    subcommands: [
      StartCommand.self, RunCommand.self, ReplayCommand.self, KernelCommand.self, JupyterCommand.self,
      BenchCommand.self, DoctorCommand.self, ReportCommand.self, LessonCommand.self, ReplayWorkerCommand.self,
      ManualCommand.self,
    ],
    defaultSubcommand: StartCommand.self)
}

/// The options of every command that runs a session.
struct SessionChoices: ParsableArguments {
  @Option(
    help: ArgumentHelp("Store the session in this workspace file.", valueName: "file.elbodb"),
    completion: .file(extensions: ["elbodb"]))
  var session: String?

  @Option(help: "Random seed of the session.")
  var seed: UInt64?

  @Option(help: "Threads to compute with (default: one per core).")
  var threads: Int?

  func validate() throws {
    if let threads { try Self.checkThreads(threads) }
    if session?.isEmpty == true { throw ValidationError("--session: the file name is empty.") }
  }

  static func checkThreads(_ count: Int) throws {
    let known = Settings.threadCounts
    guard known.contains(count) else {
      throw ValidationError("--threads: expected from \(known.lowerBound) to \(known.upperBound), got \(count).")
    }
  }
}

/// The options of batch output.
struct BatchChoices: ParsableArguments {
  @Option(help: "Output format: text, or json with one object per cell.")
  var format = BatchOptions.Format.text

  @Flag(help: "Continue after a command that fails (the exit code is still 1).")
  var keepGoing = false

  var options: BatchOptions { BatchOptions(format: format, keepsGoing: keepGoing) }
}

extension BatchOptions.Format: ExpressibleByArgument {}

/// The prompt, a line given with `-c`, or standard input.
struct StartCommand: ElboSubcommand {
  static let runsOnRanks = true
  static let configuration = CommandConfiguration(
    commandName: "start", abstract: "A prompt, or the commands on standard input.",
    usage: "elbo [file.elbodb] [-c commands] [options]   or   elbo <subcommand>", shouldDisplay: false)

  @Option(name: .customShort("c"), help: ArgumentHelp("Run these commands and exit.", valueName: "commands"))
  var line: [String] = []

  @OptionGroup var choices: SessionChoices
  @OptionGroup var batch: BatchChoices

  @Flag(help: "Do not read the rc file.")
  var noRc = false

  @Argument(
    help: ArgumentHelp("A workspace to open.", valueName: "file.elbodb"), completion: .file(extensions: ["elbodb"]))
  var workspace: String?

  func validate() throws {
    guard let workspace else { return }
    let commands = ElboCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
    if commands.contains(workspace), access(workspace, F_OK) != 0 {
      throw ValidationError("'\(workspace)' must come before its options: elbo \(workspace) [options] …")
    }
    if choices.session != nil { throw ValidationError("Name the workspace once: '\(workspace)' or --session.") }
    if !workspace.hasSuffix(".elbodb"), access(workspace, F_OK) != 0 {
      var known = ["help"]
      for command in ElboCommand.configuration.subcommands where command.configuration.shouldDisplay {
        if let name = command.configuration.commandName { known.insert(name, at: known.count - 1) }
      }
      if known.contains(workspace) {
        throw ValidationError("The command must come before its options: elbo \(workspace) …")
      }
      let near = Suggestion.question(workspace, in: known)
      throw ValidationError(
        "'\(workspace)' is neither a command nor a workspace file (*.elbodb). "
          + (near ?? "Commands: \(known.joined(separator: ", "))."))
    }
    if workspace.hasSuffix(".session") {
      throw ValidationError("'\(workspace)' is a session file. Try: elbo replay \(workspace)")
    }
    if workspace.hasSuffix(".elbo") { throw ValidationError("'\(workspace)' is a script. Try: elbo run \(workspace)") }
  }

  func run(in process: ProcessContext) throws -> Int32 {
    let path = workspace ?? choices.session
    if line.isEmpty, process.isInteractive, batch.format == .text {
      return try Prompt(process: process, seed: choices.seed, threads: choices.threads, workspace: path, readsRC: !noRc)
        .run()
    }
    return try Ranks.run(process) { group in
      var options = process.sessionOptions(
        seed: choices.seed, threads: choices.threads, workspace: path, group: group)
      options.standardInput = line.isEmpty ? .commands : .data
      let session = try startSession(options)
      let batchRun = try BatchRun(process: process, session: session, options: batch.options)
      let code =
        line.isEmpty
        ? batchRun.runStandardInput() : batchRun.run(BatchScript(text: line.joined(separator: "\n"), name: nil))
      return batchRun.end(code)
    }
  }
}

/// `elbo run FILE…`
struct RunCommand: ElboSubcommand {
  static let runsOnRanks = true
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a script of commands; stops at the first error.")

  @OptionGroup var choices: SessionChoices
  @OptionGroup var batch: BatchChoices

  @Argument(help: "Scripts, or session files (their commands); '-' is standard input.", completion: .file())
  var files: [String]

  func run(in process: ProcessContext) throws -> Int32 { try Ranks.run(process) { try run(in: process, $0) } }

  private func run(in process: ProcessContext, _ group: any ProcessGroup) throws -> Int32 {
    var scripts: [BatchScript] = []
    for file in files where file != "-" {
      // Opening a pipe may block; nothing runs yet.
      switch process.signals.withDefaultSignals({ textOfFile(file) }) {
      case .success(let text): scripts.append(BatchScript(text: text, name: file))
      case .failure(let failure): throw ExitStatus(2, "elbo: \(failure)")
      }
    }
    var options = process.sessionOptions(
      seed: choices.seed, threads: choices.threads, workspace: choices.session, group: group)
    options.standardInput = files.contains("-") ? .commands : .data
    let session = try startSession(options)
    let batchRun = try BatchRun(process: process, session: session, options: batch.options)
    var code: Int32 = 0
    var rest = scripts[...]
    for file in files {
      let result = file == "-" ? batchRun.runStandardInput() : rest.popFirst().map { batchRun.run($0) } ?? 0
      code = max(code, result)
      if result != 0, !(batch.keepGoing && result == 1) { break }
      if batchRun.hasQuit { break }
    }
    return batchRun.end(code)
  }
}
