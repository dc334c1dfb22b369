import Glibc

/// The memory that control groups leave to a process: the least over its group and all groups around it. Versions 1 and 2.
package enum ControlGroupMemory {
  /// - Parameters:
  ///   - groups: In the format of /proc/self/cgroup.
  ///   - root: Where the control groups are mounted.
  /// - Returns: Bytes; nil where none sets a limit.
  package static func limit(groups: String = "/proc/self/cgroup", root: String = "/sys/fs/cgroup") -> Int? {
    let text = contents(groups) ?? ""
    var least: Int?
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let isVersion2 = parts[1].isEmpty
      guard isVersion2 || parts[1].split(separator: ",").contains("memory") else { continue }
      for mount in isVersion2 ? [root, root + "/unified"] : [root + "/memory"] {
        var path = String(parts[2])
        while true {
          let file =
            mount + path + (path.hasSuffix("/") ? "" : "/") + (isVersion2 ? "memory.max" : "memory.limit_in_bytes")
          if let line = contents(file)?.prefix(while: { $0 != "\n" }), let own = Int(line),
            own < 1 << 60
          {
            least = min(least ?? own, own)
          }
          guard let slash = path.lastIndex(of: "/"), path != "/", !path.isEmpty else { break }
          path = String(path[..<slash])
        }
      }
    }
    return least
  }

  /// The first 16 kB of a file of the kernel's.
  private static func contents(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 16384)
    let count = read(descriptor, &bytes, bytes.count)
    return count < 0 ? nil : String(decoding: bytes[0..<count], as: UTF8.self)
  }
}
