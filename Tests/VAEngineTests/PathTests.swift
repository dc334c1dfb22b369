import Glibc
import Tensors
import Testing
import VAEngine

/// Ways through latent space: where they begin, where they end, which way is up.
@Suite struct PathTests {
  private func rows(_ tensor: Tensor) -> [[Float]] {
    let (values, width) = (tensor.elements(as: Float.self), tensor.shape[1])
    return (0..<tensor.shape[0]).map { Array(values[$0 * width..<($0 + 1) * width]) }
  }

  private func near(_ a: [Float], _ b: [Float], _ tolerance: Float = 1e-6) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
  }

  @Test func aTraversalReachesBothEndsOfItsRange() throws {
    let path = try LatentPath.traversal(from: [5, 6, 7], dimensions: [2, 0], range: -3...1, steps: 5)
    #expect(
      rows(path) == [
        [5, 6, -3], [5, 6, -2], [5, 6, -1], [5, 6, 0], [5, 6, 1], [-3, 6, 7], [-2, 6, 7], [-1, 6, 7], [0, 6, 7],
        [1, 6, 7],
      ])
    #expect(
      rows(try LatentPath.traversal(from: [0, 9], dimensions: [1], range: -2...4, steps: 2)) == [[0, -2], [0, 4]])
    #expect(rows(try LatentPath.traversal(from: [0, 9], dimensions: [1], range: -2...4, steps: 1)) == [[0, -2]])
  }

  @Test(arguments: LatentPath.Kind.allCases) func aWayHasItsEndsAndGoesForward(_ kind: LatentPath.Kind) throws {
    let (a, b): ([Float], [Float]) = ([2, 0, 0], [0, 1, 0])
    for steps in [2, 3, 7] {
      let path = rows(try LatentPath.between(a, b, steps: steps, kind: kind))
      #expect(path.count == steps && path[0] == a && path[steps - 1] == b)
      #expect(path.map { $0[1] } == path.map { $0[1] }.sorted())
    }
    #expect(rows(try LatentPath.between(a, b, steps: 1, kind: kind)) == [a])
  }

  @Test func aQuarterOfTheWayIsNearerToTheStart() {
    let (a, b): ([Float], [Float]) = ([2, 0], [0, 1])
    #expect(LatentPath.point(a, b, at: 0.25, kind: .lerp) == [1.5, 0.25])
    // A right angle: sin 67.5° of the first, sin 22.5° of the second.
    let slerp = LatentPath.point(a, b, at: 0.25, kind: .slerp)
    #expect(near(slerp, [2 * sinf(.pi * 3 / 8), sinf(.pi / 8)]))
    // Sixty degrees, both of length 3: the length stays on the way.
    let c: [Float] = [3 * cosf(.pi / 3), 3 * sinf(.pi / 3)]
    for t: Float in [0.1, 0.5, 0.8] {
      let point = LatentPath.point([3, 0], c, at: t, kind: .slerp)
      #expect(near(point, [3 * cosf(t * .pi / 3), 3 * sinf(t * .pi / 3)], 2e-6))
    }
    // No angle, or no direction: the straight line.
    #expect(near(LatentPath.point([1, 1], [3, 3], at: 0.25, kind: .slerp), [1.5, 1.5]))
    #expect(near(LatentPath.point([0, 0], [4, 8], at: 0.25, kind: .slerp), [1, 2]))
  }

  @Test(arguments: LatentPath.Kind.allCases) func aSquareHasItsFourCorners(_ kind: LatentPath.Kind) throws {
    let (a, b, c, d): ([Float], [Float], [Float], [Float]) = ([1, 0], [0, 1], [-1, 0.5], [-0.5, -1])
    let square = rows(try LatentPath.square(a, b, c, d, steps: 3, kind: kind))
    #expect(square.count == 9)
    for (place, corner) in [(0, a), (2, b), (6, c), (8, d)] { #expect(near(square[place], corner), "\(place)") }
    #expect(near(square[1], LatentPath.point(a, b, at: 0.5, kind: kind)))
    #expect(near(square[3], LatentPath.point(a, c, at: 0.5, kind: kind)))
    #expect(near(square[5], LatentPath.point(b, d, at: 0.5, kind: kind)))
    #expect(near(square[7], LatentPath.point(c, d, at: 0.5, kind: kind)))
  }

  /// As a map: z[0] grows to the right, z[1] upwards, so the first image is the upper left one.
  @Test func aManifoldIsAMapWithItsSecondCoordinateUpwards() throws {
    // Φ⁻¹ of 1/6, 3/6 and 5/6.
    let third: Float = 0.967_421_566
    let plane = rows(try LatentPath.manifold(side: 3))
    let wanted: [[Float]] = [
      [-third, third], [0, third], [third, third], [-third, 0], [0, 0], [third, 0], [-third, -third], [0, -third],
      [third, -third],
    ]
    #expect(zip(plane, wanted).allSatisfy { near($0, $1) }, "\(plane)")
  }

  /// scipy.stats.norm.ppf of the middles of equal shares.
  @Test func quantilesRiseThroughTheInverseOfTheDistribution() {
    #expect(near(LatentPath.quantiles(2), [-0.674_489_75, 0.674_489_75]))
    #expect(near(LatentPath.quantiles(5), [-1.281_551_57, -0.524_400_51, 0, 0.524_400_51, 1.281_551_57]))
    for (p, x) in [(0.975, 1.959_963_984_540_054), (0.001, -3.090_232_306_167_813), (1e-9, -5.997_807_015_007_686)] {
      #expect(abs(LatentPath.inverseNormal(p) - x) < 1e-9)
    }
  }
}
