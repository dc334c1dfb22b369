import Glibc
import Graphs
import SessionCore
import SessionFiles
import Tensors
import Terminal
import Text

/// `elbo replay` over one or more files.
package struct ReplayRun {
  package enum Mode { case show, verify, record, update }
  package let process: ProcessContext
  package let mode: Mode
  package let ignoresNumbers: Bool
  package let jobs: Int?
  package let threads: Int?
  package let output: String?
  package let junit: String?
  package let tap: String?

  package init(
    process: ProcessContext, mode: Mode, ignoresNumbers: Bool, jobs: Int?, threads: Int?, output: String?,
    junit: String?, tap: String?
  ) {
    (self.process, self.mode, self.ignoresNumbers) = (process, mode, ignoresNumbers)
    (self.jobs, self.threads, self.output) = (jobs, threads, output)
    (self.junit, self.tap) = (junit, tap)
  }

  private struct Source {
    let path: String
    let file: SessionFile
  }

  package func run(_ paths: [String]) throws(ExitStatus) -> Int32 {
    var sources: [Source] = []
    for path in paths { sources.append(try read(path)) }
    if mode == .verify, let empty = sources.first(where: { $0.file.commands.isEmpty }) {
      // A file without commands would always agree.
      throw ExitStatus(2, "elbo: \(empty.path) contains no commands: command lines start with '\(SessionFile.prompt)'")
    }
    return mode == .show ? try show(sources) : try compare(sources)
  }

  // MARK: Showing

  private func show(_ sources: [Source]) throws(ExitStatus) -> Int32 {
    var code: Int32 = 0
    for source in sources {
      let player = SessionPlayer(process: process, threads: threads)
      let color = process.outputColor
      var failure: Int32?
      let played = try player.play(source.file, folder: folderOfFile(source.path), isScratch: false) { command, text in
        let lines = SessionFile.promptLines(command.source).map { line in
          Style.prompt.apply(String(line.prefix(5)), color) + VisibleText.name(String(line.dropFirst(5))) + "\n"
        }
        let shown = lines.joined() + (text.isEmpty ? "" : text + "\n")
        if failure == nil, !writeAll(shown, to: STDOUT_FILENO) { failure = errno }
      }
      if let failure { return StandardOutput.exitCode(after: failure) }
      if let signal = played.signal { return 128 + signal }
      if played.failures > 0 { code = 1 }
    }
    return code
  }

  // MARK: Comparing and writing

  private func compare(_ sources: [Source]) throws(ExitStatus) -> Int32 {
    var reports = [ReplayReport?](repeating: nil, count: sources.count)
    var code: Int32 = 0
    func finish(_ index: Int, _ played: SessionPlayer.PlayedSession) throws(ExitStatus) {
      let source = sources[index]
      let header = source.file.header
      let tolerance = Tolerance(rtol: header.rtol, atol: header.atol, ignoresNumbers: ignoresNumbers)
      let commands = source.file.commands
      // A pattern of (re) may take very long, and signals are not read meanwhile.
      let results = process.signals.withDefaultSignals {
        commands.enumerated().map { at, command in
          let hasRun = at < played.outputs.count
          let text = hasRun ? played.outputs[at] : "(not run: the session had ended)"
          return CommandResult(
            command: command, output: text, seconds: hasRun ? played.seconds[at] : 0, tolerance: tolerance)
        }
      }
      let report = ReplayReport(path: source.path, file: source.file, results: results, tolerance: tolerance)
      reports[index] = report
      if try !conclude(report) { code = max(code, 3) }
    }

    try ScratchFolder.check(process)
    let cores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let count = min(sources.count, jobs ?? cores)
    if sources.count == 1 {
      let played = try SessionPlayer(process: process, threads: threads).play(
        sources[0].file, folder: folderOfFile(sources[0].path), isScratch: true)
      if let signal = played.signal { return 128 + signal }
      try finish(0, played)
    } else {
      let workers = ReplayWorkers(
        process: process, jobs: count, threads: threads ?? max(1, cores / max(1, count)))
      var failure: ExitStatus?
      let stopped = workers.play(sources.map(\.path)) { index, result in
        switch result {
        case .success(let played):
          do throws(ExitStatus) { try finish(index, played) } catch { failure = failure ?? error }
        case .failure(let problem):
          process.say("\(sources[index].path): \(problem.message)", on: STDERR_FILENO)
          code = max(code, 1)
        }
      }
      if let stopped { return stopped }
      if let failure { throw failure }
    }
    let done = reports.compactMap { $0 }
    try write(junit, TestReports.junit(done))
    try write(tap, TestReports.tap(done))
    return code
  }

  /// Writes files and messages according to the mode; returns false when a verification failed.
  private func conclude(_ report: ReplayReport) throws(ExitStatus) -> Bool {
    let color = process.outputColor
    let name = VisibleText.name(report.path)
    let count = report.results.count
    let size = "\(count) \(count == 1 ? "command" : "commands"), \(NumberText.duration(report.seconds))"
    switch mode {
    case .show: return true
    case .record:
      var file = report.recorded
      if file.headerLine == nil { file.headerLine = file.header.line }
      let path = output ?? Self.recordedPath(report.path)
      try write(path, file.text)
      say("\(Style.success.apply("recorded", color)) \(VisibleText.name(path)) (\(size))")
      return true
    case .update:
      if report.agrees {
        say("\(Style.success.apply("unchanged", color)) \(name) (\(size))")
      } else {
        try write(output ?? report.path, report.updated.text)
        say(
          "\(Style.success.apply("updated", color)) \(VisibleText.name(output ?? report.path)) (\(report.mismatches) of \(size))"
        )
      }
      return true
    case .verify:
      let actual = report.path + ".actual"
      if report.agrees {
        unlink(actual)
        say("\(Style.success.apply("ok", color))    \(name) (\(size))")
        return true
      }
      for line in UnifiedDiff(report).lines {
        switch line.kind {
        case .header: say(Style.heading.apply(line.text, color))
        case .hunk: say(Style.prompt.apply(line.text, color))
        case .added: say(Style.added.apply(line.text, color))
        case .removed: say(Style.removed.apply(line.text, color))
        case .remark: say(Style.faint.apply(line.text, color))
        case .context: say(VisibleText.lines(line.text))
        }
      }
      try write(actual, report.updated.text)
      say(
        "\(Style.error.apply("FAIL", color))  \(name): \(report.mismatches) of \(count) "
          + "\(count == 1 ? "command differs" : "commands differ"); what it would be now is in \(VisibleText.name(actual))"
      )
      return false
    }
  }

  // MARK: Files

  private func read(_ path: String) throws(ExitStatus) -> Source {
    let text: String
    // Opening a pipe may block; nothing runs yet.
    switch process.signals.withDefaultSignals({ textOfFile(path) }) {
    case .success(let read): text = read
    case .failure(let failure): throw ExitStatus(2, "elbo: \(failure)")
    }
    do {
      if SessionFile.hasPrompts(text) { return Source(path: path, file: try SessionFile(text)) }
      return Source(path: path, file: try Self.file(ofScript: text, process))
    } catch let failure as SessionHeader.Failure {
      throw ExitStatus(2, "\(path):1: \(failure)")
    } catch let status as ExitStatus {
      throw status
    } catch {
      throw ExitStatus(1, "\(path): \(error)")
    }
  }

  /// A script as a session file without outputs: comments become prose.
  package static func file(ofScript text: String, _ process: ProcessContext) throws -> SessionFile {
    let session = try startSession(process.sessionOptions())
    var splitter = CellSplitter()
    var lines = text.textLines.map(String.init)
    var file = try SessionFile(SessionHeader.isHeader(text) ? lines[0] : "")
    file.items = []
    if lines.last == "" { lines.removeLast() }
    for (index, line) in lines.enumerated() where !(index == 0 && file.headerLine != nil) {
      if !splitter.isOpen, CellSplitter.isBlank(line) {
        let comment = trimmedRight(line.drop { $0 == " " })
        file.items.append(
          comment.isEmpty
            ? .blank : .prose(comment == "#" || comment.hasPrefix("# ") ? comment : "# " + comment.dropFirst()))
      } else if let cell = splitter.add(line, session) {
        file.items.append(.command(SessionFile.Command(source: cell.source, line: index + 1)))
      }
    }
    if let last = splitter.rest() { file.items.append(.command(SessionFile.Command(source: last.source))) }
    return file
  }

  /// The path of a recording: a session file is overwritten, a script gets a session file next to it.
  private static func recordedPath(_ path: String) -> String {
    if path.hasSuffix(".session") { return path }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return path + ".session" }
    return path.dropLast(name.distance(from: dot, to: name.endIndex)) + ".session"
  }

  private func write(_ path: String?, _ text: String) throws(ExitStatus) {
    guard let path else { return }
    if path == "-" {
      writeAll(text, to: STDOUT_FILENO)
      return
    }
    do {
      try replaceFile(path, with: text)
    } catch {
      throw ExitStatus(1, "elbo: \(error)")
    }
  }

  /// With a report on standard output, everything else goes to standard error.
  private func say(_ text: String) {
    writeAll(text + "\n", to: junit == "-" || tap == "-" || output == "-" ? STDERR_FILENO : STDOUT_FILENO)
  }
}
