import Testing

/// Model files of the first version open, measure what they measured, and train on as they would have.
@Suite struct FirstVersionTests {
  /// What the program that wrote them computed (`Fixtures/version-1/make.elbo`): reconstruction, MSE and KL as opened, and
  /// the reconstruction after two more epochs, all on the training data.
  private static let measured: [(name: String, reconstruction: Double, mse: Double, kl: Double?, later: Double)] = [
    ("vae", -0.021941591054201126, 0.08795294227699439, 0.03653246276371647, -0.02234034240245819),
    ("ae", 0.3913246324906747, 0.09783115812266867, nil, 0.3818866368383169),
    ("beta", 3.9347041646639505, 0.14482520427554846, 0.03478400153229207, 3.900232642889023),
    ("capacity", 2.795904835065206, 0.0916563105614235, 0.04434122727616341, 2.7942993342876434),
    ("cvae", 1.9305690973997116, 0.12842546620716652, 0.11227381627031718, 1.8989691336949666),
    ("iwae", 27.19148365656535, 0.09178210111955802, 0.04231601542172333, 27.17483989397685),
    ("denoising", 2.794764677683512, 0.09151965527174373, 0.03502908407305464, 2.7923955420653024),
  ]

  @Test(arguments: measured.indices) func aFileOfTheFirstVersionIsWhole(_ index: Int) throws {
    let expected = Self.measured[index]
    let folder = String(#filePath.dropLast("FirstVersionTests.swift".count)) + "Fixtures/version-1/"
    let bench = try Bench()
    _ = bench.shown(
      "threads 1; d = load \(folder)small.csv target=kind; m = open \(folder)\(expected.name).safetensors")
    func number(_ line: String) throws -> Double {
      let output = bench.run(line).outputs.last
      return try #require(output?.json?.doubleValue, "\(expected.name): \(line)")
    }
    // Float sums of 24 rows of 4: processors round differently, to some 1e-7.
    func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 2e-6 * max(1, abs(b)) }
    _ = bench.run("e = evaluate m on=d")
    #expect(isClose(try number("e.reconstruction"), expected.reconstruction))
    #expect(isClose(try number("e.mse"), expected.mse))
    if let kl = expected.kl { #expect(isClose(try number("e.kl"), kl)) }
    _ = bench.run("train m on=d epochs=+2 seed=1; e = evaluate m on=d")
    #expect(isClose(try number("e.reconstruction"), expected.later))
    #expect(try number("m.epochs") == 5)
  }
}
