import Glibc
import Notebook
import POSIX
import SessionCore
import Terminal

/// Errors of standard output.
package enum StandardOutput {
  /// The exit code after a write that failed: a closed pipe ends the program like SIGPIPE, without a message; other
  /// errors are reported.
  package static func exitCode(after failure: Int32) -> Int32 {
    if failure == EPIPE { return 128 + SIGPIPE }
    writeAll("elbo: standard output: \(SystemError(failure))\n", to: STDERR_FILENO)
    return 1
  }
}

/// Ends the program with a code and a line on standard error.
package struct ExitStatus: Error {
  package let code: Int32
  package let message: String

  package init(_ code: Int32, _ message: String = "") {
    self.code = code
    self.message = message
  }
}

/// Opens a session; a workspace that cannot be opened ends the program with its diagnostic.
package func startSession(_ options: SessionOptions) throws(ExitStatus) -> Session {
  do {
    return try Session(options)
  } catch {
    throw ExitStatus(1, "elbo: \(error.description) (\(error.fault.code.rawValue))")
  }
}
