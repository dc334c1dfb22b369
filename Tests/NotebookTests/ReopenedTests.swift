import Datasets
import Figures
import JSONText
import Notebook
import SessionCore
import Tensors
import Testing
import VAEngine

/// What comes after a workspace was opened again: as if it had never been closed.
@Suite(.serialized) struct ReopenedTests {
  let folder = Folder()

  private func options() -> SessionOptions { SessionOptions(workspace: folder.file("work.elbodb")) }

  /// Runs cells with the workspace closed and opened again between those of `first` and `second`; what the latter show.
  private func shown(_ first: [String], _ second: [String]) throws -> [[String]] {
    do {
      let bench = try Bench(options())
      for cell in first { _ = bench.shown(cell) }
      bench.session.close()
    }
    let bench = try Bench(options())
    #expect(bench.session.openingNotes == [])
    return second.map { bench.shown($0) }
  }

  /// The same without a break.
  private func unbroken(_ first: [String], _ second: [String]) throws -> [[String]] {
    let bench = try Bench()
    for cell in first { _ = bench.shown(cell) }
    return second.map { bench.shown($0) }
  }

  @Test func theLastResultIsTheLastAndOthersHaveTheirNumbers() throws {
    let first = ["11", "22", "\"text\"", "[1, 2]", "55"]
    let second = ["_", "_1", "_2", "_3", "_4 | sum", "_5", "_ + 1", "_"]
    let found = try shown(first, second)
    #expect(found == [["55"], ["11"], ["22"], ["text"], ["3"], ["55"], ["56"], ["56"]])
    #expect(try found == unbroken(first, second))
  }

  /// Numbers that are larger as texts come later as numbers: `_10` is after `_9`.
  @Test func theLastOfElevenIsTheEleventh() throws {
    #expect(
      try shown((1...11).map { "\($0 * 100)" }, ["_", "_9", "_10", "_2"]) == [["1100"], ["900"], ["1000"], ["200"]])
  }

  @Test func drawsGoOnWhereTheyWere() throws {
    let first = ["seed 5", "normal(3)", "uniform(2)", "normal(3)"]
    let second = ["normal(3)", "uniform(3)", "norm(normal(40))"]
    #expect(try shown(first, second) == unbroken(first, second))
    // And differ from the first ones.
    #expect(try unbroken(["seed 5"], ["normal(3)"]) != unbroken(first, ["normal(3)"]))
  }

  /// Parameters, both moments, the order of the examples: what training goes on with.
  @Test func trainingGoesOnWhereItWas() throws {
    let first = [
      "load digits as=all; d = all.train[0..199]; model m mlp hidden=16 latent=3 seed=1 on=d",
      "train m on=d epochs=2 seed=1 batch=50;",
    ]
    let second = ["train m on=d epochs=+2 batch=50;", "z = encode m d;", "[norm(z), norm(z[0]), norm(z[199])]"]
    #expect(try shown(first, second).last == unbroken(first, second).last)
  }

  @Test func cellsAreCountedOn() throws {
    let found = try shown(["11", "22"], ["33", "_3", "history all=yes | _.count", "history | _.count"])
    #expect(found[1] == ["33"])
    #expect(found[2] == ["4"])
  }

  @Test func settingsStay() throws {
    let bench = try Bench(options())
    _ = bench.shown("seed 77\nformat csv\nset plot theme=dark size=300x200\nthreads 1\ntime on")
    let before = bench.session.state.settings
    #expect(before.seed == 77 && before.format == .csv && before.threads == 1 && before.showsTime)
    #expect(before.plot == ["theme": "dark", "size": "300x200"])
    bench.session.close()
    var options = options()
    // The first one holds its lock until it is gone.
    options.readOnly = true
    #expect(try Bench(options).session.state.settings == before)
  }

  // MARK: Values

  private static let table = Table(
    title: "a title", columns: [.init("name"), .init("loss", unit: "nats"), .init("n")],
    rows: [
      [.text("é, \"q\"\n2"), .fixed(1.0 / 3, decimals: 3), .count(1_234_567)], [.empty, .number(-1e-7), .count(-1)],
      [.text(""), .number(.infinity), .count(0)],
    ], notes: ["one", "two"], stacksLast: true)

  private static let report = Report(
    title: "a report",
    fields: [
      .init("loss", label: "the loss", .fixed(2.0 / 3, decimals: 2), unit: "nats", error: 0.125),
      .init("count", .count(5)), .init("words", .text("ü")), .init("none", .empty),
    ], tables: [.init("first", table), .init("second", Table(columns: [.init("x")], rows: [[.number(1)]]))],
    notes: ["a note"])

  private static var figures: [Figure] {
    var line = Curves.Line(name: "a", x: [0, 1.5], y: [-1, 1.0 / 3], errors: [0.5, 0], dashed: true)
    (line.notes, line.color, line.panel, line.isFilled) = (["n", "ö"], 3, 1, true)
    var grid = ImageGrid(
      pixels: [0, 0.1, 1, -2], count: 2, channels: 1, height: 1, width: 2, columns: 2, framed: [1])
    (grid.rowLabels, grid.columnLabels, grid.isSequence) = (["r"], ["a", "b"], true)
    return [
      Figure(
        Curves(
          lines: [line], marks: [.init(x: 1, text: "beta=2")], xLabel: "x", yLabel: "y", lowerLabel: "z", logX: true,
          logY: true, hasIntegerX: true), title: "t", subtitle: "s", theme: .dark,
        size: .init(width: 300, height: 200)),
      Figure(
        Scatter(
          x: [1, 2], y: [-0.0, 1e-30], classes: [4, 0], classNames: ["ä"], values: [0.5, 2], valueLabel: "v",
          xLabel: "x", yLabel: "y", hasMarginals: true), title: "t"),
      Figure(grid, title: "t"),
      Figure(
        Bars(
          values: [1, 2], names: ["a", "b"], kinds: .init(inactive: [1], activeName: "on", inactiveName: "off"),
          xLabel: "x",
          yLabel: "y"), title: "t"),
      Figure(
        Histogram(series: [.init(name: "h", values: [1, 2])], xLabel: "x", showsNormal: true), title: "t"),
      Figure(
        MatrixMap(
          values: [1, 2], rowNames: ["r"], columnNames: ["a", "b"], rowLabel: "x", columnLabel: "y", valueLabel: "v"),
        title: "t"),
    ]
  }

  private func reopened(_ value: Value) throws -> Value {
    let stored = try value.stored()
    let text = stored.detail.text()
    var copy = stored
    copy.detail = try JSON(parsing: text)
    return try Restorers(options: SessionOptions()).value(copy)
  }

  @Test func tablesReportsAndFiguresComeBackWhole() throws {
    guard case .table(let table) = try reopened(.table(Self.table)) else { return #expect(Bool(false)) }
    #expect(table == Self.table)
    guard case .report(let report) = try reopened(.report(Self.report)) else { return #expect(Bool(false)) }
    #expect(report == Self.report)
    for figure in Self.figures {
      guard case .figure(let again) = try reopened(.figure(figure)) else { return #expect(Bool(false)) }
      #expect(again == figure)
    }
  }

  @Test func numbersTextsFlagsAndRangesComeBackToTheLastBit() throws {
    for number in [
      1.0 / 3, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity, -.infinity, .nan, 0x1p53 + 2,
    ] {
      guard case .number(let again) = try reopened(.number(number)) else { return #expect(Bool(false)) }
      #expect(again.bitPattern == number.bitPattern || (again.isNaN && number.isNaN))
    }
    for text in ["", "é\u{0}\n\"\\ 😀", "e\u{301}"] {
      guard case .string(let again) = try reopened(.string(text)) else { return #expect(Bool(false)) }
      #expect(Array(again.utf8) == Array(text.utf8))
    }
    for flag in [true, false] {
      guard case .flag(let again) = try reopened(.flag(flag)) else { return #expect(Bool(false)) }
      #expect(again == flag)
    }
    guard case .range(let low, let high) = try reopened(.range(lower: -7, upper: 3)) else {
      return #expect(Bool(false))
    }
    #expect(low == -7 && high == 3)
  }

  @Test func tensorsComeBackWithTypeLabelsAndMeaning() throws {
    let tensors = [
      ArrayValue(try Tensor([Float(1), .nan, -0.0, 4, 5, 6], shape: [3, 2]), labels: [2, 0, 1], meaning: .latents),
      ArrayValue(try Tensor([Double(1) / 3, 2], shape: [2])), ArrayValue(try Tensor([UInt8(0), 255], shape: [1, 2])),
      ArrayValue(try Tensor([Int32.min, .max], shape: [2, 1]), meaning: .logVariance),
      ArrayValue(try Tensor([Float(7)], shape: [])), ArrayValue(try Tensor(zeros: [0, 3]), meaning: .images),
    ]
    for array in tensors {
      guard case .list(let items) = try reopened(.list([.number(1), .list([.tensor(array), .nothing])])),
        case .list(let inner) = items[1], case .tensor(let again) = inner[0], case .nothing = inner[1]
      else { return #expect(Bool(false)) }
      #expect(again.shape == array.shape && again.tensor.dtype == array.tensor.dtype)
      #expect(again.labels == array.labels && again.meaning == array.meaning)
      #expect(again.tensor.withUnsafeBytes { Array($0) } == array.tensor.withUnsafeBytes { Array($0) })
    }
  }

  /// Data with parts, transforms and labels, and a model in the middle of its training.
  @Test func dataAndModelsGoOnAsIfNothingHadHappened() throws {
    let first = [
      "load digits as=all; d = all.train[0..299]; s = split d train=0.8 seed=3 stratified=yes",
      "t = transform s binarize=static seed=4; u = transform t invert=yes",
      "model m beta-vae mlp hidden=8 latent=2 beta=3 seed=2 on=d",
      "train m on=u epochs=2 batch=64 lr=2e-3 optimizer=rmsprop schedule=step:1:0.5 validate=0.2 patience=5",
      "set m beta=2",
    ]
    let second = [
      "show m", "m.epochs", "m.steps", "u.train.count", "u.test.count", "describe u.test",
      "train m epochs=+1 | _.loss", "m.steps", "show m", "z = encode m u; sum(z, axis=all)",
      "sample m n=2 | sum(_, axis=all)",
      "evaluate m on=u.test", "history all=no | _.count",
    ]
    let (again, straight) = (try shown(first, second), try unbroken(first, second))
    for (index, (a, b)) in zip(again, straight).enumerated() where !second[index].hasPrefix("history") {
      #expect(Self.withoutClock(a) == Self.withoutClock(b), "\(second[index])")
    }
  }

  /// Lines that say no time.
  private static func withoutClock(_ texts: [String]) -> [String] {
    texts.flatMap { $0.split(separator: "\n").map(String.init) }.filter { line in
      !["took", "speed", "images/s", " ms", " s"].contains { line.contains($0) && line.contains { $0.isNumber } }
    }
  }
}
