import Foundation
import POSIX
import Testing

/// Limits of memory as the kernel writes them, in both versions of control groups.
@Suite struct ControlGroupMemoryTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "cgroup-\(UUID().uuidString)")

  private func write(_ files: [String: String]) throws {
    for (name, text) in files {
      let file = folder.appending(path: name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
  }

  private func limit() -> Int? { ControlGroupMemory.limit(groups: folder.path + "/groups", root: folder.path + "/fs") }

  @Test func theLeastOfAllGroupsAroundTheProcessHolds() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write([
      "groups": "0::/slurm/job7/step0\n", "fs/memory.max": "max\n", "fs/slurm/memory.max": "9000000000\n",
      "fs/slurm/job7/memory.max": "536870912\n", "fs/slurm/job7/step0/memory.max": "max\n",
    ])
    #expect(limit() == 536_870_912)
  }

  @Test func versionOneHasItsOwnTreeAndNames() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write([
      "groups": "9:name=systemd:/\n4:cpu,memory:/docker/abc\n0::/\n",
      "fs/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "fs/memory/docker/abc/memory.limit_in_bytes": "1073741824\n",
    ])
    #expect(limit() == 1_073_741_824)
  }

  @Test func withoutALimitThereIsNone() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write(["groups": "0::/\n", "fs/memory.max": "max\n"])
    #expect(limit() == nil)
    #expect(ControlGroupMemory.limit(groups: folder.path + "/none", root: folder.path) == nil)
  }
}
