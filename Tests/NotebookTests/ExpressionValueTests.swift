import Notebook
import SessionCore
import Tensors
import Testing

/// Functions and selections with their values, worked out by hand.
@Suite struct ExpressionValueTests {
  @Test(arguments: [
    // Sums, means and deviations over n.
    ("std([1, 2, 4])", "1.24722"), ("var([1, 2, 4])", "1.55556"), ("mean([1, 2, 4])", "2.33333"),
    ("median([10, 1, 3, 2])", "2.5"), ("median([3, 1, 2])", "2"), ("min([3, -1, 2])", "-1"), ("max([3, -1, 2])", "3"),
    ("argmax([1, 3, 3])", "1"), ("argmin([2, 1, 1])", "1"), ("norm([3, 4])", "5"),
    // Rounding and remainders.
    ("-7 % 3", "2"), ("7 % -3", "-2"), ("7.5 % 2", "1.5"), ("round(2.5)", "3"), ("round(-2.5)", "-3"),
    ("floor(-1.5)", "-2"), ("log2(8)", "3"), ("log(exp(2))", "2"), ("sigmoid(0)", "0.5"), ("sqrt(16)", "4"),
    ("cos(pi)", "-1"), ("abs(-3)", "3"), ("clip(7, -1, 2)", "2"), ("clip(-7, -1, 2)", "-1"), ("clip(1, -1, 2)", "1"),
    ("2 ^ 3 ^ 2", "512"), ("2 ** 3", "8"), ("8 / 4 / 2", "1"), ("8 - 4 - 2", "2"), ("1 - -2", "3"), ("-2 ^ 2", "-4"),
    ("1 + 2 * 3 ^ 2", "19"), ("1e-3 * 1e+3", "1"), ("(1 < 2) + (2 <= 2) + (2 > 2) + (2 >= 3)", "2"),
    ("(1 != 2) + (1 == 2)", "1"), ("(1 > 0 & 0 > 1)", "0"), ("(!3)", "0"),
    // Ranges.
    ("sum(0..<4)", "6"), ("sum(0..4)", "10"), ("(2..5).count", "4"), ("(2..<5).count", "3"), ("count([1, 2, 3])", "3"),
    // Latents.
    ("distance([0, 0], [3, 4])", "5"), ("dot([1, 2], [3, 4])", "11"), ("cosine([1, 0], [1, 1])", "0.707107"),
    ("number(\"1e3\") + 1", "1001"),
  ])
  func numbersAreRight(source: String, text: String) throws {
    #expect(try Bench().shown(source) == [text])
  }

  private func floats(_ source: String, _ bench: Bench? = nil) throws -> [Float] {
    let bench = try bench ?? Bench()
    _ = bench.shown("result = \(source)")
    guard case .tensor(let array)? = bench.session.state.variables["result"]?.value else { throw Bench.NotFailed() }
    return array.floats
  }

  private static let m = "reshape([1, 5, 2, 7, 0, 7], 2, 3)"

  @Test(
    arguments: [
      ("sum(\(m))", [8, 5, 9]), ("sum(\(m), axis=1)", [8, 14]), ("sum(\(m), axis=-1)", [8, 14]),
      ("mean(\(m))", [4, 2.5, 4.5]),
      ("max(\(m), axis=0)", [7, 5, 7]), ("min(\(m), axis=1)", [1, 0]), ("argmax(\(m))", [1, 0]),
      ("argmin(\(m))", [0, 1]),
      ("norm(reshape([3, 4, 6, 8], 2, 2))", [5, 10]), ("std(\(m))", [3, 2.5, 2.5]),
      ("transpose(\(m))", [1, 7, 5, 0, 2, 7]), ("(\(m)).T", [1, 7, 5, 0, 2, 7]), ("(\(m)).shape", [2, 3]),
      ("linspace(0, 1, 5)", [0, 0.25, 0.5, 0.75, 1]), ("linspace(3, -1, 3)", [3, 1, -1]), ("linspace(3, 9, 1)", [3]),
      ("lerp([0, 0], [4, 8], 0.25)", [1, 2]), ("lerp([0], [4], [0, 0.25, 1])", [0, 1, 4]),
      ("slerp([2, 0], [0, 1], 0.25)", [1.847_759_1, 0.382_683_4]), ("slerp([2, 0], [0, 1], [0, 1])", [2, 0, 0, 1]),
      ("sort([3, 1, 2])", [1, 2, 3]), ("concat([1, 2], [3])", [1, 2, 3]),
      ("concat(\(m), [9, 8, 7])", [1, 5, 2, 7, 0, 7, 9, 8, 7]),
      ("stack([1, 2], [3, 4])", [1, 2, 3, 4]), ("stack([1, 2], [3, 4]).shape", [2, 2]),
      // Broadcasting: rows, columns, both.
      ("\(m) + [10, 20, 30]", [11, 25, 32, 17, 20, 37]), ("\(m) + reshape([10, 20], 2, 1)", [11, 15, 12, 27, 20, 27]),
      ("reshape([1, 2], 2, 1) * [1, 10, 100]", [1, 10, 100, 2, 20, 200]), ("1 - [1, 2]", [0, -1]),
      ("[4, 9] / [2, 3]", [2, 3]),
      ("[2, 3] - 1", [1, 2]), ("-[1, -2]", [-1, 2]), ("([1, 2, 3] > 1)", [0, 1, 1]),
      ("distance(\(m), [1, 5, 2])", [0, 9.273_619]), ("dot(\(m), \(m))", [30, 98]),
      // Selections.
      ("[10, 20, 30, 40][1..<3]", [20, 30]), ("[10, 20, 30, 40][1..2]", [20, 30]), ("[10, 20, 30, 40][2..]", [30, 40]),
      ("[10, 20, 30, 40][..1]", [10, 20]), ("[10, 20, 30, 40][..<1]", [10]), ("[10, 20, 30, 40][-2..-1]", [30, 40]),
      ("[10, 20, 30, 40][[3, 0, 0]]", [40, 10, 10]), ("\(m)[:, 1]", [5, 0]), ("\(m)[1, :]", [7, 0, 7]),
      ("\(m)[1]", [7, 0, 7]),
      ("\(m)[:, [2, 0]]", [2, 1, 7, 7]), ("\(m)[-1, 1..2]", [0, 7]), ("\(m)[0..1, -1]", [2, 7]),
    ] as [(String, [Float])])
  func tensorsAreRight(source: String, wanted: [Float]) throws {
    let found = try floats(source)
    #expect(found.count == wanted.count && zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-6 }, "\(found)")
  }

  @Test func masksTakeWhatIsTrue() throws {
    let bench = try Bench()
    _ = bench.shown("x = [10, 20, 30, 40]; mask = (x > 15)")
    for (source, wanted) in [
      ("x[(x > 15)]", [20, 30, 40]), ("x[mask]", [20, 30, 40]), ("x[(!mask)]", [10]),
      ("x[(x > 15 & x < 35)]", [20, 30]),
    ] as [(String, [Float])] {
      #expect(try floats(source, bench) == wanted, "\(source)")
    }
    // Numbers that no comparison made are places.
    #expect(try floats("x[[0, 1, 1, 0]]", bench) == [10, 20, 20, 10])
    #expect(bench.shown("x[-1]; x[0]; x[3]").last == "40")
  }

  /// Rows and their classes go together.
  @Test func labelsFollowTheirRows() throws {
    let bench = try Bench()
    _ = bench.shown("load digits as=d; y = d.test.labels")
    for source in [
      "y", "y[10..19]", "y[[5, 2, 2]]", "y[label=3]", "y[label=3..4][5..9]", "y + 0", "0 + y", "zeros(2000) + y",
    ] {
      _ = bench.shown("x = \(source)")
      #expect(try floats("x.labels", bench) == floats("x", bench), "\(source)")
    }
    #expect(Set(try floats("y[label=3..4]", bench)) == [3, 4])
    #expect(Set(try floats("y[label=[7, 9]]", bench)) == [7, 9])
    #expect(try floats("concat(y[0..1], y[7..8]).labels", bench) == floats("concat(y[0..1], y[7..8])", bench))
    // What has a row without a class has none.
    #expect(try bench.failure("concat(y[0..1], [1, 2]).labels").code == bench.failure("[1].labels").code)
  }

  /// The draws are those of the stream: Philox keyed by the seed, `normal` and `uniform`.
  @Test func drawsAreThoseOfTheirStream() throws {
    for count in [1, 2, 3, 4, 7] {
      let normal = RandomStream(seed: 9, purpose: "normal")
      let found = try floats("reshape(normal(\(count), seed=9), \(count), 1)")
      #expect(zip(found, (0..<count).map(normal.normal)).allSatisfy { abs($0 - $1) < 1e-6 } && found.count == count)
      let uniform = RandomStream(seed: 9, purpose: "uniform")
      #expect(try floats("reshape(uniform(\(count), seed=9), \(count), 1)") == (0..<count).map(uniform.uniform))
    }
  }

  @Test func tablesKeepAllTheirDigitsInFilesAndTheirNotesOnTheScreen() {
    let table = Table(
      columns: [.init("a"), .init("b, c", unit: "nats"), .init("n")],
      rows: [[.number(1.0 / 3), .fixed(2.0 / 3, decimals: 2), .count(12_345)], [.empty, .text("x\"y"), .count(-1)]],
      notes: ["a note that is shown", "another"])
    #expect(table.csv == "a,b_c,n,b_c_unit\n0.3333333333333333,0.6666666666666666,12345,nats\n,\"x\"\"y\",-1,nats\n")
    #expect(
      table.json.text()
        == #"[{"a":0.3333333333333333,"b_c":0.6666666666666666,"b_c_unit":"nats","n":12345},"#
        + #"{"a":null,"b_c":"x\"y","b_c_unit":"nats","n":-1}]"#)
    #expect(table.text(width: 80).hasSuffix("a note that is shown\nanother"))
    #expect(table.text(width: 80).contains("0.33333") && table.text(width: 80).contains("12,345"))
  }
}
