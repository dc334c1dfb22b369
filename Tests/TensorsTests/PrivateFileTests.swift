import Glibc
import POSIX
import Tensors
import Testing

@Suite final class PrivateFileTests {
  let folder: String

  init() {
    var template = Array("/tmp/elbo-private-XXXXXX".utf8CString)
    folder = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
  }

  deinit {
    for name in names { unlink(folder + "/" + name) }
    rmdir(folder)
  }

  private var names: [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private func mode(_ path: String) -> mode_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
  }

  @Test func aFileIsPrivateUntilItTakesItsPlace() throws {
    let target = folder + "/out.csv"
    let file = try TemporaryFile(beside: target)
    #expect(mode(file.path) == 0o600 && file.path.hasPrefix(folder + "/."))
    #expect(access(target, F_OK) != 0)
    _ = [UInt8](repeating: 65, count: 3).withUnsafeBytes { Descriptor.write($0, to: file.descriptor) }
    try file.replaceTarget(mode: 0o640)
    #expect(names == ["out.csv"] && mode(target) == 0o640)
  }

  @Test func twoFilesForOneTargetHaveDifferentNamesThatNothingTells() throws {
    let files = try (0..<50).map { _ in try TemporaryFile(beside: folder + "/out.csv") }
    defer { for file in files { file.discard() } }
    #expect(Set(files.map(\.path)).count == 50)
    #expect(!files.contains { $0.path.contains("\(getpid())") && $0.path.utf8.count < folder.utf8.count + 32 })
  }

  @Test func aDiscardedFileLeavesNothing() throws {
    try TemporaryFile(beside: folder + "/a").discard()
    #expect(names.isEmpty)
  }

  @Test func aMissingFolderIsSaidOfTheTarget() {
    #expect(throws: SystemError(ENOENT)) {
      try TemporaryFile(beside: "/nowhere/a")
    }
  }

  @Test func aNameAsLongAsTheSystemTakesIsWritten() throws {
    let name = String(repeating: "n", count: 255)
    try FileBytes.write([1, 2, 3], to: folder + "/" + name)
    #expect(names == [name])
  }

  @Test func aSlashWithACombiningMarkBehindItIsASlash() throws {
    try FileBytes.write([1], to: folder + "/\u{301}x")
    #expect(names.map { Array($0.unicodeScalars) } == [Array("\u{301}x".unicodeScalars)])
  }
}

@Suite(.serialized) struct WorkClockTests {
  /// Seconds that a wait of this length takes on the clock of work.
  private func counted(_ body: () -> Void) -> Double {
    let start = WorkClock.now
    body()
    return (WorkClock.now - start) / .seconds(1)
  }

  @Test func aPauseThatIsTakenOutDoesNotCount() {
    // Other tests may take time out as well: nothing here depends on there being no others.
    let counted = counted { WorkClock.exclude(.seconds(3600)) }
    #expect(counted < -3599)
    let again = self.counted { WorkClock.exclude(.seconds(-5)) }
    #expect(again >= 0)
  }
}
