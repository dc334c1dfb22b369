import Glibc

/// A process and what it started.
package enum ProcessTree {
  package static func signal(_ process: Int32, _ number: Int32) {
    for each in [process] + descendants(of: process) { kill(each, number) }
  }

  package static func descendants(of process: Int32) -> [Int32] {
    guard let folder = opendir("/proc") else { return [] }
    defer { closedir(folder) }
    var children: [Int32: [Int32]] = [:]
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if let identifier = Int32(name), let parent = parent(of: identifier) {
        children[parent, default: []].append(identifier)
      }
    }
    var (found, waiting) = ([Int32](), [process])
    while let next = waiting.popLast() {
      found += children[next] ?? []
      waiting += children[next] ?? []
    }
    return found
  }

  /// From `/proc/N/stat`: number, name in parentheses, state, parent.
  private static func parent(of process: Int32) -> Int32? {
    let descriptor = open("/proc/\(process)/stat", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = read(descriptor, &bytes, bytes.count)
    guard count > 0, let name = bytes[..<count].lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = String(decoding: bytes[(name + 1)..<count], as: UTF8.self).split(separator: " ")
    return fields.count > 1 ? Int32(fields[1]) : nil
  }
}
