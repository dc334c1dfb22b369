import Glibc
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
    _ = [UInt8](repeating: 65, count: 3).withUnsafeBytes { TemporaryFile.write($0, to: file.descriptor) }
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
    #expect(throws: FileError(path: "/nowhere/a", reason: "No such file or directory")) {
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

@Suite struct VisibleTextTests {
  @Test(arguments: [
    ("plain, é 日本 👩‍👧", "plain, é 日本 👩‍👧"), ("\u{1B}]0;x\u{7}", "\\x1b]0;x\\x07"), ("a\rb\0", "a\\rb\\x00"),
    ("\u{7F}", "\\x7f"),
    ("\u{9B}31m\u{85}", "\\x9b31m\\x85"), ("\u{202E}gpj\u{2069}\u{200F}\u{61C}", "\\u202egpj\\u2069\\u200f\\u061c"),
    ("\r\n", "\\r\\n"), ("a\tb", "a\\tb"), ("\u{2028}", "\\u2028"), ("\\x1b", "\\x1b"),
    ("\u{1B}\u{301}", "\\x1b\u{301}"),
  ])
  func namesShowWhatWouldSteerATerminal(text: String, shown: String) {
    #expect(VisibleText.name(text) == shown)
  }

  @Test func linesKeepTheirEndsAndTabs() {
    #expect(VisibleText.lines("a\n\tb\u{1B}") == "a\n\tb\\x1b")
    #expect(VisibleText.lines("a\r\nb") == "a\\r\nb")
  }

  @Test func nothingThatStaysIsAControl() {
    for value in UInt32(0)...0x2FFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let shown = VisibleText.name(String(scalar)).unicodeScalars
      #expect(!shown.contains { $0.properties.generalCategory == .control || $0.properties.isBidiControl })
    }
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
