import Datasets
import Tensors
import Testing

/// Procedural shapes: what the factors say is what the pixels show.
@Suite struct SpritesTests {
  @Test func equalSeedsMakeEqualImages() throws {
    let (a, b) = (try Sprites(count: 300, seed: 5).dataset(), try Sprites(count: 300, seed: 5).dataset())
    #expect(a.hash.text == b.hash.text)
    #expect(a.factors == b.factors)
    let other = try Sprites(count: 300, seed: 6).dataset()
    #expect(other.hash.text != a.hash.text)
    let more = try Sprites(count: 1000, seed: 5).dataset()
    #expect(more.storage[0..<300].elements(as: UInt8.self) == a.storage.elements(as: UInt8.self))
  }

  @Test func theCentreOfEachShapeLiesWhereItsFactorsSay() throws {
    let sprites = try Sprites(count: 400, seed: 1).dataset()
    let factors = try #require(sprites.factors)
    #expect(factors.names == ["shape", "scale", "rotation", "x", "y"])
    for index in 0..<sprites.count where sprites.label(index) != 2 {
      let pixels = sprites.storage[index].doubles()
      let mass = pixels.reduce(0, +)
      let x = pixels.indices.reduce(0.0) { $0 + pixels[$1] * (Double($1 % 64) + 0.5) } / mass
      let y = pixels.indices.reduce(0.0) { $0 + pixels[$1] * (Double($1 / 64) + 0.5) } / mass
      func value(_ factor: Int) -> Double { Double(factors.factors[factor].values[factors.value(index, factor)]) }
      #expect(abs(x - (16 + 32 * value(3))) < 0.15, "x of \(index)")
      #expect(abs(y - (16 + 32 * value(4))) < 0.15, "y of \(index)")
    }
  }

  /// A heart stands on its tip, and turns counter-clockwise: after a quarter its tip is on the right.
  @Test func heartsStandOnTheirTipsAndTurnToTheLeft() throws {
    let sprites = try Sprites(count: 4000, seed: 1).dataset()
    let factors = try #require(sprites.factors)
    var seen: [Int: Int] = [:]
    for index in 0..<sprites.count where sprites.label(index) == 2 {
      let rotation = factors.value(index, 2)
      guard rotation % 10 == 0 else { continue }
      let pixels = sprites.storage[index].doubles()
      let lines = (0..<64).map { row in (0..<64).reduce(0) { $0 + pixels[row * 64 + $1] } }
      let columns = (0..<64).map { column in (0..<64).reduce(0) { $0 + pixels[$1 * 64 + column] } }
      // Four lines at either end of what is filled: a tip has less in them than two arcs.
      func isThinnerBehind(_ sums: [Double]) -> Bool {
        let filled = sums.filter { $0 > 0 }
        return filled.suffix(4).reduce(0, +) < 0.8 * filled.prefix(4).reduce(0, +)
      }
      switch rotation {
      case 0: #expect(isThinnerBehind(lines), "\(index)")
      case 10: #expect(isThinnerBehind(columns), "\(index)")
      case 20: #expect(isThinnerBehind(lines.reversed()), "\(index)")
      default: #expect(isThinnerBehind(columns.reversed()), "\(index)")
      }
      seen[rotation, default: 0] += 1
    }
    #expect(seen.count == 4 && seen.values.allSatisfy { $0 > 10 })
  }

  @Test func theAreaOfAnAntialiasedSquareIsExact() throws {
    let sprites = try Sprites(count: 600, seed: 2).dataset()
    let factors = try #require(sprites.factors)
    var seen = 0
    for index in 0..<sprites.count where sprites.label(index) == 0 {
      let side = 2 * 0.66 * 14 * Double(factors.factors[1].values[factors.value(index, 1)])
      let area = sprites.storage[index].doubles().reduce(0, +) / 255
      #expect(abs(area - side * side) / (side * side) < 0.04)
      seen += 1
    }
    #expect(seen > 100)
  }

  @Test func factorsAreDrawnEvenlyAndTheShapeIsTheLabel() throws {
    let sprites = try Sprites(count: 6000, seed: 3).dataset()
    let factors = try #require(sprites.factors)
    for (factor, description) in factors.factors.enumerated() {
      var counts = [Int](repeating: 0, count: description.values.count)
      for index in 0..<sprites.count { counts[factors.value(index, factor)] += 1 }
      let expected = Double(sprites.count) / Double(counts.count)
      let chiSquare = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
      // Six deviations above its mean.
      let freedom = Double(counts.count - 1)
      #expect(chiSquare < freedom + 6 * (2 * freedom).squareRoot(), "\(description.name)")
    }
    #expect((0..<100).allSatisfy { sprites.label($0) == factors.value($0, 0) })
    #expect(sprites.labelNames == ["square", "ellipse", "heart"])
  }

  @Test func noShapeIsCutByTheEdge() throws {
    let sprites = try Sprites(count: 2000, seed: 4).dataset()
    for index in 0..<sprites.count {
      let pixels = sprites.storage[index].elements(as: UInt8.self)
      #expect(
        (0..<64).allSatisfy {
          pixels[$0] == 0 && pixels[63 * 64 + $0] == 0 && pixels[64 * $0] == 0 && pixels[64 * $0 + 63] == 0
        })
    }
  }

  @Test func makingThemCanBeStopped() throws {
    struct Enough: Error {}
    var told: [Int] = []
    _ = try Sprites(count: 10_000, seed: 1).dataset { told.append($0) }
    #expect(told == [8192, 10_000])
    #expect(throws: Enough.self) { try Sprites(count: 10_000, seed: 1).dataset { _ in throw Enough() } }
  }
}
