import Foundation
import Glibc

/// A fresh folder to work in for a while.
struct ScratchFolder {
  /// Where the program was, and goes back to.
  let origin: String
  private let path: String

  /// Goes into a new folder under `base`; nil, staying where it is, when none can be made.
  init?(under base: String) {
    guard let here = getcwd(nil, 0) else { return nil }
    defer { free(here) }
    origin = String(cString: here)
    guard let name = strdup(base + "/elbo-replay-XXXXXX") else { return nil }
    defer { free(name) }
    guard mkdtemp(name) != nil, chdir(name) == 0 else { return nil }
    path = String(cString: name)
  }

  /// Goes back and takes the folder away with all that is in it.
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
