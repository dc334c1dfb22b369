import Glibc
import Graphs
import Tensors
import Testing
import VAEngine

/// Scores of disentanglement on codes with known answers: the factors themselves, noise, and what lies between.
@Suite struct DisentanglementTests {
  private static let sizes = [3, 6, 40, 32, 32]
  private static let count = 15_000

  private static func factors(_ sizes: [Int] = sizes, count: Int = count) -> [FactorCodes.Factor] {
    sizes.enumerated().map { f, size in
      let stream = RandomStream(seed: UInt64(f), purpose: "factors")
      return FactorCodes.Factor("f\(f)", classes: (0..<count).map { Int(Double(stream.uniform($0)) * Double(size)) })
    }
  }

  private static func noise(_ dimensions: Int, count: Int = count) -> [[Double]] {
    (0..<dimensions).map { d in
      let stream = RandomStream(seed: UInt64(100 + d), purpose: "noise")
      return (0..<count).map { Double(stream.normal($0)) }
    }
  }

  private static func identity(_ factors: [FactorCodes.Factor]) -> [[Double]] {
    factors.map { factor in factor.classes.map { Double($0) / Double(factor.count - 1) } }
  }

  /// The figures of NumPy's sums over the same kind of codes: .896 where 20 bins allow .902, and .0003.
  @Test func theInformationGapIsAtItsCeilingForTheFactorsThemselves() throws {
    let factors = Self.factors()
    let own = InformationScores(try FactorCodes(dimensions: Self.identity(factors), factors: factors), bins: 20)
    #expect(Swift.abs(own.gaps.average - 0.896) < 0.004, "\(own.gaps)")
    #expect(Swift.abs(own.ceilings.average - 0.902) < 0.004, "\(own.ceilings)")
    #expect(own.ceilings[0] > 0.9999 && Swift.abs(own.ceilings[2] - 0.812) < 0.005)
    #expect(Swift.abs(own.modularity - 1) < 0.001)
    let fine = InformationScores(try FactorCodes(dimensions: Self.identity(factors), factors: factors), bins: 40)
    #expect(fine.ceilings.allSatisfy { $0 > 0.9999 })
    let noise = InformationScores(try FactorCodes(dimensions: Self.noise(10), factors: factors), bins: 20)
    #expect(noise.gaps.average < 0.003 && Swift.abs(noise.modularity - 0.67) < 0.06, "\(noise.modularity)")
  }

  @Test func duplicatesAndRotationsHaveNoGap() throws {
    let factors = Self.factors()
    let own = Self.identity(factors)
    let twice = InformationScores(try FactorCodes(dimensions: own + own, factors: factors), bins: 20)
    #expect(twice.gaps.allSatisfy { $0 < 1e-12 })
    let (x, y) = (own[3], own[4])
    let turned = [zip(x, y).map { ($0 + $1) / 2 }, zip(x, y).map { ($0 - $1) / 2 }]
    let gaps = InformationScores(try FactorCodes(dimensions: Array(own[..<3]) + turned, factors: factors), bins: 20)
      .gaps
    #expect(gaps[3] < 0.01 && gaps[4] < 0.01 && gaps[0] > 0.99, "\(gaps)")
  }

  @Test func mutualInformationIsItsSum() throws {
    // Two bits that agree in three of four cases.
    let a = [0, 0, 0, 0, 1, 1, 1, 1] + [Int](repeating: 0, count: 48)
    let factors = [
      FactorCodes.Factor("a", classes: a.map { $0 }), FactorCodes.Factor("b", classes: (0..<56).map { $0 % 2 }),
    ]
    let code = (0..<56).map { Double($0 % 2) }
    let found = InformationScores(try FactorCodes(dimensions: [code], factors: factors), bins: 2)
    #expect(Swift.abs(found.information[0][1] - log(2)) < 1e-12)
    let p = 4.0 / 56
    #expect(Swift.abs(found.entropies[0] + p * log(p) + (1 - p) * log(1 - p)) < 1e-12)
    // Even and odd are alike in both: they are independent.
    #expect(found.information[0][0] < 1e-12)
  }

  @Test func groupsThatShareAFactorTellItsDimension() throws {
    let factors = Self.factors()
    let own = InterventionScores(try FactorCodes(dimensions: Self.identity(factors), factors: factors), seed: 1)
    #expect((own.factorVAE(votes: 2000, tests: 1000) ?? 0) > 0.995)
    #expect(try own.betaVAE(points: 1500, tests: 500) > 0.97)
    let noise = InterventionScores(try FactorCodes(dimensions: Self.noise(10), factors: factors), seed: 1)
    #expect((noise.factorVAE(votes: 2000, tests: 1000) ?? 0) < 0.30)
    #expect(try noise.betaVAE(points: 1500, tests: 500) < 0.32)
    // Dimensions that do not move are none.
    let still = try FactorCodes(dimensions: Self.noise(2).map { $0.map { $0 * 0.01 } }, factors: factors)
    #expect(InterventionScores(still, seed: 1).factorVAE(votes: 10, tests: 10) == nil)
    #expect(own.factorVAE(votes: 200, tests: 100) == own.factorVAE(votes: 200, tests: 100), "the same draws every time")
  }

  @Test func variancesExplainedAreOneAndZero() throws {
    let factors = Self.factors()
    let own = try FactorCodes(dimensions: Self.identity(factors), factors: factors)
    #expect(RegressionScores.separations(own).allSatisfy { $0 > 0.998 })
    let noise = try FactorCodes(dimensions: Self.noise(10), factors: factors)
    #expect(RegressionScores.separations(noise).allSatisfy { $0 < 0.003 })
    #expect(RegressionScores.robustness(own) > 0.9999)
    #expect(Swift.abs(RegressionScores.robustness(noise) - 0.38) < 0.04, "\(RegressionScores.robustness(noise))")
    // Of classes without an order the means count: x² knows three classes −1, 0, 1 in no line.
    let classes = (0..<900).map { $0 % 3 }
    let squares = classes.map { Double(($0 - 1) * ($0 - 1)) }
    func score(_ isOrdered: Bool) throws -> Double {
      RegressionScores.separations(
        try FactorCodes(dimensions: [squares], factors: [.init("s", classes: classes, isOrdered: isOrdered)]))[0]
    }
    #expect(try score(true) < 1e-12 && score(false) > 0.999)
  }

  @Test func boostedTreesFindTheDimensionOfEveryFactor() throws {
    let factors = Self.factors([3, 6, 8], count: 3000)
    let (own, noise) = (Self.identity(factors), Self.noise(3, count: 3000))
    let codes = try FactorCodes(dimensions: own + noise, factors: factors)
    let found = try DCI(train: codes.halves.train, test: codes.halves.test)
    #expect(found.disentanglement > 0.97 && found.completeness > 0.97 && found.informativeness > 0.99, "\(found)")
    for f in 0..<3 {
      #expect(Swift.abs(found.importances.map { $0[f] }.reduce(0, +) - 1) < 1e-9)
      #expect(found.importances[f][f] > 0.97)
    }
    let blind = try FactorCodes(dimensions: noise, factors: factors)
    let nothing = try DCI(train: blind.halves.train, test: blind.halves.test)
    #expect(nothing.disentanglement < 0.1 && nothing.completeness < 0.1 && nothing.informativeness < 0.35, "\(nothing)")
    // A factor that two dimensions tell together is in neither alone: the exclusive or of their signs.
    let signs = FactorCodes.Factor("xor", classes: (0..<3000).map { (noise[0][$0] > 0) != (noise[1][$0] > 0) ? 1 : 0 })
    let both = try FactorCodes(dimensions: noise, factors: [signs])
    let split = try DCI(train: both.halves.train, test: both.halves.test)
    #expect(split.informativeness > 0.97 && split.importances[2][0] < 0.05, "\(split)")
    #expect(split.completeness < 0.5)
  }

  @Test func areasUnderTheCurveAreCountsOfPairs() throws {
    #expect(Explicitness.area([0.1, 0.4, 0.35, 0.8], [false, false, true, true]) == 0.75)
    #expect(Explicitness.area([1, 1, 1], [true, false, true]) == 0.5)
    #expect(Explicitness.area([1, 2], [true, true]) == nil)
    let factors = Self.factors([3, 40], count: 6000)
    let own = try FactorCodes(dimensions: Self.identity(factors), factors: factors)
    let scores = try Explicitness.scores(train: own.halves.train, test: own.halves.test)
    #expect(scores[0] > 0.999 && scores[1] > 0.9, "\(scores)")
    let noise = try FactorCodes(dimensions: Self.noise(5, count: 6000), factors: factors)
    let blind = try Explicitness.scores(train: noise.halves.train, test: noise.halves.test)
    #expect(blind.allSatisfy { Swift.abs($0 - 0.5) < 0.05 }, "\(blind)")
  }

  @Test func whatHasNoMeaningIsRefused() throws {
    let factors = Self.factors([3, 4], count: 60)
    let codes = Self.noise(2, count: 60)
    #expect(throws: DisentanglementError.noFactors) { _ = try FactorCodes(dimensions: codes, factors: []) }
    let same = FactorCodes.Factor("still", classes: [Int](repeating: 4, count: 60))
    #expect(throws: DisentanglementError.constant("still")) {
      _ = try FactorCodes(dimensions: codes, factors: factors + [same])
    }
    #expect(throws: DisentanglementError.tooFew(10)) {
      _ = try FactorCodes(dimensions: codes.map { Array($0.prefix(10)) }, factors: factors)
    }
    var broken = codes
    broken[1][5] = .nan
    #expect(throws: DisentanglementError.notFinite(dimension: 1)) {
      _ = try FactorCodes(dimensions: broken, factors: factors)
    }
  }
}
