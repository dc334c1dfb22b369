import Foundation
import Notebook
import Testing

/// Every number is what its label says: against values worked out apart, and labels over all families and likelihoods.
@Suite(.serialized) struct TruthTests {
  private static func digits() throws -> Bench {
    let bench = try Bench()
    _ = bench.shown("load digits as=all; d = all.train[0..399]; t = all.test[0..299]")
    _ = bench.shown("b = transform t binarize=dynamic; db = transform d binarize=dynamic")
    return bench
  }

  private static func number(_ bench: Bench, _ line: String, _ key: String) throws -> Double {
    try #require(bench.run(line).outputs.last?.json?[key]?.doubleValue, "\(line): \(key)")
  }

  /// A float64 array as NumPy writes it.
  private static func npy(_ values: [Double], columns: Int, to path: String) throws {
    let shape = "(\(values.count / columns), \(columns))"
    var header = "{'descr': '<f8', 'fortran_order': False, 'shape': \(shape), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0]) + Data(header.utf8)
    values.withUnsafeBytes { data.append(contentsOf: $0) }
    try data.write(to: URL(fileURLWithPath: path))
  }

  /// Alternating ± around a mean: the deviation is the step, exactly.
  @Test(arguments: [(1e8, 1.0), (101_325, 0.05), (0, 1e-9), (-3e12, 2), (5, 0)])
  func describeMeasuresInDouble(mean: Double, deviation: Double) throws {
    let (bench, folder) = (try Bench(), Folder())
    let path = folder.file("x.npy")
    try Self.npy((0..<2000).map { mean + ($0 % 2 == 0 ? deviation : -deviation) }, columns: 1, to: path)
    _ = bench.shown("load \(path) as=x")
    let report = try #require(bench.run("describe x").outputs.last?.json)
    let (m, s) = (try #require(report["mean"]?.doubleValue), try #require(report["deviation"]?.doubleValue))
    #expect(abs(m - mean) <= 1e-12 * abs(mean) + 1e-20)
    #expect(abs(s - deviation) <= 1e-9 * deviation + 1e-15 * abs(mean))
    #expect(deviation > 0 || s == 0)
    _ = bench.shown("y = transform x standardize=yes")
    let standard = try #require(bench.run("describe y").outputs.last?.json)
    #expect(abs(try #require(standard["mean"]?.doubleValue)) < 1e-3)
    #expect(abs(try #require(standard["deviation"]?.doubleValue) - (deviation > 0 ? 1 : 0)) < 1e-3)
  }

  /// Tables too: seconds since 1970 differ by less than float32 can say.
  @Test func tablesKeepTheDigitsThatTheirColumnsDifferBy() throws {
    let (bench, folder) = (try Bench(), Folder())
    let path = folder.file("x.csv")
    let rows = (0..<200).map { "\(1_700_000_000 + ($0 % 2 == 0 ? 1 : -1)),\($0 % 2)" }
    try ("time,side\n" + rows.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
    _ = bench.shown("load \(path) as=x; s = transform x standardize=yes")
    let columns = try #require(bench.run("describe x").outputs.last?.json?["columns"]?.arrayValue)
    #expect(columns.compactMap { $0["mean"]?.doubleValue } == [1_700_000_000, 0.5])
    #expect(columns.compactMap { $0["deviation"]?.doubleValue } == [1, 0.5])
    let standard = try #require(bench.run("describe s").outputs.last?.json?["columns"]?.arrayValue)
    #expect(standard.compactMap { $0["deviation"]?.doubleValue } == [1, 1])
  }

  @Test func whatIsCorruptedIsWhatWasDrawn() throws {
    let bench = try Self.digits()
    _ = bench.shown("model m mlp hidden=16 latent=4 seed=1 on=d; train m on=db epochs=2 seed=1;")
    #expect(try Self.number(bench, "denoise m b noise=gaussian:0 n=300", "before") == 0)
    let before = try Self.number(bench, "denoise m b noise=gaussian:0.1 n=300", "before")
    #expect(abs(before - 0.01) < 0.0002)
    // What is shown as input is what was encoded: encoding it again gives the same images.
    _ = bench.shown("r = reconstruct m b n=20; x = r[0..19]; y = reconstruct m x n=20")
    #expect(bench.shown("max(abs(y[20..39] - r[20..39]), axis=all)") == ["0"])
    // The distortion is of the examples whose rate is measured: decoding their means differs by the rounding alone.
    _ = bench.shown("q = reconstruct m b n=300; e = mean((q[0..299] - q[300..599])^2, axis=all)")
    let distortion = try Self.number(bench, "compress m b", "distortion")
    #expect(bench.shown("(abs(e - \(distortion)) < 0.002)") == ["1"])
  }

  @Test func versusDecodesMeansOfBothAndKnowsNoise() throws {
    let bench = try Self.digits()
    _ = bench.shown("model m mlp hidden=32 latent=4 seed=1 on=d; model a ae mlp hidden=32 latent=4 seed=1 on=d")
    _ = bench.shown("train m on=d epochs=5 seed=1; train a on=d epochs=5 seed=1; m2 = fork m;")
    let rows = try #require(bench.run("versus m a on=t n=100").outputs.last?.json?.arrayValue)
    for (name, key) in [("m", "m"), ("a", "a")] {
      _ = bench.shown("r = reconstruct \(name) t n=300; e = mean((r[0..299] - r[300..599])^2, axis=all)")
      let said = try #require(rows.first?[key]?.doubleValue)
      #expect(bench.shown("(abs(e - \(said)) < 1e-6)") == ["1"], "\(name)")
    }
    for row in rows {
      let (gap, error) = (try #require(row["difference"]?.doubleValue), row["standard_error"]?.doubleValue ?? 0)
      let m = try #require(row["m"]?.doubleValue), a = try #require(row["a"]?.doubleValue)
      #expect(abs(gap - (m - a)) < 1e-9)
      #expect((row["better"]?.stringValue == "within noise") == (abs(gap) <= 2 * error))
    }
    let alike = try #require(bench.run("versus m m2 on=t n=100").outputs.last?.json?.arrayValue)
    #expect(alike.allSatisfy { $0["better"]?.stringValue == "within noise" })
    #expect(try bench.failure("versus m a on=t draws=samples").code == "E403")
    #expect(bench.shown("versus m a on=t n=50").last?.contains("a's are decoded codes") == true)
  }

  @Test func qualitySaysWhatItCompares() throws {
    let bench = try Self.digits()
    _ = bench.shown("model m mlp hidden=32 latent=4 seed=1 on=d; train m on=db epochs=5 seed=1;")
    let samples = try #require(bench.run("evaluate m on=b quality=yes").outputs.last?.json)
    let means = try #require(bench.run("evaluate m on=b quality=yes draws=means").outputs.last?.json)
    #expect(
      samples["draws"]?.stringValue == "samples of p(x | z)" && means["draws"]?.stringValue == "means of p(x | z)")
    #expect(samples["mmd"]?.doubleValue != means["mmd"]?.doubleValue)
    for key in ["precision", "recall"] {
      let error = try #require(means[key + "_standard_error"]?.doubleValue)
      #expect(error > 0, "\(key) is not known for certain")
    }
    #expect(samples["quality_neighbors"]?.integerValue == 3)
    #expect(samples["quality_features"]?.stringValue == "pixels")
    #expect(try #require(samples["kernel_width"]?.doubleValue) > 0)
    #expect(bench.shown("evaluate m on=b quality=yes").last?.contains("k = 3") == true)
    #expect(try bench.failure("evaluate m on=b draws=means").fix == "Add: quality=yes")
  }

  /// A probe and the confusion of the same model on the same data are of the same answers; the training part teaches.
  @Test func probesLearnFromTheTrainingPart() throws {
    let bench = try Bench()
    _ = bench.shown("load digits as=all; d = split (all.train[0..1499]) train=0.8 seed=3")
    _ = bench.shown("model m mlp hidden=32 latent=4 seed=1 on=d; train m on=d epochs=2 seed=1;")
    let outcome = bench.run("evaluate m on=d probe=knn")
    let report = try #require(outcome.outputs.last?.json)
    let right = try #require(report["probe"]?.doubleValue)
    #expect(outcome.outputs.last?.text.contains("% of 300, by 1200 of") == true)
    let figure = try #require(bench.run("plot confusion m on=d").outputs.compactMap(\.figure).last)
    #expect(figure.title.contains(String(format: "%.1f %%", right)), "\(figure.title), the probe says \(right)")
    // The test part alone is still taught by what the model was trained on.
    let part = try #require(bench.run("evaluate m on=d.test probe=knn").outputs.last?.json)
    #expect(part["probe"]?.doubleValue == right)
    #expect(bench.run("plot confusion m on=d.test").outputs.compactMap(\.figure).last?.title == figure.title)
    let rows = try #require(bench.run("versus m m on=d n=50").outputs.last?.json?.arrayValue)
    #expect(abs(try #require(rows.last?["m"]?.doubleValue) - right / 100) < 1e-9)
  }

  @Test func densitiesOfTheSameDataCompare() throws {
    let bench = try Self.digits()
    for (name, words) in [
      ("g", "likelihood=gaussian sigma=0.3"), ("h", "likelihood=gaussian"), ("l", "likelihood=gaussian-learned"),
      ("c", "likelihood=continuous-bernoulli"), ("p", "likelihood=bernoulli"), ("q", "likelihood=logistic256"),
    ] { _ = bench.shown("model \(name) mlp hidden=8 latent=2 \(words) on=d seed=1; train \(name) on=d epochs=1;") }
    for pair in ["g l", "g h", "l c"] { #expect(bench.run("compare \(pair) on=t").status == .ok, "\(pair)") }
    for pair in ["g p", "g q", "c p", "p q"] {
      let diagnostic = try bench.failure("compare \(pair) on=t")
      #expect(diagnostic.code == "E402" && diagnostic.message.contains("likelihood"), "\(pair)")
    }
    // Of 0/1 data both are probabilities.
    _ = bench.shown("train p on=db epochs=+1; train q on=db epochs=+1;")
    #expect(bench.run("compare p q on=b").status == .ok)
    _ = bench.shown("s = transform d standardize=yes; model z mlp hidden=8 latent=2 likelihood=gaussian on=s seed=1")
    _ = bench.shown("train z on=s epochs=1;")
    #expect(try bench.failure("compare g z on=t").message.contains("units"))
  }
}
