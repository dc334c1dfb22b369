import Foundation
import Glibc
import Language
import POSIX

/// Keeps what a session writes in one folder, where the front end asks for that (`SessionOptions.outputDirectory`).
extension Execution {
  /// Throws when a file may not be written at `path`: a replay leaves no trace outside of its scratch folder.
  package func checkWritable(_ path: String, shown: String, at span: Range<Int>?) throws {
    guard let folder = options.outputDirectory, !Confinement.holds(folder, path) else { return }
    throw Fault(
      .unwritableFile, "\(shown) is outside of the temporary folder of this replay", at: span,
      fix: "Name a file without a folder, or run it in your own folder: elbo replay FILE, without options.")
  }

  /// The workspace to open in place of `path`: itself, or a copy in the session's folder when it may not be written.
  package func openableWorkspace(_ path: String) throws -> String {
    guard let folder = options.outputDirectory, access(path, F_OK) == 0, !Confinement.holds(folder, path) else {
      return path
    }
    let place: TemporaryFolder
    do { place = try TemporaryFolder(in: folder, named: "opened") } catch {
      throw Fault(.unwritableFile, "\(folder): \(error)")
    }
    let copy = place.path + "/workspace.elbodb"
    // With its log, so that it is whole even where its session was killed.
    for ending in ["", "-wal"] where access(path + ending, R_OK) == 0 {
      try FileManager.default.copyItem(atPath: path + ending, toPath: copy + ending)
      chmod(copy + ending, 0o600)
    }
    return copy
  }
}

package enum Confinement {
  /// Whether a file of this path lies in `folder`, links followed as far as there are any, or in none that is there.
  /// What cannot be told does not.
  package static func holds(_ folder: String, _ path: String) -> Bool {
    guard let real = realpath(folder, nil) else { return false }
    defer { free(real) }
    guard let place = whole(path) else { return errno == ENOENT }
    return place.utf8.starts(with: (String(cString: real) + "/").utf8)
  }

  /// The real path of a file that may not be there yet; nil, with `errno`, when that cannot be told: `ENOENT` when its
  /// folder is not there either.
  private static func whole(_ path: String) -> String? {
    if let real = realpath(path, nil) {
      defer { free(real) }
      return String(cString: real)
    }
    var status = stat()
    // A link that leads nowhere would be followed by whoever opens it.
    guard errno == ENOENT else { return nil }
    guard lstat(path, &status) != 0 else {
      errno = ELOOP
      return nil
    }
    let bytes = Array(path.utf8)
    let slash = bytes.lastIndex(of: UInt8(ascii: "/"))
    let folder = slash.map { $0 == 0 ? "/" : String(decoding: bytes[..<$0], as: UTF8.self) } ?? "."
    let name = String(decoding: bytes[(slash.map { $0 + 1 } ?? 0)...], as: UTF8.self)
    guard let real = realpath(folder, nil) else { return nil }
    defer { free(real) }
    return String(cString: real) + "/" + name
  }
}
