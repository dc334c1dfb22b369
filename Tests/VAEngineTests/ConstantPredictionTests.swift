import Foundation
import Networks
import Tensors
import Testing
import VAEngine

/// What one prediction for every example reaches, against searches for the best constant; eigenvalues against known ones.
@Suite struct ConstantPredictionTests {
  private static let values: [Float] = [0.1, 0.9, 0.3, 0.2, 0.8, 0.35, 0.4, 0.95, 0.25, 0.7, 0.6, 0.3]

  private func model(_ family: Family = .vae, _ likelihood: Likelihood, classes: Int? = nil) throws -> Model {
    try Model(
      ModelConfiguration(
        family: family,
        architecture: Architecture(
          name: "text", encoder: LayerText.parse("dense4"), decoder: LayerText.parse("dense3"), activation: .relu),
        exampleShape: [3], latentDimensions: 2, likelihood: likelihood, classCount: classes))
  }

  private func source(labels: [Int]? = nil) throws -> TensorSource {
    TensorSource(try Tensor(Self.values, shape: [4, 3]), labels: labels, classCount: labels.map { _ in 2 })
  }

  /// Σ over elements of the least mean of `loss(x, constant)` over constants in (0, 1).
  private func best(of rows: [Int] = [0, 1, 2, 3], _ loss: (Double, Double) -> Double) -> Double {
    (0..<3).reduce(0) { sum, j in
      sum
        + (1..<4000).map { step in
          let constant = Double(step) / 4000
          return rows.reduce(0) { $0 + loss(Double(Self.values[$1 * 3 + j]), constant) } / Double(rows.count)
        }.reduce(Double.infinity, min)
    }
  }

  @Test func noOtherConstantIsBetter() throws {
    func bernoulli(_ x: Double, _ p: Double) -> Double { -x * log(p) - (1 - x) * log(1 - p) }
    func square(_ x: Double, _ mean: Double) -> Double { (x - mean) * (x - mean) }
    func continuous(_ x: Double, _ p: Double) -> Double {
      let c = abs(p - 0.5) < 1e-9 ? 2 : 2 * atanh(1 - 2 * p) / (1 - 2 * p)
      return bernoulli(x, p) - log(c)
    }
    let searched: [(Likelihood, Double)] = [
      (.bernoulli, best(bernoulli)), (.squaredError, best(square)), (.continuousBernoulli, best(continuous)),
      (.gaussian(sigma: 0.4), best { square($0, $1) / 0.32 + log(0.4) + 0.5 * log(2 * Double.pi) }),
    ]
    for (likelihood, truth) in searched {
      let family: Family = likelihood == .squaredError ? .autoencoder : .vae
      let loss = try #require(try model(family, likelihood).lossOfConstantPrediction(source()))
      #expect(abs(loss - truth) < 1e-4, "\(likelihood.name): \(loss), searched \(truth)")
    }
    let variance = best(square) / 3
    let learned = (1..<4000).map { step in
      let sigma = Double(step) / 4000
      return 3 * (variance / (2 * sigma * sigma) + log(sigma) + 0.5 * log(2 * Double.pi))
    }.reduce(Double.infinity, min)
    #expect(abs(try #require(try model(.gaussianLearned).lossOfConstantPrediction(source())) - learned) < 1e-4)
    #expect(try model(.logistic256).lossOfConstantPrediction(source()) == nil)
  }

  @Test func aConditionalModelKnowsTheClass() throws {
    func square(_ x: Double, _ mean: Double) -> Double { (x - mean) * (x - mean) / 2 + 0.5 * log(2 * Double.pi) }
    let loss = try #require(
      try model(.conditional, .gaussian(sigma: 1), classes: 2).lossOfConstantPrediction(source(labels: [0, 1, 0, 1])))
    #expect(abs(loss - (best(of: [0, 2], square) + best(of: [1, 3], square)) / 2) < 1e-4)
  }

  private func model(_ likelihood: Likelihood) throws -> Model { try model(.vae, likelihood) }

  /// Corners of a box have a diagonal covariance; the sum of two elements brings them to correlate.
  @Test func theLargestEigenvalue() {
    let corners: [[Float]] = (0..<8).map { [$0 & 1 == 0 ? 3 : -3, $0 & 2 == 0 ? 2 : -2, $0 & 4 == 0 ? 1 : -1] }
    #expect(abs(PrincipalVariance.largest(corners.flatMap { $0 }, size: 3, standardized: false) - 9) < 1e-3)
    #expect(abs(PrincipalVariance.largest(corners.flatMap { $0 }, size: 3, standardized: true) - 1) < 1e-3)
    // x, y and x + y, x and y independent with variances 9 and 4: correlations 3/√13 and 2/√13 with the sum.
    let sums = corners.flatMap { [$0[0], $0[1], $0[0] + $0[1]] }
    #expect(abs(PrincipalVariance.largest(sums, size: 3, standardized: true) - 2) < 1e-3)
    #expect(PrincipalVariance.largest([1, 2, 1, 2], size: 2, standardized: true) == 0, "nothing varies")
    #expect(abs(PrincipalVariance.byChance(rows: 400, size: 100) - 2.25) < 1e-12)
  }

  @Test(arguments: [(65, 16, 4, 17), (64, 16, 4, 16), (66, 16, 5, 2), (1, 1, 1, 1), (3, 2, 1, 3), (5, 1, 5, 1)])
  func anEpochIsCutWithoutABatchOfOne(examples: Int, size: Int, count: Int, last: Int) {
    let split = EpochSplit(examples: examples, batchSize: size, joinsLastOne: true)
    let batches = (0..<split.count).map(split.rows)
    #expect(split.count == count && batches.last?.count == last)
    #expect(batches.flatMap { Array($0) } == Array(0..<examples), "every example once, in order")
    #expect(split.smallest == batches.map(\.count).min())
    let plain = EpochSplit(examples: examples, batchSize: size, joinsLastOne: false)
    #expect(plain.count == (examples + size - 1) / size)
    #expect(plain.smallest == (0..<plain.count).map { plain.rows(of: $0).count }.min())
  }
}
