import Figures
import Foundation
import Notebook
import SessionCore
import Testing

/// Vectors and series are drawn as lines by every command that draws images.
@Suite(.serialized) struct LinePlotTests {
  /// Forty rows of twelve numbers, a bump whose place differs; a model of them.
  private func bench(_ header: String = "", columns: Int = 12) throws -> (Bench, Folder) {
    let folder = Folder()
    var text = header
    for row in 0..<40 {
      let values = (0..<columns).map { x in
        let distance = Double(x) - Double(row % columns)
        return "\(1 / (1 + distance * distance))"
      }
      text += values.joined(separator: ",") + ",\(row % 2 == 0 ? "tea" : "coffee")\n"
    }
    try text.write(toFile: folder.file("rows.csv"), atomically: true, encoding: .utf8)
    let bench = try Bench()
    _ = bench.shown("load \"\(folder.file("rows.csv"))\" as=d target=drink")
    _ = bench.shown("model m mlp hidden=16 latent=2 likelihood=gaussian on=d seed=1")
    _ = bench.shown("train m on=d epochs=3 batch=20 seed=1;")
    return (bench, folder)
  }

  private func curves(_ bench: Bench, _ line: String, sourceLocation: SourceLocation = #_sourceLocation) throws
    -> Curves
  {
    let outcome = bench.run(line)
    #expect(outcome.status == .ok, "\(line)", sourceLocation: sourceLocation)
    let figure = try #require(outcome.outputs.compactMap(\.figure).last, sourceLocation: sourceLocation)
    return try #require(figure.kind as? Curves, sourceLocation: sourceLocation)
  }

  private static let wavelengths = (0..<12).map { "\(400 + 10 * $0)" }.joined(separator: ",") + ",drink\n"

  @Test func rowsAreDrawnAlongTheNumbersThatNameThem() throws {
    let (bench, _) = try bench(Self.wavelengths)
    let grid = try curves(bench, "plot grid d n=3")
    #expect(grid.lines.map(\.name) == ["example 0", "example 1", "example 2"])
    let wavelengths: [Double] = (0..<12).map { Double(400 + 10 * $0) }
    #expect(grid.lines[0].x == wavelengths)
    let second = grid.lines[1].y
    let highest = second.indices.max { second[$0] < second[$1] }
    #expect(highest == 1)
    #expect(try curves(bench, "plot sample m n=20 seed=1").lines.count == 20)
    #expect(try curves(bench, "sample m n=2 seed=1 | plot grid").lines.count == 2)
  }

  @Test func outputsAreDashedInTheColorOfTheirInputs() throws {
    let (bench, _) = try bench(Self.wavelengths)
    let lines = try curves(bench, "plot reconstruct m on=d n=4").lines
    #expect(lines.map(\.dashed) == [false, false, false, false, true, true, true, true])
    #expect(lines.map(\.color) == [0, 1, 2, 3, 0, 1, 2, 3])
    let means = bench.run("x = reconstruct m d n=4").outputs
    #expect(!means.isEmpty)
    guard case .tensor(let pairs)? = bench.session.state.variables["x"]?.value else { throw Bench.NotFailed() }
    let drawn: [Float] = lines.flatMap { line in line.y.map { Float($0) } }
    #expect(drawn == pairs.floats)
    #expect(try curves(bench, "plot reconstruct m on=d").lines.count == 12)
  }

  @Test func pathsGoFromOneColorToAnother() throws {
    let (bench, _) = try bench(Self.wavelengths)
    let way = try curves(bench, "plot interpolate m d from=tea to=coffee steps=5").lines
    #expect(way.map(\.shade) == [0, 0.25, 0.5, 0.75, 1])
    #expect(way.map(\.name) == ["tea", "", "", "", "coffee"])
    let along = try curves(bench, "plot traverse m on=d dim=1 range=-2:2 steps=3").lines
    #expect(along.map(\.name) == ["z[1] = −2.0", "", "z[1] = 2.0"])
    // The first of several, which are ordered by their KL.
    #expect(try curves(bench, "plot traverse m on=d steps=3").lines.count == 3)
  }

  /// Columns with names have units of their own: their lines count in deviations, with the names below.
  @Test func namedColumnsAreComparedInDeviations() throws {
    let names = (0..<12).map { "size \($0)" }
    let (bench, _) = try bench(names.joined(separator: ",") + ",drink\n")
    let grid = try curves(bench, "plot grid d n=40")
    #expect(grid.xNames == names)
    for column in 0..<12 {
      let values: [Double] = grid.lines.map { $0.y[column] }
      let mean: Double = values.reduce(0, +) / 40
      let square: Double = values.map { $0 * $0 }.reduce(0, +) / 40
      #expect(abs(mean) < 1e-9)
      #expect(abs(square - 1) < 1e-9)
    }
  }

  @Test func everyChannelOfASeriesIsALine() throws {
    let bench = try Bench()
    _ = bench.shown("x = reshape(normal(8, 6), 4, 2, 1, 6)")
    let lines = try curves(bench, "plot grid x").lines
    #expect(lines.count == 8)
    #expect(lines.map(\.color) == [0, 1, 0, 1, 0, 1, 0, 1])
    #expect(lines[3].x == [0, 1, 2, 3, 4, 5])
  }
}
