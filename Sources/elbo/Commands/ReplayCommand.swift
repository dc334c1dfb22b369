import ArgumentParser
import FrontEnds
import Glibc
import POSIX
import SessionCore
import SessionFiles
import Terminal

/// `elbo replay FILE…`
struct ReplayCommand: ElboSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Run session files; verify, record or update their recorded output.",
    discussion: """
      A session file contains commands after 'elbo> ' with their output. Its first line may be \
      '#! elbo-session 1 seed=7 rtol=1e-4 atol=1e-9 width=80 threads=2'. Text and integers are compared exactly, floats \
      by |a−b| ≤ atol + rtol·|b|. An expected line may end in (~1e-2), (re) or (glob); a lone '...' stands for any lines, \
      '[..]' for any text; '\\' takes the rest of a line literally. Input files are searched in the current directory and next \
      to the session file; --verify, --record and --update run in a temporary folder that is deleted afterwards.

      Exit code 3 when the output differs.
      """)

  @Flag(help: "Compare the output with the files; show what differs and by how much, write FILE.actual.")
  var verify = false

  @Flag(help: "Write the output into the files (a script gets a session file beside it).")
  var record = false

  @Flag(help: "Rewrite only the lines that differ.")
  var update = false

  @Flag(help: "Compare words only: ignore all numbers.")
  var lax = false

  @Option(help: ArgumentHelp("Write the results as JUnit XML ('-' is standard output).", valueName: "file"))
  var junit: String?

  @Option(help: ArgumentHelp("Write the results as TAP ('-' is standard output).", valueName: "file"))
  var tap: String?

  @Option(name: .shortAndLong, help: ArgumentHelp("Write the recording here instead.", valueName: "file"))
  var output: String?

  @Option(name: .shortAndLong, help: "Files replayed at once (default: one per core).")
  var jobs: Int?

  @Option(help: "Threads to compute with, for files that do not set them.")
  var threads: Int?

  @Argument(help: "Session files or scripts.", completion: .file())
  var files: [String]

  func validate() throws {
    if [verify, record, update].count(where: { $0 }) > 1 {
      throw ValidationError("Choose one of --verify, --record and --update.")
    }
    if lax, !verify { throw ValidationError("--lax requires --verify.") }
    if output != nil, files.count != 1 || !(record || update) {
      throw ValidationError("--output requires --record or --update and one file.")
    }
    if (junit != nil || tap != nil) && !verify { throw ValidationError("--junit and --tap require --verify.") }
    if let threads { try SessionChoices.checkThreads(threads) }
    if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs: expected from 1 to 1024, got \(jobs).") }
    if let twice = files.indices.first(where: { files[..<$0].contains(files[$0]) }).map({ files[$0] }) {
      throw ValidationError("'\(twice)' is listed twice.")
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

/// Replays one file for a parent process and writes the output of its commands as JSON.
struct ReplayWorkerCommand: ElboSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "replay-worker", abstract: "Plays one session file for 'replay'.", shouldDisplay: false)

  @Option var threads: Int?
  @Argument var file: String

  func run(in process: ProcessContext) throws -> Int32 {
    // What it starts itself has no part in the result.
    _ = fcntl(ChildProcess.thirdDescriptor, F_SETFD, FD_CLOEXEC)
    let text: String
    switch textOfFile(file) {
    case .success(let read): text = read
    case .failure(let failure): throw ExitStatus(1, "elbo: \(failure)")
    }
    let session =
      SessionFile.hasPrompts(text) ? try SessionFile(text) : try ReplayRun.file(ofScript: text, process)
    let played = try SessionPlayer(process: process, threads: threads).play(
      session, folder: folderOfFile(file), isScratch: true)
    return writeAll(ReplayWorkers.json(of: played).text() + "\n", to: Int32(ChildProcess.thirdDescriptor)) ? 0 : 1
  }
}
