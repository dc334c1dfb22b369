import Glibc

/// Files and folders that continue a path.
enum PathCompletion {
  static let limit = 500

  static func candidates(_ partial: String, home: String?) -> [Completion.Candidate] {
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
      found.append(.init(text: folder + name + (isFolder ? "/" : ""), kind: .path, help: size))
    }
    return found.sorted { $0.text < $1.text }
  }
}
