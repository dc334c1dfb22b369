import Figures
import Foundation
import Notebook
import SessionCore
import Tensors
import Testing
import WorkspaceStore

/// Data that were standardized come back in their own units, under their own names.
@Suite(.serialized) struct UnitsTests {
  private let folder = Folder()

  private func write(_ name: String, _ text: String) throws -> String {
    let path = folder.file(name)
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  /// Two columns of 100 rows: 1000 ± 5 and 0.02 ± 0.01.
  private static let rows = (0..<100).map { row in
    (height: 1000 + (row % 2 == 0 ? 5.0 : -5), width: row % 4 < 2 ? 0.01 : 0.03)
  }
  private static let model = "mlp hidden=8 latent=2 likelihood=gaussian-learned seed=1"

  private func bench() throws -> Bench {
    let table = Self.rows.map { "\($0.height),\($0.width)" }.joined(separator: "\n")
    let bench = try Bench()
    _ = bench.shown("load \(try write("t.csv", "height,width\n\(table)\n")) as=d; s = transform d standardize=yes")
    _ = bench.shown("model m \(Self.model) on=s; train m on=s epochs=2")
    return bench
  }

  private func number(_ source: String, _ bench: Bench) throws -> Double {
    try #require(bench.shown(source).last.flatMap { Double($0) }, "\(source)")
  }

  @Test func whatIsDecodedIsInTheUnitsOfTheData() throws {
    let bench = try bench()
    for line in [
      "sample m n=20 seed=3", "sample m n=20 seed=3 draws=samples", "decode m normal(20, 2, seed=1)",
      "interpolate m s from=#0 to=#1 steps=5", "traverse m dim=0 steps=5", "manifold m n=3", "reconstruct m s n=5",
    ] {
      _ = bench.shown("x = \(line); y = \(line) units=model")
      // Mean 1000 and deviation 5, mean 0.02 and deviation 0.01.
      #expect(try number("max(abs(x[:, 0] - (y[:, 0] * 5 + 1000)))", bench) < 1e-3, "\(line)")
      #expect(try number("max(abs(x[:, 1] - (y[:, 1] * 0.01 + 0.02)))", bench) < 1e-7, "\(line)")
      #expect(try number("mean(x[:, 0])", bench) > 900, "\(line)")
    }
  }

  @Test func inputsOfReconstructionsAreTheDataThemselves() throws {
    let bench = try bench()
    _ = bench.shown("x = reconstruct m s n=6; y = reconstruct m d n=6")
    #expect(try number("max(abs(x[0..5] - d[0..5]), axis=all)", bench) < 1e-4)
    #expect(bench.shown("max(abs(x - y), axis=all)") == ["0"], "as they came they are standardized as the data were")
  }

  @Test func filesAndTablesHaveTheNames() throws {
    let bench = try bench()
    _ = bench.shown("x = sample m n=3 seed=1; x > \(folder.file("x.csv"))")
    let lines = try contents(of: folder.file("x.csv")).split(separator: "\n")
    #expect(lines.count == 4 && lines[0] == "height,width")
    let first = lines[1].split(separator: ",").compactMap { Double($0) }
    #expect(first.count == 2 && first[0] > 900 && abs(first[1]) < 0.2, "\(lines)")
    #expect(bench.shown("x")[0].contains(" height    width\n"), "\(bench.shown("x"))")
    #expect(bench.run("x").outputs.last?.json?["columns"]?.arrayValue?.map(\.stringValue) == ["height", "width"])
    _ = bench.shown("x[:, 1..1] > \(folder.file("y.csv")); x[0..1] > \(folder.file("z.csv"))")
    #expect(try contents(of: folder.file("y.csv")).hasPrefix("width\n"))
    #expect(try contents(of: folder.file("z.csv")).hasPrefix("height,width\n"))
    // Read again they are data that the model knows.
    _ = bench.shown("load \(folder.file("x.csv")) as=back; a = encode m back; b = encode m x")
    #expect(try number("max(abs(a - b), axis=all)", bench) < 1e-3)
  }

  @Test func decodedValuesGoBackTheSameWay() throws {
    let bench = try bench()
    _ = bench.shown("z = normal(10, 2, seed=2); x = decode m z; y = decode m z units=model")
    func differ(_ a: String, _ b: String) throws -> Double {
      _ = bench.shown("a = encode m (\(a)); b = encode m (\(b))")
      return try number("max(abs(a - b), axis=all)", bench)
    }
    // A column of 0.02 ± 0.01 and one of 1000 ± 5 in float32: 1e-5 deviations of rounding.
    for (own, raw) in [
      ("x", "y"), ("x[2..5]", "y[2..5]"), ("concat(x, x)", "concat(y, y)"), ("stack(x[3], x[4])", "stack(y[3], y[4])"),
    ] {
      #expect(try differ(own, raw) < 1e-3, "\(own)")
    }
    _ = bench.shown("t = dataset x; t = transform t like=m")
    #expect(try differ("t", "y") < 1e-3)
    #expect(bench.shown("describe t").joined().contains("height"))
  }

  @Test func modelsOfFilesAndWorkspacesKeepTheUnits() throws {
    let bench = try bench()
    let before = bench.shown("x = sample m n=4 seed=1; x")
    _ = bench.shown("save m \(folder.file("m.safetensors")); o = open \(folder.file("m.safetensors"))")
    #expect(bench.shown("y = sample o n=4 seed=1; y") == before)
    // In a workspace too.
    let restorers = Restorers(options: SessionOptions())
    func again(_ name: String) throws -> (Value, Value) {
      let value = try #require(bench.session.state.variables[name]?.value)
      return (value, try restorers.value(value.stored()))
    }
    guard case (.tensor(let array), .tensor(let restored)) = try again("x"),
      case (.object(let model as ModelValue), .object(let other as ModelValue)) = try again("m")
    else { throw Bench.NotFailed() }
    #expect(restored.form == array.form && array.form == .init(columns: ["height", "width"], isInDataUnits: true))
    #expect(other.recipe == model.recipe && model.recipe.columns == ["height", "width"])
    #expect(model.recipe.transforms?.count == 1)
  }

  @Test func picturesAreNotClipped() throws {
    let bench = try Bench()
    _ = bench.shown("load digits as=all; d = all.train[0..99]; s = transform d standardize=yes")
    _ = bench.shown("model m mlp hidden=8 latent=2 likelihood=gaussian on=s seed=1; train m on=s epochs=1")
    func pixels(_ line: String) throws -> [Float] {
      guard let grid = bench.run(line).outputs.last?.figure?.kind as? ImageGrid else {
        Issue.record("\(line) is no picture")
        throw Bench.NotFailed()
      }
      return grid.pixels
    }
    func near(_ a: [Float], _ b: [Float]) -> Bool {
      !a.isEmpty && a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-4 }
    }
    let plain = try pixels("plot grid d n=5")
    #expect(near(try pixels("plot grid s n=5"), plain))
    #expect(near(try Array(pixels("plot reconstruct m s n=5").prefix(plain.count)), plain))
    let strip = try pixels("plot interpolate m s from=3 to=8 steps=3 inputs=yes")
    #expect(near(Array(strip.prefix(784)), try pixels("plot grid d[label=3][0..0]")))
    #expect(near(try #require(bench.run("head s n=5").outputs.last?.images?.pixels), plain))
    #expect(try pixels("plot sample m n=9 seed=1").allSatisfy { $0 > -1 && $0 < 2 })
    _ = bench.shown("x = sample m n=9 seed=1 units=model")
    #expect(try number("min(x, axis=all)", bench) < -0.2, "what would be clipped")
  }

  /// 101325 ± 0.05 is no number of float32.
  @Test func smallDeviationsKeepTheirDigits() throws {
    let bench = try Bench()
    let table = (0..<50).map { "\(101_325 + ($0 % 2 == 0 ? 0.05 : -0.05)),\($0 % 5)" }.joined(separator: "\n")
    _ = bench.shown("load \(try write("p.csv", "p,q\n\(table)\n")) as=d; s = transform d standardize=yes")
    _ = bench.shown("model m \(Self.model) on=s; train m on=s epochs=1; x = reconstruct m s n=2")
    _ = bench.shown("x > \(folder.file("x.csv"))")
    let lines = try contents(of: folder.file("x.csv")).split(separator: "\n")
    let first = try #require(lines[1].split(separator: ",").first.flatMap { Double($0) })
    let second = try #require(lines[2].split(separator: ",").first.flatMap { Double($0) })
    #expect(abs(first - 101_325.05) < 1e-6 && abs(second - 101_324.95) < 1e-6, "\(lines)")
    _ = bench.shown("a = encode m x[0..1]; b = encode m s[0..1]")
    #expect(try number("max(abs(a - b), axis=all)", bench) < 1e-4)
  }

  /// A table whose columns have likelihoods of their own: rows, categories and filled gaps, in the units of the file.
  @Test func rowsOfTablesAreInTheirUnits() throws {
    let bench = try Bench()
    let table = Self.rows.enumerated().map {
      "\($1.height),\($0 % 7 == 3 ? "" : "\($1.width)"),\($0 % 3 == 0 ? "red" : "blue")"
    }
    _ = bench.shown(
      "load \(try write("g.csv", "height,width,color\n\(table.joined(separator: "\n"))\n")) as=d missing=keep")
    _ = bench.shown("s = transform d standardize=yes; model m on=s latent=2 seed=1; train m on=s epochs=2")
    func column(_ line: String, _ place: Int) throws -> [String] {
      _ = bench.shown("x = \(line); x > \(folder.file("r.csv"))")
      let lines = try contents(of: folder.file("r.csv")).split(separator: "\n")
      #expect(lines[0] == "height,width,color")
      return lines.dropFirst().map { String($0.split(separator: ",", omittingEmptySubsequences: false)[place]) }
    }
    for line in ["sample m n=30 seed=1", "impute m s hide=0", "impute m d hide=0"] {
      #expect(try column(line, 0).allSatisfy { (980...1020).contains(Double($0) ?? 0) }, "\(line)")
      #expect(try column(line, 1).allSatisfy { (-0.02...0.06).contains(Double($0) ?? 1) }, "\(line)")
      #expect(try Set(column(line, 2)).isSubset(of: ["red", "blue"]), "\(line)")
    }
    #expect(try column("sample m n=30 seed=1 units=model", 0).allSatisfy { (-5...5).contains(Double($0) ?? 9) })
    let pairs = bench.shown("reconstruct m s n=2")[0]
    #expect(pairs.contains(/data.* 1,?00[45]/), "\(pairs)")
  }

  @Test func otherTransformsAreNotUndone() throws {
    let bench = try Bench()
    _ = bench.shown("load digits as=all; d = transform all.train[0..99] invert=yes")
    _ = bench.shown("model m mlp hidden=8 latent=2 on=d seed=1; train m on=d epochs=1")
    #expect(
      bench.shown("x = sample m n=2 seed=1; y = sample m n=2 seed=1 units=model; max(abs(x - y), axis=all)") == ["0"])
  }
}
