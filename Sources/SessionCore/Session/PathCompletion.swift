import Glibc
import Text

/// Files and folders that complete a path.
package enum PathCompletion {
  /// A folder with more matches is not completed: what all of them have in common could not be told from a part of
  /// them.
  package static let limit = 20_000

  package struct Entry: Equatable {
    /// As it continues what was typed; a folder's ends in a slash.
    package let path: String
    package let isFolder: Bool
    /// Its size, or "folder".
    package let help: String
  }

  /// What continues `partial`, in order. The files that SQLite and the lock keep beside a workspace are left out, and
  /// so are names that are no UTF-8: a statement cannot hold them.
  package static func entries(_ partial: String, home: String?) -> [Entry] {
    let bytes = Array(partial.utf8)
    let slash = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    let folder = String(decoding: bytes[..<slash], as: UTF8.self)
    let stem = bytes[slash...]
    var real = folder.isEmpty ? "." : folder
    if real.hasPrefix("~/"), let home { real = home + real.dropFirst() }
    let names = Set(Self.names(in: real))
    guard names.count <= limit else { return [] }
    var found: [Entry] = []
    for name in names where name.utf8.starts(with: stem) && !isHidden(name, stem, among: names) {
      var status = stat()
      let isFolder = stat(real + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      // `~` by itself, or before a slash, is the home folder.
      let path = (folder.isEmpty && name == "~" ? "./" : "") + folder + name + (isFolder ? "/" : "")
      found.append(
        Entry(path: path, isFolder: isFolder, help: isFolder ? "folder" : NumberText.bytes(Int(status.st_size))))
    }
    return found.sorted { $0.path < $1.path }
  }

  private static func isHidden(_ name: String, _ stem: ArraySlice<UInt8>, among names: Set<String>) -> Bool {
    if name.utf8.first == UInt8(ascii: "."), stem.first != UInt8(ascii: ".") { return true }
    return ["-lock", "-shm", "-wal", "-journal"].contains { ending in
      guard name.hasSuffix(ending) else { return false }
      let workspace = String(name.dropLast(ending.count))
      return workspace.hasSuffix(".elbodb") || names.contains(workspace)
    }
  }

  private static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let name, name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Programs of the search path whose names begin so, with the folders they are in.
  package static func programs(_ stem: String, in folders: [String]) -> [(name: String, folder: String)] {
    guard !stem.isEmpty else { return [] }
    var found: [String: String] = [:]
    for folder in folders.reversed() {
      for name in names(in: folder) where name.utf8.starts(with: stem.utf8) {
        var status = stat()
        let path = folder + "/" + name
        if access(path, X_OK) == 0, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
          found[name] = folder
        }
      }
    }
    return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
