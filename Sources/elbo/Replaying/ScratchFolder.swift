import Foundation
import Glibc

/// A temporary working folder.
struct ScratchFolder {
  /// The previous working folder, which is restored.
  let origin: String
  private let path: String

  /// Changes into a new folder under `base`; nil, without changing the folder, when it cannot be created.
  init?(under base: String) {
    guard let here = getcwd(nil, 0) else { return nil }
    defer { free(here) }
    origin = String(cString: here)
    guard let name = strdup(base + "/elbo-replay-XXXXXX") else { return nil }
    defer { free(name) }
    guard mkdtemp(name) != nil, chdir(name) == 0 else { return nil }
    path = String(cString: name)
  }

  /// Restores the previous working folder and deletes the temporary one with its content.
  func remove() {
    _ = chdir(origin)
    try? FileManager.default.removeItem(atPath: path)
  }
}

/// The folder that a file lies in, as an absolute path.
func folderOfFile(_ path: String) -> String {
  guard let real = realpath(path, nil) else { return "." }
  defer { free(real) }
  let whole = String(cString: real)
  guard let slash = whole.lastIndex(of: "/"), slash != whole.startIndex else { return "/" }
  return String(whole[..<slash])
}
