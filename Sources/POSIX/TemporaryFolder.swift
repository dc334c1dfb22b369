import Glibc

/// A fresh folder for this user alone.
package struct TemporaryFolder: Sendable {
  package let path: String

  /// - Parameters:
  ///   - parent: The folder to make it in; the folder of temporary files by default.
  ///   - name: What its name starts with.
  package init(in parent: String = Self.parent, named name: String) throws(SystemError) {
    guard let place = strdup("\(parent)/\(name)-XXXXXX") else { throw SystemError() }
    defer { free(place) }
    guard mkdtemp(place) != nil else { throw SystemError() }
    path = String(cString: place)
  }

  /// Where temporary files lie: `$TMPDIR`, or `/tmp` where that is not set or empty.
  package static var parent: String {
    guard let value = getenv("TMPDIR"), value.pointee != 0 else { return "/tmp" }
    return String(cString: value)
  }
}
