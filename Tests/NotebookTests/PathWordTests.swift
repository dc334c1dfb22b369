import Foundation
import Notebook
import SessionCore
import Tensors
import Testing

/// What Tab completes can be run: it names the file that it was completed from.
@Suite final class PathWordTests {
  let bench: Bench
  let folder = Folder()

  init() throws {
    var options = SessionOptions()
    options.programDirectories = ["/usr/bin", "/bin"]
    bench = try Bench(options)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder.path) }

  private static let pieces = [
    "a", "Z", "7", ".", "-", "_", " ", "\t", "\n", "\r", "\"", "'", "\\", "=", "(", ")", "[", "]", "{", "}", "#", "|",
    ">", "<",
    ";", ",", ":", "?", "!", "~", "*", "&", "$", "`", "%", "@", "+", "^", "é", "e\u{301}", "日本", "👩‍👧", "\u{A0}",
    "\u{200B}",
    "–", "−", "“", "”", "’", "\u{1B}[31m", "\u{7}", "\u{9B}", "\u{202E}", "\u{FEFF}", "lr=1e-3", "\\n", "\\x41", "as",
    "..",
  ]

  /// Names of one to five pieces, the same in every run.
  private static let names: [String] = {
    var state: UInt64 = 7
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let drawn = (0..<250).map { _ in (0...next(5)).map { _ in pieces[next(pieces.count)] }.joined() }
    let known = [
      "lr=1e-3.npy", "a\"b.npy", "a b\nc.npy", "(x.npy", "[x].npy", "x?", "as", "digits", "~", "it's", "a\\", "-x",
    ]
    return (known + pieces + drawn).filter { $0 != "." && $0 != ".." && !$0.isEmpty && !$0.contains("/") }
  }()

  private func only(_ line: String, cursor: Int? = nil) -> (line: String, text: String)? {
    let found = bench.session.complete(line, cursor: cursor ?? line.unicodeScalars.count)
    guard found.candidates.count == 1, let text = found.candidates.first?.text else { return nil }
    let scalars = Array(line.unicodeScalars)
    var whole = String.UnicodeScalarView(scalars[..<found.range.lowerBound])
    whole += text.unicodeScalars
    whole += scalars[found.range.upperBound...]
    return (String(whole), text)
  }

  /// A folder of its own for each name, so that it is the only candidate.
  private func place(_ index: Int) throws -> String {
    let path = folder.file("n\(index)/")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  @Test func aCompletedLineLoadsTheFileItWasCompletedFrom() throws {
    for (index, name) in Self.names.enumerated() where !name.hasPrefix(".") {
      let base = try place(index)
      try Data("a,b\n\(index),1\n".utf8).write(to: URL(filePath: base + name))
      for start in ["load \(base)", "load \"\(base)", "load '\(base)"] {
        let line = try #require(only(start), "\(name.debugDescription) from \(start)").line
        #expect(!line.contains("\n"), "\(name.debugDescription)")
        guard case .complete = bench.session.completeness(line) else {
          Issue.record("\(line.debugDescription) is not complete")
          continue
        }
        let outcome = bench.run(line + " as=d")
        #expect(outcome.status == .ok, "\(name.debugDescription): \(line)")
        #expect(bench.run("d[0]").outputs.first?.text.contains("\(index)") == true, "\(name.debugDescription): \(line)")
      }
    }
  }

  @Test func aCompletedLineWritesOverTheFileItWasCompletedFrom() throws {
    for (index, name) in Self.names.enumerated() where !name.hasPrefix(".") {
      let base = try place(index)
      let path = base + name + ".txt"
      try Data("old".utf8).write(to: URL(filePath: path))
      let line = try #require(only("\(index) > \(base)"), "\(name.debugDescription)").line
      #expect(bench.run(line).status == .ok, "\(line)")
      #expect(try String(contentsOf: URL(filePath: path), encoding: .utf8) == "\(index)\n", "\(line)")
    }
  }

  @Test func theShellReadsACompletedWordAsTheFile() throws {
    for (index, name) in Self.names.enumerated() where !name.hasPrefix(".") && !name.hasSuffix("\n") {
      let base = try place(index)
      try Data("\(index)".utf8).write(to: URL(filePath: base + name))
      let line = try #require(only("!cat \(base)"), "\(name.debugDescription)").line
      let process = Process()
      let pipe = Pipe()
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = ["-c", String(line.dropFirst())]
      process.standardOutput = pipe
      try process.run()
      let said = pipe.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      #expect(String(decoding: said, as: UTF8.self) == "\(index)", "\(line)")
    }
  }

  @Test func aNameThatBeginsLikeAnExpressionIsCompletedFromItsFirstCharacter() throws {
    for (index, name) in ["(x.npy", "[x].npy", "a.b.csv", "((y"].enumerated() {
      let base = try place(1000 + index)
      try Data([1]).write(to: URL(filePath: base + name))
      for count in 1..<name.count {
        let line = try #require(only("load \(base)\(name.prefix(count))"), "\(name.prefix(count))").line
        #expect(line.hasPrefix("load ") && line.contains(name))
      }
    }
  }

  @Test func aQuoteBehindTheCursorIsNotWrittenTwice() throws {
    let base = try place(2000)
    try Data([1]).write(to: URL(filePath: base + "one.npy"))
    let start = "load \"\(base)on"
    #expect(only(start + "\" as=d", cursor: start.unicodeScalars.count)?.line == "load \"\(base)one.npy\" as=d")
  }

  @Test func whatLiesBesideAWorkspaceIsNotOffered() throws {
    let base = try place(3000)
    for name in ["w.elbodb", "w.elbodb-lock", "w.elbodb-wal", "w.elbodb-shm", "x-lock"] {
      try Data([1]).write(to: URL(filePath: base + name))
    }
    let found = bench.session.complete("open \(base)", cursor: base.unicodeScalars.count + 5).candidates.map(\.text)
    #expect(found == ["\(base)w.elbodb", "\(base)x-lock"])
  }

  @Test func theFirstWordOfAShellCommandIsAProgram() throws {
    let base = try place(4000)
    func texts(_ line: String) -> [String] {
      bench.session.complete(line, cursor: line.unicodeScalars.count).candidates.map(\.text)
    }
    for line in ["!mkte", "x = !mkte", "!ls | mkte", "!(mkte", "!true && mkte"] {
      #expect(texts(line) == ["mktemp"], "\(line)")
    }
    try Data([1]).write(to: URL(filePath: base + "mktemporary"))
    #expect(texts("!ls \(base)mkte") == ["\(base)mktemporary"])
    #expect(texts("!\(base)mkte") == ["\(base)mktemporary"])
  }
}
