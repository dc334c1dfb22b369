import CTeam
import Foundation
import Graphs
import Testing

/// How many threads are worth having in a container: no more than the processors' worth of time that it may use.
@Suite struct ProcessorTests {
  /// Control groups as files: what `elbo_team_quota` finds in them.
  private func quota(of groups: String, _ files: [String: String]) throws -> Int32 {
    let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: root) }
    for (path, text) in files {
      let file = root.appending(path: path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    let list = root.appending(path: "list")
    try groups.write(to: list, atomically: true, encoding: .utf8)
    return elbo_team_quota(list.path, root.path)
  }

  @Test(
    arguments: [
      ("100000 100000\n", 1), ("150000 100000\n", 2), ("50000 100000\n", 1), ("1000 100000\n", 1),
      ("400000 100000\n", 4),
      ("max 100000\n", Int32.max), ("", .max), ("nonsense\n", .max), ("0 0\n", .max), ("300000 200000\n", 2),
    ] as [(String, Int32)])
  func aQuotaCountsRoundedUp(_ text: String, _ threads: Int32) throws {
    #expect(try quota(of: "0::/\n", ["cpu.max": text]) == threads)
    #expect(try quota(of: "0::/a\n", ["a/cpu.max": text]) == threads)
  }

  @Test func theLeastOfAllGroupsAroundCounts() throws {
    let files = ["a/cpu.max": "300000 100000", "a/b/cpu.max": "max 100000", "a/b/c/cpu.max": "500000 100000"]
    #expect(try quota(of: "0::/a/b/c\n", files) == 3)
    #expect(try quota(of: "0::/a/b\n", files) == 3)
    #expect(try quota(of: "0::/other\n", files) == .max)
  }

  /// In a container the list may name the host's path while only the container's own group is mounted.
  @Test func aContainersOwnRootIsRead() throws {
    #expect(try quota(of: "0::/docker/0123\n", ["cpu.max": "200000 100000"]) == 2)
  }

  @Test(arguments: ["cpu", "cpu,cpuacct", "cpuacct,cpu"]) func version1IsReadToo(_ folder: String) throws {
    let list = "12:cpuset:/x\n4:\(folder):/a/b\n0::/\n"
    func files(_ quota: String) -> [String: String] {
      ["\(folder)/a/cpu.cfs_quota_us": quota, "\(folder)/a/cpu.cfs_period_us": "100000\n"]
    }
    #expect(try quota(of: list, files("250000\n")) == 3)
    #expect(try quota(of: list, files("-1\n")) == .max)
    #expect(try quota(of: "12:cpuset:/a\n", files("100000\n")) == .max)
  }

  @Test func withoutControlGroupsThereIsNoLimit() {
    #expect(elbo_team_quota("/nonexistent/list", "/nonexistent") == .max)
  }

  @Test func aProgramHasAsManyThreadsAsMayRun() throws {
    #expect(CompilerOptions().threads == CompilerOptions.hardwareThreads)
    #expect(CompilerOptions.hardwareThreads >= 1)
    #expect(CompilerOptions.hardwareThreads <= ProcessInfo.processInfo.processorCount)
    #expect(CompilerOptions.hardwareThreads <= Int(elbo_team_quota("/proc/self/cgroup", "/sys/fs/cgroup")))
    #expect(CompilerOptions(threads: 3).threads == 3)
  }
}
