import Figures
import Foundation
import Notebook
import Rendering
import SessionCore
import Testing

/// Every figure from the language, and what becomes of it in a file.
@MainActor @Suite(.serialized) struct PlotCommandTests {
  /// A session with two models of two dimensions, trained for an epoch on some digits.
  private static func bench(_ options: SessionOptions = SessionOptions()) throws -> Bench {
    let bench = try Bench(options)
    _ = bench.shown("load digits as=d; e = split (d[0..899]) train=0.7 seed=1")
    _ = bench.shown("model m mlp hidden=24 latent=2 seed=1; train m on=e epochs=1 seed=2 validate=0.1;")
    _ = bench.shown("model b mlp hidden=24 latent=4 beta=4 seed=1; train b on=e epochs=1 seed=2;")
    _ = bench.shown("z = encode b e.test")
    return bench
  }
  private static let trained = Result { try bench() }

  private func figure(_ line: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> Figure {
    let outcome = try Self.trained.get().run(line)
    #expect(outcome.status == .ok, "\(line)", sourceLocation: sourceLocation)
    return try #require(outcome.outputs.compactMap(\.figure).last, sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    ("plot loss m", "Training of m", "epoch 1"), ("plot loss m b logy=yes", "Training of m, b", "epoch 1"),
    ("plot loss b terms=stacked", "Training of b", "β = 4"), ("plot latent m on=e", "Latent space of m", "latent 2"),
    ("plot latent b on=e", "Latent space of b", "PCA of 4 dimensions"),
    ("plot latent b on=e dims=0,3", "Latent space of b", "epoch 1"), ("plot z color=z[:,1]", "z", "PCA"),
    ("plot kl b on=e", "KL per dimension of b", "epoch 1"),
    ("plot reconstruct m e n=4 errors=yes", "Reconstructions by m", "4 examples"),
    ("plot sample m n=4 seed=1", "Samples of m", "epoch 1 on"),
    ("plot interpolate m e from=3 to=8 steps=5", "From 3 to 8 by m", "great circle"),
    ("plot interpolate m on=e from=3 to=8 steps=5", "From 3 to 8 by m", "ends from"),
    ("plot interpolate m e corners=3,8,0,6 steps=4 how=lerp", "Between 3, 8, 0 and 6 by m", "straight line"),
    ("plot traverse b steps=3", "Latent traversals of b", "by KL on"),
    ("plot manifold m n=3", "Latent plane of m", "N(0, 1)"),
    ("plot rd m b on=e", "Rate and distortion of m, b", "± standard error"),
    ("plot nll m on=e k=60 n=8", "Convergence of the likelihood of m", "8 examples"),
    ("plot histogram m on=e", "Aggregate posterior of m and the prior", "epoch 1"),
    ("plot histogram z", "Distribution of z", "270 rows"),
    ("plot confusion m on=e", "Labels predicted from the latents of m", "270 examples"),
    ("sample m n=4 seed=1 | plot grid", "4 images", ""), ("plot grid e n=9", "", "the first 9"),
  ])
  func everyKindSaysWhatItShows(line: String, title: String, subtitle: String) throws {
    let figure = try figure(line)
    #expect(figure.title.hasPrefix(title))
    #expect(subtitle.isEmpty || figure.subtitle.contains(subtitle), "\(figure.subtitle)")
    #expect(figure.theme == .light)
    #expect(try self.figure(line + " theme=dark").theme == .dark)
  }

  /// What a figure would not look at is refused, and says where it belongs.
  @Test(arguments: [
    ("plot loss m from=3", "E103", "option 'from' does not apply to 'plot loss'", "It applies to plot interpolate."),
    ("plot losses m k=5", "E103", "option 'k' does not apply to 'plot loss'", "It applies to plot nll."),
    (
      "plot kl m on=e dims=0,1", "E103", "option 'dims' does not apply to 'plot kl'",
      "It applies to plot latent, histogram."
    ),
    (
      "plot manifold m columns=3", "E103", "option 'columns' does not apply to 'plot manifold'",
      "It applies to plot reconstruct, sample"
    ),
    ("plot manifold m n=100000", "E103", "n: expected an integer from 2 to 200, got 100000", ""),
    ("plot z n=3", "E103", "option 'n' does not apply to 'plot z'", "It applies to plot reconstruct"),
    ("plot loss m b terms=total", "E103", "option 'terms' does not apply to several models", ""),
    ("plot interpolate m e corners=3,8,0,6 from=3", "E103", "option 'from' does not apply to corners=", ""),
    ("plot los m terms=total", "E104", "no variable named 'los'", "Did you mean 'loss'?"),
    ("plot loss m save=loss.png", "E102", "unknown option 'save'", "To write a file, end the line with: > loss.png"),
    ("plot loss m out=x", "E102", "unknown option 'out'", "To write a file, end the line with: > NAME.png"),
    ("plot loss m loss.png", "E104", "no variable named 'loss.png'", "To write a file, end the line with: > loss.png"),
    ("describe e file=e.json", "E102", "unknown option 'file'", "To write a file, end the line with: > e.json"),
    ("load file=x.csv", "E102", "unknown option 'file'", "Options: as, "),
    ("save m file=m.safetensors", "E102", "unknown option 'file'", "Options: part. Example: save m "),
  ])
  func anOptionForSomethingElseSaysForWhat(line: String, code: String, message: String, fix: String) throws {
    let failure = try Self.trained.get().failure(line)
    #expect(failure.code == code && failure.message == message)
    #expect((failure.fix ?? "").hasPrefix(fix), "\(failure.fix ?? "nothing")")
  }

  @Test func traversalsAreInTheOrderOfKL() throws {
    guard let grid = try figure("plot traverse b steps=3").kind as? ImageGrid,
      let bars = try figure("plot kl b on=e").kind as? Bars
    else { return #expect(Bool(false), "kinds") }
    #expect(grid.rows == 4 && grid.columnLabels == ["−3.0", "0.0", "3.0"])
    #expect(grid.rowLabels.map { $0.split(separator: "]")[0].dropFirst(2) } == bars.names.map { $0[...] })
    #expect(bars.values == bars.values.sorted(by: >) && bars.kinds != nil)
  }

  /// What is gray is what `kl` calls inactive, whatever its KL is.
  @Test func inactiveDimensionsAreGray() throws {
    _ = try Self.trained.get().shown("model c mlp hidden=8 latent=4 beta=60 on=e seed=1; train c on=e epochs=2 seed=2;")
    guard let bars = try figure("plot kl c on=e").kind as? Bars else { return #expect(Bool(false), "kind") }
    let rows = try #require(try Self.trained.get().run("kl c on=e").outputs.last?.json?.arrayValue)
    let variances = rows.compactMap { $0["variance_of_means"]?.doubleValue }
    let idle = variances.indices.filter { variances[$0] <= 0.01 }
    #expect(bars.kinds?.inactive == Set(idle) && !idle.isEmpty)
  }

  @Test func anEditIsMarkedAndValidationSaysWhatItIs() throws {
    _ = try Self.trained.get().shown("m2 = fork m; set m2 beta=3\ntrain m2 on=e epochs=+1 seed=2 validate=0.1;")
    guard let curves = try figure("plot loss m2").kind as? Curves else { return #expect(Bool(false), "kind") }
    #expect(curves.marks.map(\.text) == ["beta=3"] && curves.marks[0].x == 1)
    // With another β the loss is not what is measured on held-out data.
    #expect(curves.lines.contains { $0.name == "validation, −ELBO" && $0.dashed })
    guard let before = try figure("plot loss m").kind as? Curves else { return #expect(Bool(false), "kind") }
    #expect(before.lines.contains { $0.name == "validation" })
    #expect(before.lines.contains { $0.isFaint } && before.hasLowerPanel)
  }

  /// The whole way: data, model, figure, file, pixels.
  @Test func stripEndsInAFileAreTheInputsPixelForPixel() throws {
    let (bench, folder) = (try Self.trained.get(), Folder())
    let path = folder.file("strip.png")
    _ = bench.shown("plot interpolate m e.test from=#0 to=#5 steps=6 inputs=yes > \(path)")
    guard let grid = try figure("plot interpolate m e.test from=#0 to=#5 steps=6 inputs=yes").kind as? ImageGrid,
      let shown = try figure("plot grid e.test n=6").kind as? ImageGrid
    else { return #expect(Bool(false), "kinds") }
    #expect(grid.count == 8 && grid.framed == [0, 7] && grid.columnLabels[7] == "input #5")
    let picture = try PNG.decode([UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
    let layout = GridLayout(grid, size: nil)
    let place = layout.origin(in: .init(width: picture.width, height: picture.height), captioned: true)
    for (column, example) in [(0, 0), (7, 5)] {
      for y in 0..<28 {
        for x in 0..<28 {
          let value = shown.pixels[example * 784 + y * 28 + x]
          let at = picture[
            place.x + layout.left(ofColumn: column) + x * layout.scale,
            place.y + layout.top(ofRow: 0) + y * layout.scale]
          #expect(at == [UInt8](repeating: UInt8((value * 255).rounded()), count: 3))
        }
      }
    }
    #expect(try bench.failure("plot interpolate b from=z[0] to=z[1] inputs=yes").code == "E103")
  }

  @Test(arguments: ["png", "svg", "pdf", "gif", "gp", "csv", "txt"]) func filesByTheirEndings(ending: String) throws {
    let (bench, folder) = (try Self.trained.get(), Folder())
    let path = folder.file("loss.\(ending)")
    try "old".write(toFile: path, atomically: true, encoding: .utf8)
    #expect(bench.shown("plot loss m > \(path)").last?.hasPrefix("wrote") == true)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let starts = [
      "png": "\u{89}PNG", "svg": "<?xml", "pdf": "%PDF", "gif": "GIF89a", "gp": "# A figure of elbo",
      "csv": "series,x,y",
      "txt": "Training of m",
    ]
    let start = try #require(starts[ending])
    #expect(bytes.starts(with: start.unicodeScalars.map { UInt8($0.value) }))
    // Nothing of the writing is left beside it.
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["loss.\(ending)"])
  }

  @Test func aPathThatCannotBeWrittenIsAnErrorBeforeWorkStarts() throws {
    let (bench, folder) = (try Self.trained.get(), Folder())
    let before = bench.shown("b.epochs")
    let isFolder = folder.file("folder.png")
    try FileManager.default.createDirectory(atPath: isFolder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: isFolder) }
    for path in [folder.file("no/such/loss.png"), isFolder, "/proc/loss.png"] {
      #expect(try bench.failure("train b on=e epochs=+1 > \(path)").code == "E302")
    }
    #expect(bench.shown("b.epochs") == before)
  }

  @Test func withoutGnuplotTheErrorNamesTheFixAndTheSessionGoesOn() throws {
    var options = SessionOptions()
    options.renderer = FigureRenderer(program: "no-such-gnuplot")
    let (bench, folder) = (try Bench(options), Folder())
    _ = bench.shown("load digits as=d; model m mlp hidden=8 latent=2 seed=1; train m on=(d[0..199]) epochs=1;")
    let failure = try bench.failure("plot loss m > \(folder.file("loss.png"))")
    #expect(failure.fix == "Try: apt-get install gnuplot-nox")
    #expect(failure.message.contains("gnuplot is not installed"))
    // Images, scripts and data need none.
    for name in ["s.png", "s.svg"] { _ = bench.shown("plot sample m n=4 > \(folder.file(name))") }
    for name in ["loss.gp", "loss.csv"] { _ = bench.shown("plot loss m > \(folder.file(name))") }
    #expect(bench.shown("1 + 1") == ["2"])
  }
}
