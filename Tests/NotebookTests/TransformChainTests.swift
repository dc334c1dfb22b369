import Datasets
import Notebook
import Tensors
import Testing

/// Transforms after transforms: each begins where the last one ended, whatever command it came in.
@Suite(.serialized) struct TransformChainTests {
  private static let x: [Float] = [0, 0.25, 0.5, 1, 2, 4]

  private func bench() throws -> Bench {
    let bench = try Bench()
    _ = bench.shown("d = dataset reshape([0, 0.25, 0.5, 1, 2, 4], 2, 3)")
    return bench
  }

  private func data(_ name: String, _ bench: Bench) throws -> DatasetValue {
    guard case .object(let value)? = bench.session.state.variables[name]?.value else { throw Bench.NotFailed() }
    return try #require(value as? DatasetValue)
  }

  private func values(_ data: DatasetValue) throws -> [Float] {
    try data.dataset.examples(Array(0..<data.dataset.count)).elements(as: Float.self)
  }

  private typealias Change = @Sendable (Float) -> Float

  private static let chains: [(String, Change)] = [
    ("t = transform d scale=2 invert=yes", { 1 - 2 * $0 }),
    ("t = transform d invert=yes scale=2", { 2 * (1 - $0) }),
    ("a = transform d scale=2; t = transform a invert=yes", { 1 - 2 * $0 }),
    ("a = transform d invert=yes; t = transform a scale=2", { 2 * (1 - $0) }),
    ("a = transform d scale=2; b = transform a invert=yes; t = transform b scale=3", { 3 * (1 - 2 * $0) }),
    ("t = transform d scale=2 | transform invert=yes | transform binarize=0.2", { 1 - 2 * $0 >= 0.2 ? 1 : 0 }),
    ("transform d scale=2 as=a; transform a scale=2 as=a; t = transform a scale=2", { 8 * $0 }),
    ("a = transform d scale=2; t = transform d scale=3", { 3 * $0 }),
  ]

  @Test(arguments: chains.indices)
  func eachBeginsWhereTheLastOneEnded(index: Int) throws {
    let (source, wanted) = Self.chains[index]
    let bench = try bench()
    _ = bench.shown(source)
    #expect(try values(data("t", bench)) == Self.x.map(wanted))
    // What it was made of is as it was.
    #expect(try values(data("d", bench)) == Self.x)
  }

  @Test func aTransformIsOfEveryPart() throws {
    let bench = try bench()
    _ = bench.shown("s = split d train=0.5 seed=1; t = transform s scale=2; u = transform t invert=yes")
    for part in ["train", "test"] {
      let before = try values(try #require(data("s", bench).part(part)))
      #expect(try values(try #require(data("t", bench).part(part))) == before.map { 2 * $0 })
      #expect(try values(try #require(data("u", bench).part(part))) == before.map { 1 - 2 * $0 })
    }
    // And of what is selected of it.
    _ = bench.shown("v = u[1]; w = transform v scale=10")
    #expect(try values(data("v", bench)) == Self.x[3...].map { 1 - 2 * $0 })
    #expect(try values(data("w", bench)) == Self.x[3...].map { 10 * (1 - 2 * $0) })
  }

  /// A model's transforms take the place of those the data have; what else is asked for comes after them.
  @Test func likeAModelReplacesWhatWasThereAndGoesOn() throws {
    let bench = try bench()
    _ = bench.shown(
      "a = transform d scale=2; m = model mlp hidden=4 latent=2 likelihood=gaussian on=a; train m on=a epochs=1 batch=2;"
    )
    _ = bench.shown("b = transform d invert=yes scale=5; t = transform b like=m; u = transform b like=m invert=yes")
    #expect(try values(data("t", bench)) == Self.x.map { 2 * $0 })
    #expect(try values(data("u", bench)) == Self.x.map { 1 - 2 * $0 })
  }

  /// Mean 0 and deviation 1 of each column as it is seen, not as it is stored.
  @Test func standardizingMeasuresWhatTheTransformsBeforeItMake() throws {
    let bench = try bench()
    _ = bench.shown("a = transform d scale=100 invert=yes; t = transform a standardize=yes; u = transform t scale=3")
    // Two examples: every column is −1 and 1, or 1 and −1.
    let found = try values(data("t", bench))
    for (value, wanted) in zip(found, [1, 1, 1, -1, -1, -1] as [Float]) { #expect(abs(value - wanted) < 1e-5) }
    for (value, wanted) in zip(try values(data("u", bench)), [3, 3, 3, -3, -3, -3] as [Float]) {
      #expect(abs(value - wanted) < 1e-5)
    }
  }

  @Test func windowsAndSizesFollowOneAnother() throws {
    let bench = try Bench()
    // One image of 4 × 6, counted row by row.
    _ = bench.shown("d = dataset reshape(linspace(0, 23, 24), 1, 4, 6)")
    _ = bench.shown("a = transform d crop=3x4@1,2; b = transform a crop=2x2@1,1; c = transform d crop=2x2")
    #expect(try data("a", bench).dataset.exampleShape == [1, 3, 4])
    #expect(try values(data("a", bench)) == [8, 9, 10, 11, 14, 15, 16, 17, 20, 21, 22, 23])
    #expect(try values(data("b", bench)) == [15, 16, 21, 22])
    // From the middle: rows 1 and 2, columns 2 and 3.
    #expect(try values(data("c", bench)) == [8, 9, 14, 15])
    _ = bench.shown("e = transform d resize=2x3; f = transform e crop=1x1@1,2")
    // A triangle two pixels wide on each side: rows at 5/7 and 16/7, columns at 5/7, 5/2 and 30/7.
    let halved = try values(data("e", bench))
    let wanted: [Float] = [5, 6.785_714, 8.571_429, 14.428_571, 16.214_286, 18]
    for (value, wanted) in zip(halved, wanted) { #expect(abs(value - wanted) < 1e-4) }
    #expect(try values(data("f", bench)) == [halved[5]])
  }
}
