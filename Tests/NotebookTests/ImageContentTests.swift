import Figures
import Notebook
import SessionCore
import Testing

/// A figure of decoded values says what they are: means of p(x | z), samples of it, decoded codes.
@Suite struct ImageContentTests {
  let bench: Bench

  init() throws {
    bench = try Bench()
    for line in Self.setup { _ = bench.shown(line) }
  }

  private static let setup = [
    "load digits as=all; d = all.train[0..29]", "model m mlp hidden=4 latent=2 seed=1 on=d;",
    "model a ae mlp hidden=4 latent=2 seed=1 on=d;", "z = encode m d;",
    "x = sample m n=4 seed=1; y = sample m n=4 seed=1 draws=samples; r = reconstruct m d n=2",
  ]

  private func subtitle(_ line: String) throws -> String {
    try #require(bench.run(line).outputs.compactMap(\.figure).last, "\(line)").subtitle
  }

  @Test(arguments: [
    ("sample m n=4 | plot grid", "means of p(x | z)"),
    ("sample m n=4 draws=samples | plot grid", "samples of p(x | z)"),
    ("sample a n=4 | plot grid", "decoded codes"), ("decode m z[0..3] | plot grid", "means of p(x | z)"),
    ("decode a z[0..3] | plot grid", "decoded codes"),
    ("interpolate m d from=3 to=8 steps=3 | plot grid", "means of p(x | z)"),
    ("traverse m steps=3 | plot grid", "means of p(x | z)"), ("manifold m n=3 | plot grid", "means of p(x | z)"),
    ("reconstruct m d n=2 | plot grid", "inputs, then means of p(x | z)"),
    ("reconstruct a d n=2 | plot grid", "inputs, then decoded codes"), ("plot x", "means of p(x | z)"),
    ("plot grid y", "samples of p(x | z)"),
    // Parts and rearrangements show the same.
    ("plot grid x[1..2]", "means of p(x | z)"), ("plot grid y[[0, 2]]", "samples of p(x | z)"),
    ("plot grid reshape(x, 2, 1, 56, 28)", "means of p(x | z)"), ("plot grid concat(x, x)", "means of p(x | z)"),
    // What was computed of them, or mixed, is none of these.
    ("plot grid (1 - x)", ""), ("plot grid concat(x, y)", ""), ("plot grid r[0..1]", ""),
    ("plot grid ((x + y) / 2)", ""),
  ]) func imagesSayWhatTheyAre(line: String, content: String) throws {
    #expect(try subtitle(line) == content)
  }

  @Test(arguments: [
    ("plot sample m", "means of p(x | z) · "), ("plot sample m draws=samples", "samples of p(x | z) · "),
    ("plot manifold m n=3", "means of p(x | z) · "), ("plot manifold a n=3", "decoded codes · "),
    ("plot traverse m", "means of p(x | z) · "), ("plot traverse a", "decoded codes · "),
    ("plot interpolate m d from=3 to=8", "means of p(x | z) · "),
    ("plot interpolate m d from=3 to=8 inputs=yes", "means of p(x | z) between two inputs · "),
    ("plot interpolate m d corners=3,8,0,6", "means of p(x | z) · "), ("plot reconstruct m d", "means of p(x | z) · "),
  ]) func figuresOfModelsSayItFirst(line: String, content: String) throws {
    let said = try subtitle(line)
    #expect(said.hasPrefix(content), "\(said)")
  }

  @Test func textJSONAndNotebooksSayIt() throws {
    let output = try #require(bench.run("y").outputs.last)
    #expect(output.text.hasPrefix("4×1×28×28 float32 · images: samples of p(x | z) · mean "))
    #expect(output.json?["content"]?.stringValue == "samples of p(x | z)")
    #expect(output.imageFigure?.description == "images · samples of p(x | z) (1 × 4 images of 28×28)")
    #expect(output.html == "<p>4×1×28×28 float32 · images: samples of p(x | z)</p>")
    let computed = try #require(bench.run("1 - y").outputs.last)
    #expect(computed.json?["content"] == nil && computed.html == nil)
    #expect(computed.imageFigure?.caption == "images")
  }

  @Test func aWorkspaceKeepsIt() throws {
    let folder = Folder()
    do {
      let bench = try Bench(SessionOptions(workspace: folder.file("w.elbodb")))
      for line in Self.setup { _ = bench.shown(line) }
      bench.session.close()
    }
    let again = try Bench(SessionOptions(workspace: folder.file("w.elbodb")))
    for (line, content) in [("plot grid y", "samples of p(x | z)"), ("plot grid r[0..1]", "")] {
      #expect(again.run(line).outputs.compactMap(\.figure).last?.subtitle == content)
    }
  }
}
