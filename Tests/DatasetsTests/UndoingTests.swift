import Datasets
import Tensors
import Testing

/// What was fitted to data is undone: values are again what they were before.
@Suite struct UndoingTests {
  private static func undone(_ transforms: [Transform], _ values: [Float], shape: Shape) throws -> [Double]? {
    try transforms.undone(Tensor(values, shape: shape))?.doubles()
  }

  @Test func columnsGoBackToTheirUnits() throws {
    let transforms: [Transform] = [.standardize(means: [10, -2], deviations: [4, 0.5])]
    #expect(try Self.undone(transforms, [0, 0, 1, -2, -0.5, 4], shape: [3, 2]) == [10, -2, 14, -3, 8, 0])
  }

  /// What comes before the statistics is the unit of the data, what comes after them is undone with them.
  @Test func onlyWhatFollowsTheStatisticsIsUndone() throws {
    let behind: [Transform] = [.scale(0.5), .standardize(means: [3], deviations: [2]), .scale(4), .shift(1), .invert]
    // x → (x − 3) / 2 → · 4 → + 1 → 1 − ·, of x = 3, 4, 1.
    #expect(try Self.undone(behind, [0, -2, 4], shape: [3, 1]) == [3, 4, 1])
    #expect(behind.fitted == Array(behind.dropFirst()))
    #expect(try Self.undone([.scale(1 / 255), .invert], [0.5], shape: [1, 1]) == nil, "nothing was fitted")
    #expect(try Self.undone([], [0.5], shape: [1, 1]) == nil)
  }

  @Test func twoStandardizationsAreUndoneBackToTheFirst() throws {
    let twice: [Transform] = [
      .standardize(means: [100], deviations: [10]), .standardize(means: [0.5], deviations: [0.25]),
    ]
    #expect(try Self.undone(twice, [0, 2], shape: [2, 1]) == [105, 110])
  }

  @Test func channelsHaveTheirOwn() throws {
    let transforms: [Transform] = [.standardize(means: [1, 10], deviations: [2, 3])]
    #expect(try Self.undone(transforms, [0, 1, 0, 1], shape: [1, 2, 1, 2]) == [1, 3, 10, 13])
  }

  @Test func whatCannotBeUndoneStays() throws {
    let standard = Transform.standardize(means: [0, 0], deviations: [2, 2])
    #expect(try Self.undone([standard, .threshold(0)], [0, 1], shape: [1, 2]) == nil)
    let pixels = Transform.standardize(means: [1, 2, 3, 4], deviations: [1, 1, 1, 1])
    #expect(try Self.undone([pixels, .resize(height: 1, width: 1)], [0], shape: [1, 1, 1, 1]) == nil)
    let plain = Transform.standardize(means: [1], deviations: [2])
    #expect(try Self.undone([plain, .resize(height: 1, width: 1)], [3], shape: [1, 1, 1, 1]) == [7])
    #expect(try Self.undone([plain, .gaussianNoise(0.1)], [3], shape: [1, 1]) == [7], "noise stays")
  }

  /// 101325 ± 0.05: float32 would know nothing between 101325.046875 and 101325.0546875.
  @Test func deviationsSmallBesideTheMeanKeepTheirDigits() throws {
    let transforms: [Transform] = [.standardize(means: [101_325], deviations: [0.05])]
    let values = try #require(try Self.undone(transforms, [1, 0.98], shape: [2, 1]))
    #expect(abs(values[0] - 101_325.05) < 1e-9 && abs(values[0] - values[1] - 0.001) < 1e-6, "\(values)")
  }

  @Test func bytesAreNumbersUpToOne() throws {
    let bytes = Dataset(name: "b", source: "", storage: try Tensor([0, 51, 255, 102] as [UInt8], shape: [2, 2]))
    let floats = Dataset(name: "f", source: "", storage: try Tensor([0, 0.2, 1, 0.4] as [Float], shape: [2, 2]))
    let wide = Dataset(name: "w", source: "", storage: try Tensor([0, 51, 255, 102] as [Float], shape: [2, 2]))
    let rest: [Transform] = [.invert, .standardize(means: [0.5], deviations: [2])]
    let ofBytes = [Transform.scale(1 / 255)] + rest
    #expect(floats.transforms(like: ofBytes) == rest)
    #expect(bytes.transforms(like: ofBytes) == ofBytes && wide.transforms(like: ofBytes) == ofBytes)
    #expect(bytes.transforms(like: rest) == ofBytes, "trained on numbers up to 1")
    #expect(bytes.transforms(like: rest, reachedBeyondOne: true) == rest, "trained on numbers up to 255")
    #expect(wide.transforms(like: rest) == rest)
  }
}
