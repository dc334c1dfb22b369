import ArgumentParser
import Replay
import Terminal

/// `elbo replay FILE…`
struct ReplayCommand: ElboSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Run session files; verify, record or update the output they hold.",
    discussion: """
      A session file holds commands at 'elbo> ' with the output they gave. Its first line may say \
      '#! elbo-session 1 seed=7 rtol=1e-4 atol=1e-9 width=80 threads=2'. Text and integers are compared exactly, floats \
      by |a−b| ≤ atol + rtol·|b|. An expected line may end in (~1e-2), (re) or (glob); a lone '...' stands for any lines, \
      '[..]' for any text; '\\' takes the rest of a line as it stands. Files to read are looked for here and beside the \
      session file; --verify, --record and --update run in a scratch folder, so what a session writes is gone afterwards.

      Exit code 3 when the output differs.
      """)

  @Flag(help: "Compare the output with the files; show what differs and by how much, write FILE.actual.")
  var verify = false

  @Flag(help: "Write the output into the files (a script gets a session file beside it).")
  var record = false

  @Flag(help: "Rewrite only the lines that do not hold any more.")
  var update = false

  @Flag(help: "Compare words only: any number is as good as another.")
  var lax = false

  @Option(help: ArgumentHelp("Write the results as JUnit XML ('-' is standard output).", valueName: "file"))
  var junit: String?

  @Option(help: ArgumentHelp("Write the results as TAP ('-' is standard output).", valueName: "file"))
  var tap: String?

  @Option(name: .shortAndLong, help: ArgumentHelp("Write the recording here instead.", valueName: "file"))
  var output: String?

  @Option(name: .shortAndLong, help: "Files replayed at once (default: one per core).")
  var jobs: Int?

  @Option(help: "Threads to compute with, where a file does not say.")
  var threads: Int?

  @Argument(help: "Session files or scripts.", completion: .file())
  var files: [String]

  func validate() throws {
    if [verify, record, update].count(where: { $0 }) > 1 {
      throw ValidationError("Choose one of --verify, --record and --update.")
    }
    if lax, !verify { throw ValidationError("--lax belongs to --verify.") }
    if output != nil, files.count != 1 || !(record || update) {
      throw ValidationError("--output goes with --record or --update and one file.")
    }
    if (junit != nil || tap != nil) && !verify { throw ValidationError("--junit and --tap belong to --verify.") }
    if let threads { try SessionChoices.checkThreads(threads) }
    if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs takes 1…1024, got \(jobs).") }
    if let twice = files.indices.first(where: { files[..<$0].contains(files[$0]) }).map({ files[$0] }) {
      throw ValidationError("'\(twice)' is named twice.")
    }
  }

  func run(in process: ProcessContext) throws -> Int32 {
    let mode: ReplayRun.Mode = verify ? .verify : record ? .record : update ? .update : .show
    return try ReplayRun(
      process: process, mode: mode, ignoresNumbers: lax, jobs: jobs, threads: threads, output: output, junit: junit,
      tap: tap
    ).run(files)
  }
}

/// Plays one file for a parent process and writes what its commands gave as JSON.
struct ReplayWorkerCommand: ElboSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "replay-worker", abstract: "Plays one session file for 'replay'.", shouldDisplay: false)

  @Option var threads: Int?
  @Argument var file: String

  func run(in process: ProcessContext) throws -> Int32 {
    let text: String
    switch textOfFile(file) {
    case .success(let read): text = read
    case .failure(let failure): throw ExitStatus(1, "elbo: \(failure)")
    }
    let session =
      SessionFile.hasPrompts(text) ? try SessionFile(text) : try ReplayRun.file(ofScript: text, process)
    let played = try SessionPlayer(process: process, threads: threads).play(
      session, folder: folderOfFile(file), isScratch: true)
    writeAll(ReplayWorkers.json(of: played).text() + "\n", to: 1)
    return 0
  }
}
