import Glibc

/// Files and folders that complete a path.
enum PathCompletion {
  static let limit = 500

  /// - Parameter quote: The quote they stand in; without one, names with blanks get quotes of their own. A folder's stays
  ///   open: a path goes on there.
  static func candidates(_ partial: String, home: String?, quote: Character?) -> [Completion.Candidate] {
    let slash = partial.lastIndex(of: "/").map { partial.index(after: $0) } ?? partial.startIndex
    let folder = String(partial[..<slash])
    let stem = String(partial[slash...])
    var real = folder.isEmpty ? "." : folder
    if real.hasPrefix("~/"), let home { real = home + real.dropFirst() }
    guard let directory = opendir(real) else { return [] }
    defer { closedir(directory) }
    var found: [Completion.Candidate] = []
    while let entry = readdir(directory), found.count < limit {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name.hasPrefix(stem), name != ".", name != "..", stem.hasPrefix(".") || !name.hasPrefix(".") else {
        continue
      }
      var status = stat()
      let isFolder = stat(real + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      let size = isFolder ? "folder" : NumberText.bytes(Int(status.st_size))
      let path = folder + name + (isFolder ? "/" : "")
      let needsQuotes = quote == nil && path.contains { " \t;|>#\"'".contains($0) }
      let end = isFolder ? "" : needsQuotes ? "\"" : quote.map { String($0) } ?? ""
      found.append(.init(text: (needsQuotes ? "\"" : "") + path + end, kind: .path, help: size))
    }
    return found.sorted { $0.text < $1.text }
  }
}
