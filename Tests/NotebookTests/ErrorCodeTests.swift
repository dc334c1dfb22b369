import GRDB
import Glibc
import Language
import Notebook
import SessionCore
import Testing

@Suite struct ErrorCodeTests {
  /// A statement that provokes each code that a statement can provoke by itself.
  static let provocations: [(code: ErrorCode, source: String)] = [
    (.unknownCommand, "trian m"), (.unknownOption, "history m=3"), (.badOptionValue, "history n=ten"),
    (.unknownVariable, "a = nothing_here"), (.unknownDataset, "load digit"), (.syntax, "1 +"),
    (.missingArgument, "show"), (.extraArgument, "quit now"), (.prefixNotAllowed, "histor n=1"),
    (.reservedName, "train = 3"), (.repeatedOption, "history n=1 n=2"), (.wrongKind, "q = 1; summary q"),
    (.unknownFunction, "frobnicate(1)"), (.unknownAttribute, "q = [1, 2]; q.size"),
    (.wrongFunctionArguments, "lerp(1)"),
    (.indexOutOfRange, "q = [1, 2]; q[5]"), (.nothingToUndo, "undo"), (.formatNotSupported, "1 > out.xyz"),
    (.shellNotAvailable, "!ls"),
    (.tooDeep, String(repeating: "(", count: 80) + "1" + String(repeating: ")", count: 80)),
    (.unknownTopic, "help frobnication"), (.shapeMismatch, "[1, 2] + [1, 2, 3]"), (.noSuchOperation, "\"a\" * 2"),
    (.noLabels, "q = [1, 2]; q[label=1]"), (.emptySelection, "5..2"),
    (.badArchitecture, "model m encoder=\"konv3\" decoder=\"dense2\""),
    (.unreadableFile, "open no-such-folder/x.elbodb"), (.unwritableFile, "1 > no-such-folder/x.json"),
    (.download, "load kmnist"),
    (.outOfMemory, "zeros(100000000, 100000)"),
    (
      .notFinite,
      "d = dataset zeros(200, 4); model m mlp hidden=4 latent=2 seed=1; train m on=d lr=1e30 epochs=3 seed=1"
    ),
    (
      .notComparable,
      "d = dataset zeros(50, 4); model m mlp latent=2; model a ae mlp latent=2; compare m a on=d"
    ),
    (.notSupported, "d = dataset zeros(50, 4); model m mlp latent=3; manifold m"),
  ]

  @Test(arguments: provocations.map(\.source)) func aMistakeGetsItsCode(source: String) throws {
    let expected = try #require(Self.provocations.first { $0.source == source }).code
    let diagnostic = try Bench().failure(source)
    #expect(diagnostic.code == expected.rawValue, "\(diagnostic.headline)")
    #expect(diagnostic.span != nil)
  }

  /// Codes that need files, another session or a mistake of ours; the tests below provoke them.
  static let others: Set<ErrorCode> = [
    .workspaceLocked, .workspaceNewer, .notAWorkspace, .workspaceReadOnly, .plotFailed, .internalError,
    // Processes under mpirun: Tests/Terminal/test_mpi.py.
    .ranks,
  ]

  @Test func noCodeIsLeftOut() {
    let provoked = Set(Self.provocations.map(\.code)).union(Self.others)
    #expect(Set(ErrorCode.allCases).subtracting(provoked) == [])
  }

  @Test func workspacesHaveTheirCodes() throws {
    let folder = Folder()
    let (first, second) = (folder.file("first.elbodb"), folder.file("second.elbodb"))
    let bench = try Bench()
    _ = bench.shown("save session \(first)")
    #expect(try Bench().failure("open \(first)").code == "E501")
    #expect(try bench.failure("open \(first) read-only=yes").code == "E501")
    #expect(bench.shown("open \(first)").first?.contains("the workspace of this session") == true)
    _ = bench.shown("save session \(second)\nopen \(first) read-only=yes")
    #expect(try bench.failure("save session \(first)").code == "E504")
    _ = bench.shown("1 > \(folder.file("notes.txt"))")
    #expect(try bench.failure("open \(folder.file("notes.txt"))").code == "E503")
    do {
      let newer = try DatabaseQueue(path: folder.file("newer.elbodb"))
      try newer.inDatabase { try $0.execute(sql: "PRAGMA application_id = 1701601903; PRAGMA user_version = 99") }
    }
    #expect(try bench.failure("open \(folder.file("newer.elbodb"))").code == "E502")
    #expect(access(folder.file("newer.elbodb-lock"), F_OK) != 0)
  }

  @Test func aPictureThatCannotBeDrawnHasItsCode() throws {
    let folder = Folder()
    let path = folder.file("points.png")
    #expect(try Bench().failure("plot (zeros(3, 2) / 0) > \(path)").code == "E601")
  }

  @Test func aMistakeOfOursHasItsCode() throws {
    struct Unforeseen: Error {}
    struct Stumble: DeclaredCommand {
      static let about = About("stumble", family: .session, summary: "fails as nothing should", examples: [])
      func run(_ call: Call) throws -> Value { throw Unforeseen() }
    }
    let session = try Session(SessionOptions(), table: CommandTable([Command(Stumble.self)]))
    let outcome = session.execute("stumble", frontEnd: Recorder(), interruption: Interruption())
    guard case .failed(let diagnostic) = outcome.status else {
      Issue.record("the mistake went unseen")
      return
    }
    #expect(diagnostic.code == "E901")
  }

  @Test func theHelpListsEveryCode() throws {
    let page = try Bench().shown("help errors")[0]
    for code in ErrorCode.allCases { #expect(page.contains(code.rawValue)) }
  }

  @Test func mistakesInPiecesOfStatementsNeverCrash() throws {
    let pieces = [
      "train", "m", "=", "(", ")", "[", "]", "..", "label=3", "|", ">", ";", "\"", "'", "#", "\\", "\n", "1e999", "-",
      "_",
      "_3", "help", "?", "z", "mean", ",", ":", "0", "9", "*", "^", "é", "🙂", "show", "undo", "vars", "x=", "x", ".",
      "drop",
    ]
    let bench = try Bench()
    for step in 0..<20_000 {
      let words = RandomLine(seed: UInt64(step)).words(from: pieces)
      let before = bench.session.state.names
      let outcome = bench.run(words)
      if case .failed = outcome.status, !words.contains("\n"), !words.contains(";") {
        #expect(bench.session.state.names == before, "\(words)")
      }
      _ = bench.session.complete(words, cursor: step % 12)
      _ = bench.session.completeness(words)
    }
  }
}

/// A line of random words, the same for the same seed.
struct RandomLine {
  var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state >> 33)
  }

  func words(from pieces: [String]) -> String {
    var copy = self
    return (0..<copy.next() % 10).map { _ in
      pieces[copy.next() % pieces.count] + (copy.next() % 2 == 0 ? " " : "")
    }.joined()
  }
}
