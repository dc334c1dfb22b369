import Foundation
import Glibc
import POSIX

/// A fresh folder to work in for a while, for this user alone.
///
/// What a session writes lands here and goes with it. Where it cannot be made nothing may run: the commands would write
/// into the person's own folder.
package struct ScratchFolder {
  /// The previous working folder, which is restored.
  package let origin: String
  /// Its absolute path.
  package let path: String
  /// The folder `origin`, whatever its name is by then.
  private let home: Int32

  /// Goes into a new folder under `base`.
  ///
  /// - Throws: Exit code 2 with the reason and what to do, staying where it is.
  package init(under base: String) throws(ExitStatus) {
    guard let here = getcwd(nil, 0) else {
      throw Self.refusal("the working folder cannot be found", "Change to another one.")
    }
    defer { free(here) }
    origin = String(cString: here)
    home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard home >= 0 else { throw Self.refusal(origin + ": " + Self.reason, "Change to another folder.") }
    let fix = "Set TMPDIR to a folder where files can be written, for example: TMPDIR=/tmp"
    let name: String
    do { name = try TemporaryFolder(in: base, named: "elbo-replay").path } catch {
      close(home)
      throw Self.refusal("cannot create a folder in \(base): \(error)", fix)
    }
    guard chdir(name) == 0, let whole = getcwd(nil, 0) else {
      let reason = Self.reason
      rmdir(name)
      _ = fchdir(home)
      close(home)
      throw Self.refusal("\(name): \(reason)", fix)
    }
    defer { free(whole) }
    path = String(cString: whole)
  }

  /// Restores the previous working folder and deletes the temporary one with its content.
  package func remove() {
    _ = fchdir(home)
    close(home)
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Where scratch folders are made: `$TMPDIR`, or `/tmp` where that is not set or empty.
  package static func base(_ process: ProcessContext) -> String {
    process.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
  }

  /// Throws what `init` would.
  package static func check(_ process: ProcessContext) throws(ExitStatus) {
    try ScratchFolder(under: base(process)).remove()
  }

  private static var reason: String { SystemError().description }

  private static func refusal(_ cause: String, _ fix: String) -> ExitStatus {
    ExitStatus(2, "elbo: replay needs a temporary folder to run in, but \(cause). \(fix)")
  }
}

/// The folder that a file lies in, as an absolute path.
package func folderOfFile(_ path: String) -> String {
  guard let real = realpath(path, nil) else { return "." }
  defer { free(real) }
  let whole = String(cString: real)
  guard let slash = whole.utf8.lastIndex(of: UInt8(ascii: "/")), slash != whole.startIndex else { return "/" }
  return String(whole[..<slash])
}
