import Foundation
import GRDB
import JSONText
import Notebook
import SessionCore
import Testing

/// Values of a workspace that are not as they were written: an error with a code that names the value, or a value that
/// works. Every field of every kind is left out, of another type, huge, negative, not a number, too long, too short.
@Suite(.serialized) struct DamagedValueTests {
  /// A variable of each kind, how it is made, and what is done with what comes back.
  private static let kinds: [(make: String, use: [String])] = [
    ("x = 2.5", ["x * 2"]), ("x = \"text\"", ["x"]), ("x = (yes)", ["x"]), ("x = 2..7", ["zeros(9)[x]"]),
    ("x = [\"a\", 2, 1..2]", ["x", "x > F.csv"]), ("x = normal(3, 2, seed=1)", ["x * 2", "x > F.json", "x > F.csv"]),
    ("y = 1; x = vars", ["x", "x > F.json", "x > F.csv", "x > F.md", "x[0]", "x.memory"]),
    ("x = history", ["x", "x > F.json", "x > F.csv"]),
    ("x = evaluate m on=e nll=2 n=8", ["x", "x > F.json", "x > F.csv", "x > F.md", "x.elbo"]),
    ("x = plot loss m", use), ("x = plot kl m on=e", use), ("x = plot latent m on=e", use),
    ("x = plot grid e n=4", use + ["x > F.png", "x > F.svg", "x > F.gif"]), ("x = plot histogram m on=e", use),
    ("x = plot rd m m on=e", use), ("x = plot confusion m on=e", use),
    ("x = e", ["x", "describe x", "head x", "x > F.json", "split x", "encode m x"]),
    (
      "x = fork m",
      [
        "x", "x.history", "plot loss x > F.csv", "x > F.json", "x > F.md", "train x on=e epochs=+1 batch=32",
        "summary x",
      ]
    ),
  ]
  private static let use = ["x", "x > F.csv", "x > F.gp"]
  private static let setup = [
    "e = dataset (reshape(uniform(64, 16, seed=1), 64, 1, 4, 4)) labels=(floor(uniform(64, seed=2) * 3))",
    "model m encoder=\"dense4\" decoder=\"dense4 dense16 reshape1x4x4\" latent=2 seed=1 on=e",
    "train m on=e epochs=1 batch=64 seed=1;",
  ]

  /// A workspace of a session that ran these lines, and its database.
  private static func workspace(in folder: Folder, _ lines: [String]) throws -> (path: String, queue: DatabaseQueue) {
    let path = folder.file("w.elbodb")
    let bench = try Bench(SessionOptions(workspace: path))
    for line in lines { _ = bench.shown(line) }
    bench.session.close()
    return (path, try DatabaseQueue(path: path))
  }

  @Test(arguments: kinds.indices) func noDamageTraps(kind: Int) throws {
    let (folder, (make, use)) = (Folder(), Self.kinds[kind])
    let (path, queue) = try Self.workspace(in: folder, Self.setup + [make])
    let detail = try #require(
      try queue.read { try String.fetchOne($0, sql: "SELECT detail FROM variables WHERE name = 'x'") })
    var refused = 0
    let damages = Self.mutations(of: try JSON(parsing: detail))
    for damage in damages {
      try queue.write {
        try $0.execute(sql: "UPDATE variables SET detail = ? WHERE name = 'x'", arguments: [damage.text()])
      }
      refused += try check(path, use, folder, "\(make): \(damage.text().prefix(400))") ? 1 : 0
    }
    #expect(refused > 0 || damages.count < 8, "\(make): nothing of \(damages.count) was refused")
  }

  /// Opens the workspace and uses what is there; true when x was refused.
  private func check(_ path: String, _ use: [String], _ folder: Folder, _ what: String) throws -> Bool {
    let bench = try Bench(SessionOptions(workspace: path, readOnly: true))
    let remarks = bench.session.openingNotes.filter { $0.contains("could not be restored") }
    guard bench.session.state.variables["x"] != nil else {
      let isNamed = remarks.contains { $0.contains("x: ") && $0.contains("(E5") }
      #expect(isNamed, "\(what): \(bench.session.openingNotes)")
      return true
    }
    for line in use {
      if case .failed(let diagnostic) = bench.run(line.replacing("F.", with: folder.file("f."))).status {
        #expect(diagnostic.code != "E901", "\(what): \(line): \(diagnostic)")
      }
    }
    return false
  }

  /// The value with each of its fields damaged in each way, one at a time.
  private static func mutations(of json: JSON) -> [JSON] {
    var all: [JSON] = []
    switch json {
    case .object(let members):
      for (index, member) in members.enumerated() {
        var without = members
        without.remove(at: index)
        all.append(.object(without))
        all += mutations(of: member.value).map { value in
          var changed = members
          changed[index] = .init(member.key, value)
          return .object(changed)
        }
      }
      all += [.array([]), .null]
    case .array(let items):
      // Of many alike the first and the last speak for all.
      for index in Set([0, 1, items.count - 1]) where items.indices.contains(index) {
        all += mutations(of: items[index]).map { value in
          var changed = items
          changed[index] = value
          return .array(changed)
        }
      }
      if let last = items.last { all += [.array(items + [last]), .array(items.dropLast())] }
      all += [.array([]), .string("x")]
    case .string(let text):
      // Models keep their definition and training as text.
      if text.hasPrefix("[{"), let inner = try? JSON(parsing: text) {
        all += mutations(of: inner).map { .string($0.text()) }
      }
      all += [.string(""), .string("nan"), .integer(-3), .null]
    case .integer, .number:
      all += [.integer(-3), .integer(0), .integer(1 << 62), .number(1e300), .string("nan"), .null]
    case .bool: all += [.string("x"), .null]
    case .null: all += [.integer(-3), .string("x")]
    }
    return all
  }

  /// Arrays of other shapes, types and lengths.
  @Test(arguments: ["x = normal(3, 2, seed=1)", "x = e", "x = fork m"]) func damagedArraysAreRefusedOrWork(make: String)
    throws
  {
    let folder = Folder()
    let (path, queue) = try Self.workspace(in: folder, Self.setup + [make])
    let names = try queue.read { try String.fetchAll($0, sql: "SELECT name FROM arrays WHERE owner = 'variable:x'") }
    #expect(!names.isEmpty)
    for name in names {
      for change in [
        "shape = '-3'", "shape = '4611686018427387904,4'", "shape = ''", "shape = 'x'", "shape = '1'",
        "dtype = 'uint8'",
        "dtype = 'int32'", "dtype = 'x'", "data = x'00'", "data = NULL", "part = 1", "part = -1", "name = 'other'",
        "data = zeroblob(length(data))", "data = (SELECT replace(hex(zeroblob(length(data))), '00', 'FF'))",
      ] {
        try queue.inDatabase { db in
          try db.execute(sql: "BEGIN")
          try? db.execute(sql: "UPDATE arrays SET \(change) WHERE owner = 'variable:x' AND name = ?", arguments: [name])
          try db.execute(sql: "COMMIT")
        }
        _ = try check(
          path, ["x", "x > F.json", "encode m x", "train x on=e epochs=+1", "describe x"], folder,
          "\(make): \(name): \(change)")
        try restore(queue, path, folder, make)
      }
    }
  }

  private func restore(_ queue: DatabaseQueue, _ path: String, _ folder: Folder, _ make: String) throws {
    try queue.write { try $0.execute(sql: "DELETE FROM arrays WHERE owner = 'variable:x'") }
    let bench = try Bench(SessionOptions(workspace: path))
    _ = bench.shown(make)
    bench.session.close()
  }

  /// Columns of the tables hold what SQLite lets in: anything.
  @Test func rowsOfOtherTypesAreNoReasonToEnd() throws {
    let folder = Folder()
    let (path, _) = try Self.workspace(in: folder, ["x = 1; y = 2", "x + y"])
    for sql in [
      "UPDATE variables SET cell = 'never' WHERE name = 'x'", "UPDATE variables SET detail = x'00ff' WHERE name = 'x'",
      "UPDATE cells SET number = 'one' WHERE id = 1", "UPDATE cells SET seconds = 'long'",
      "UPDATE cells SET source = x'ff'",
      "UPDATE outputs SET json = '{\"marked\": 3}'",
      "UPDATE results SET cell = 1 << 62 WHERE cell = (SELECT max(cell) FROM results)",
      "UPDATE results SET detail = 'x'",
      "UPDATE settings SET value = '-5' WHERE key = 'threads'",
      "INSERT OR REPLACE INTO settings VALUES ('threads', '99999999')",
      "UPDATE cells SET number = 1 << 62 WHERE id = 1",
    ] {
      try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
      let bench = try Bench(SessionOptions(workspace: path, readOnly: true))
      #expect(bench.shown("y") == ["2"], "\(sql)")
      for line in ["history", "history all=yes", "history > \(folder.file("h.session"))"] {
        #expect(bench.run(line).status == .ok)
      }
    }
  }

  /// A file of a model is no better than a workspace.
  @Test func damagedModelFilesAreRefused() throws {
    let folder = Folder()
    let bench = try Bench()
    for line in Self.setup { _ = bench.shown(line) }
    _ = bench.shown("save m \(folder.file("m.safetensors"))")
    let whole = try Data(contentsOf: URL(filePath: folder.file("m.safetensors")))
    let text = String(decoding: whole, as: UTF8.self)
    #expect(text.contains("updateCount"))
    for (old, new) in [
      ("\\\"updateCount\\\":1", "\\\"updateCount\\\":-1"), ("\\\"step\\\":1", "\\\"step\\\":4611686018427387904"),
      ("\\\"batchSize\\\":64", "\\\"batchSize\\\":0"),
      ("\\\"latentDimensions\\\":2", "\\\"latentDimensions\\\":2000000000"),
    ] {
      // Wherever it stands: the state of the training has a batch size too, and 0 there is that of no epoch under way.
      var (damaged, count, start) = (whole, 0, 0)
      while let place = damaged.range(of: Data(old.utf8), in: start..<damaged.count) {
        damaged.replaceSubrange(place, with: Data(new.utf8))
        (count, start) = (count + 1, place.lowerBound + new.utf8.count)
      }
      try #require(count > 0, "\(old)")
      let length =
        whole[..<8].reversed().reduce(0) { $0 << 8 | Int($1) } + count * (new.utf8.count - old.utf8.count)
      for index in 0..<8 { damaged[index] = UInt8(truncatingIfNeeded: length >> (8 * index)) }
      try damaged.write(to: URL(filePath: folder.file("d.safetensors")))
      #expect(bench.run("n = open \(folder.file("d.safetensors"))").status != .ok, "\(new)")
    }
  }
}
