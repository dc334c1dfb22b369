import Glibc
import POSIX
import Terminal
import Text

/// Ctrl-X Ctrl-E: the line in `$VISUAL`, `$EDITOR`, or `vi`.
package struct ExternalEditor {
  private let process: ProcessContext

  package init(process: ProcessContext) { self.process = process }

  /// The command that is run, with a file name behind it.
  package static func command(_ environment: [String: String]) -> String {
    let named = ["VISUAL", "EDITOR"].compactMap { environment[$0] }.first { !$0.isEmpty }
    // Debian's name for whatever editor there is.
    return named ?? (access("/usr/bin/editor", X_OK) == 0 ? "editor" : "vi")
  }

  /// The text as it comes back; nil, with a line that says why, where the editor failed or took it away.
  package func edited(_ line: String) -> String? {
    let command = Self.command(process.environment)
    guard let folder = try? TemporaryFolder(named: "elbo-line") else {
      process.say("the line cannot be edited: no temporary file can be written", .warning)
      return nil
    }
    let path = folder.path + "/line.elbo"
    defer {
      unlink(path)
      rmdir(folder.path)
    }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0, writeAll(line + "\n", to: descriptor) else {
      process.say("the line cannot be edited: \(SystemError().description)", .warning)
      return nil
    }
    close(descriptor)
    // The shell has the words of `$EDITOR` apart, such as `code --wait`; the path has no quotes.
    let status = (try? ChildProcess(shell: "\(command) '\(path)'"))?.wait() ?? -1
    // Ctrl-C and the like were for the editor.
    while let signal = process.signals.next() {
      if signal == .terminate { kill(getpid(), SIGTERM) }
      if signal == .hangUp { kill(getpid(), SIGHUP) }
      if signal == .terminate || signal == .hangUp { return nil }
    }
    guard status == 0 else {
      let code = status >= 0 && status & 0x7F == 0 ? "exit code \((status >> 8) & 0xFF)" : "it did not end by itself"
      process.say("\(command) left the line as it was: \(code). $EDITOR names the editor.", .warning)
      return nil
    }
    guard case .success(let text) = textOfFile(path) else { return nil }
    var lines = text[...]
    while lines.hasSuffix("\n") { lines = lines.dropLast() }
    return String(lines)
  }
}
