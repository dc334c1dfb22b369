import Notebook
import Testing

/// `encode`, `decode`, `reconstruct`, `sample`, `interpolate`, `traverse`, `manifold`, `denoise`, `anomaly`, `compress`.
@Suite(.serialized) struct LatentCommandTests {
  private static func bench() throws -> Bench {
    let bench = try Bench()
    _ = bench.shown("load digits as=all; d = all.train[0..499]; model m mlp hidden=16 latent=2 seed=1 on=d")
    _ = bench.shown("train m on=d epochs=1 seed=1; z = encode m d")
    return bench
  }

  @Test(arguments: [
    ("z.shape", "500, 2"), ("encode m d what=logvar | _.shape", "500, 2"),
    ("decode m z[0..9] | _.shape", "10, 1, 28, 28"),
    ("decode m z[0] | _.shape", "1, 1, 28, 28"), ("decode m (z[0] + 1.5 * mean(z)) | _.shape", "1, 1, 28, 28"),
    ("reconstruct m d n=3 | _.shape", "6, 1, 28, 28"), ("sample m n=5 | _.shape", "5, 1, 28, 28"),
    ("interpolate m d from=3 to=8 steps=7 | _.shape", "7, 1, 28, 28"),
    ("interpolate m from=z[0] to=z[1] steps=2 | _.shape", "2, 1, 28, 28"),
    ("interpolate m d from=#3 to=#9 how=lerp | _.shape", "12, 1, 28, 28"),
    ("traverse m dim=0..1 steps=3 | _.shape", "6, 1, 28, 28"), ("manifold m n=4 | _.shape", "16, 1, 28, 28"),
    ("anomaly m d top=7 | _.count", "7"), ("decode m z[0..9] | encode m _ | _.shape", "10, 2"),
    ("z[label=3] | _.labels | mean", "3"),
  ])
  func shapesAreAsDocumented(source: String, text: String) throws {
    let shown = try Self.bench().shown(source).joined()
    #expect(shown.contains(text), "\(shown)")
  }

  @Test func encodingIsTheSameTwiceAndDrawsFollowTheSeed() throws {
    let bench = try Self.bench()
    _ = bench.shown("again = encode m d; s1 = encode m d what=sample seed=5; s2 = encode m d what=sample seed=5")
    #expect(bench.shown("max(abs(z - again), axis=all)") == ["0"])
    #expect(bench.shown("max(abs(s1 - s2), axis=all)") == ["0"])
    #expect(bench.shown("(max(abs(s1 - z), axis=all) > 0)") == ["1"])
  }

  @Test func interpolationsBeginAndEndAtTheirEnds() throws {
    let bench = try Self.bench()
    for how in ["lerp", "slerp"] {
      _ = bench.shown("way = interpolate m from=z[0] to=z[1] steps=5 how=\(how); ends = decode m z[0..1]")
      #expect(bench.shown("max(abs(way[0] - ends[0]), axis=all)") == ["0"])
      #expect(bench.shown("max(abs(way[4] - ends[1]), axis=all)") == ["0"])
    }
  }

  @Test func directionsAreArithmeticOnSelections() throws {
    let bench = try Self.bench()
    _ = bench.shown("v = mean(z[label=8]) - mean(z[label=3]); w = z[0] + 1.5*v")
    #expect(bench.shown("(norm(w - z[0] - 1.5*v) < 1e-5)") == ["1"])
  }

  @Test(arguments: [
    ("encode m missing", "E104"), ("encode m zeros(4, 3)", "E201"), ("decode m zeros(4, 3)", "E201"),
    ("interpolate m from=3 to=8", "E107"), ("interpolate m d from=3", "E107"), ("interpolate m d from=77 to=8", "E204"),
    ("traverse m dim=5", "E116"), ("traverse m range=3:-3", "E103"), ("manifold m n=1", "E103"),
    ("denoise m d noise=fog:1", "E103"), ("sample m n=0", "E103"), ("z[label=77]", "E204"), ("anomaly m", "E107"),
  ])
  func mistakesAreNamed(source: String, code: String) throws {
    #expect(try Self.bench().failure(source).code == code)
  }

  @Test func denoisingAndCompressionReportBothSides() throws {
    let bench = try Self.bench()
    _ = bench.shown("n = denoise m d noise=gaussian:0.3; c = compress m d")
    #expect(bench.shown("(n.before > 0)") == ["1"])
    #expect(bench.shown("(abs(n.gain - 10 * log(n.before / n.after) / log(10)) < 0.01)") == ["1"])
    #expect(bench.shown("c.raw") == ["784"])
    #expect(bench.shown("c.floats") == ["8"])
  }
}
