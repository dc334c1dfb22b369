import Foundation
import POSIX

/// A folder that goes with its test.
final class Folder {
  let path: String
  init() { path = (try? TemporaryFolder(named: "elbo-test"))?.path ?? "/nowhere" }
  func file(_ name: String) -> String { path + "/" + name }
  deinit { try? FileManager.default.removeItem(atPath: path) }
}
