import Glibc
import Graphs
import Networks
import Tensors
import Testing
import VAEngine

/// What the terms of the regularized families are equal to, where that is known.
@Suite struct FamilyIdentityTests {
  private func objective(
    _ family: Family, rows: Int, likelihood: Likelihood? = nil, decoder: String = "dense4 dense6",
    _ settings: [String: Setting.Value] = [:]
  ) throws -> (objective: ObjectiveGraph, reference: Reference) {
    var configuration = try ModelConfiguration(
      family: family,
      architecture: Architecture(
        name: "text", encoder: LayerText.parse("dense4"), decoder: LayerText.parse(decoder), activation: .tanh),
      exampleShape: [6], latentDimensions: 3, likelihood: likelihood, importanceSamples: 3)
    for (word, value) in settings { try family.setting(word)?.set(value, in: &configuration) }
    let objective = ObjectiveGraph(configuration, rows: rows, training: true)
    return (objective, try Self.reference(objective, configuration, rows: rows))
  }

  /// Leaves at a smooth place, and settings at those of the configuration.
  private static func reference(
    _ objective: ObjectiveGraph, _ configuration: ModelConfiguration, rows: Int
  ) throws -> Reference {
    _ = try ObjectiveGraph(configuration, rows: rows, training: true).terms()
    var reference = Reference(leaves: [:], seed: 1)
    reference.leaves["x"] = (0..<rows * configuration.pixels).map { 0.5 + 0.4 * sin(Double($0)) }
    (reference.leaves["beta"], reference.leaves["examples"]) = ([1], [50])
    for (word, value) in configuration.settings { reference.leaves[word] = [Double(value)] }
    return reference
  }

  private func filled(_ reference: Reference, _ objective: ObjectiveGraph) -> Reference {
    var reference = reference
    for (index, spec) in objective.builder.specs.enumerated() {
      reference.leaves[spec.name] = (0..<spec.shape.count).map { 0.1 + 0.45 * sin(Double($0 * 7 + index) + 0.3) }
    }
    return reference
  }

  /// MI + TC + DW is log q(z | x) − log p(z), and at weights of 1 the loss is that and the reconstruction.
  @Test(arguments: ["mss", "mws"]) func theThreePartsAddUpToTheDrawnKL(_ estimator: String) throws {
    let (objective, empty) = try objective(.betaTC, rows: 5, ["estimator": .text(estimator)])
    let terms = try objective.terms()
    let reference = filled(empty, objective)
    let own = try Family.betaTC.ownTerms.map { try #require(terms.terms[$0]) }
    let values = reference.evaluate([terms.loss, terms.reconstruction] + own).map { $0[0] }
    let (q, _) = try objective.encoded()
    let z = try objective.draw(q)
    let parts = reference.evaluate([z, q.mean, q.logVariance])
    var drawn = 0.0
    for i in 0..<15 {
      let (z, m, s) = (parts[0][i], parts[1][i], parts[2][i])
      drawn += (-0.5 * ((z - m) * (z - m) * exp(-s) + s) + 0.5 * z * z) / 5
    }
    #expect(Swift.abs(values[2] + values[3] + values[4] - drawn) < 1e-6)
    #expect(Swift.abs(values[0] - values[1] - drawn) < 1e-6)
  }

  /// Against naive sums over the batch in Double, with the weights as the paper has them.
  @Test(arguments: [0, 1]) func totalCorrelationIsTheNaiveSum(_ weighted: Int) throws {
    let b = 5
    let (objective, empty) = try objective(
      .betaTC, rows: b, ["estimator": .text(weighted == 1 ? "mws" : "mss")])
    let tc = try #require(try objective.terms().terms[TermName("tc")])
    let reference = filled(empty, objective)
    let (q, _) = try objective.encoded()
    let parts = reference.evaluate([try objective.draw(q), q.mean, q.logVariance, tc])
    let n = 50.0
    func weight(_ i: Int, _ j: Int) -> Double {
      if weighted == 1 { return 1 / (n * Double(b)) }
      let m = Double(b - 1)
      return i == j ? 1 / n : j == (i + 1) % b ? (n - m) / (n * m) : 1 / m
    }
    func density(_ i: Int, _ j: Int, _ d: Int) -> Double {
      let (z, m, s) = (parts[0][i * 3 + d], parts[1][j * 3 + d], parts[2][j * 3 + d])
      return exp(-0.5 * ((z - m) * (z - m) * exp(-s))) / (2 * Double.pi * exp(s)).squareRoot()
    }
    var wanted = 0.0
    for i in 0..<b {
      let joint = (0..<b).reduce(0.0) {
        $0 + weight(i, $1) * (0..<3).reduce(1.0) { [j = $1] in $0 * density(i, j, $1) }
      }
      wanted += log(joint) / Double(b)
      for d in 0..<3 {
        let marginal = (0..<b).reduce(0.0) { $0 + weight(i, $1) * density(i, $1, d) }
        wanted -= log(marginal) / Double(b)
      }
    }
    #expect(Swift.abs(parts[3][0] - wanted) < 1e-5, "\(parts[3][0]), \(wanted)")
  }

  /// The mean of the stratified estimate of q(z), over all batches that have an example in a row, is q(z) itself.
  @Test func stratifiedWeightsAreUnbiased() {
    let n = 6
    let values = (0..<n).map { 0.3 + Double($0 * $0) }
    let truth = values.reduce(0, +) / Double(n)
    let m = 2.0
    var (sum, count) = (0.0, 0.0)
    // Row 0 has example 0; the two others are any two of the rest, in any order.
    for a in 1..<n {
      for b in 1..<n where b != a {
        sum += values[0] / Double(n) + values[a] * (Double(n) - m) / (Double(n) * m) + values[b] / m
        count += 1
      }
    }
    #expect(Swift.abs(sum / count - truth) < 1e-12)
  }

  @Test func covariancesOfDIPAreTheNaiveOnes() throws {
    for (family, ofDraws) in [(Family.dipI, false), (.dipII, true)] {
      let (objective, empty) = try objective(family, rows: 4)
      let terms = try objective.terms()
      let own = try family.ownTerms.map { try #require(terms.terms[$0]) }
      let reference = filled(empty, objective)
      let (q, _) = try objective.encoded()
      let values = reference.evaluate([q.mean, q.logVariance] + own)
      func covariance(_ a: Int, _ b: Int) -> Double {
        let means = (0..<3).map { d in (0..<4).reduce(0.0) { $0 + values[0][$1 * 3 + d] } / 4 }
        let c = (0..<4).reduce(0.0) { sum, i in
          sum + (values[0][i * 3 + a] - means[a]) * (values[0][i * 3 + b] - means[b]) / 4
        }
        return a == b && ofDraws ? c + (0..<4).reduce(0.0) { $0 + exp(values[1][$1 * 3 + a]) / 4 } : c
      }
      var (off, diagonal) = (0.0, 0.0)
      for a in 0..<3 {
        for b in 0..<3 where a != b { off += covariance(a, b) * covariance(a, b) }
        diagonal += (covariance(a, a) - 1) * (covariance(a, a) - 1)
      }
      #expect(Swift.abs(values[2][0] - off) < 1e-10 && Swift.abs(values[3][0] - diagonal) < 1e-10, "\(family)")
    }
  }

  /// The kernels' sums, term by term in Double; and 0 on average, within five standard errors, where both are of the prior.
  @Test func discrepanciesAreTheNaiveSumsAndUnbiased() throws {
    let (b, d) = (8, 3)
    let graph = Graph()
    let z = try graph.input("z", [b, d])
    let p = try graph.input("p", [b, d])
    let mmd = try MaximumMeanDiscrepancy.squared(z, p)
    func kernel(_ x: ArraySlice<Double>, _ y: ArraySlice<Double>) -> Double {
      let distance = zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      return [0.1, 0.2, 0.5, 1, 2, 5, 10].reduce(0) { $0 + $1 * 6 / ($1 * 6 + distance) }
    }
    func row(_ values: [Double], _ i: Int) -> ArraySlice<Double> { values[i * d..<(i + 1) * d] }
    var results: [Double] = []
    for trial in 0..<400 {
      let stream = RandomStream(seed: UInt64(trial), purpose: "test")
      let values = (0..<2 * b * d).map { Double(stream.normal($0)) }
      let (a, c) = (Array(values[..<(b * d)]), Array(values[(b * d)...]))
      let found = Reference(leaves: ["z": a, "p": c]).evaluate([mmd])[0][0]
      results.append(found)
      guard trial < 3 else { continue }
      var (own, cross) = (0.0, 0.0)
      for i in 0..<b {
        for j in 0..<b {
          if i != j { own += kernel(row(a, i), row(a, j)) + kernel(row(c, i), row(c, j)) }
          cross += kernel(row(a, i), row(c, j))
        }
      }
      let wanted = own / Double(b * (b - 1)) - 2 * cross / Double(b * b)
      #expect(Swift.abs(found - wanted) < 1e-5)
    }
    let mean = results.reduce(0, +) / 400
    let spread = (results.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 400).squareRoot()
    #expect(Swift.abs(mean) < 5 * spread / 20, "\(mean)")
  }

  /// Of a linear decoder the squared Jacobian is ‖W‖²_F at every code: on average over the signs, and exactly where W has one
  /// column.
  @Test func theGradientPenaltyOfALinearDecoderIsItsSquaredWeights() throws {
    let (objective, empty) = try objective(
      .regularized, rows: 40, decoder: "dense6:none", ["penalty": .text("gp")])
    let penalty = try #require(try objective.terms().terms[TermName("penalty")])
    let reference = filled(empty, objective)
    let w = try #require(reference.leaves["decoder.1.weight"])
    let wanted = w.reduce(0) { $0 + $1 * $1 }
    var values: [Double] = []
    for seed in 0..<20 {
      let other = Reference(leaves: reference.leaves, seed: UInt64(seed))
      values.append(other.evaluate([penalty])[0][0])
    }
    let mean = values.reduce(0, +) / 20
    let error = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20 / 19).squareRoot()
    #expect(Swift.abs(mean - wanted) < 5 * error, "\(mean) ± \(error), ‖W‖² = \(wanted)")
    let (plain, start) = try self.objective(.regularized, rows: 2, decoder: "dense6:none")
    let length = try #require(try plain.terms().terms[TermName("penalty")])
    let at = filled(start, plain)
    let all = ["decoder.1.weight", "decoder.1.bias"].flatMap { at.leaves[$0] ?? [] }
    #expect(Swift.abs(at.evaluate([length])[0][0] - all.reduce(0) { $0 + $1 * $1 }) < 1e-12)
  }

  /// Of InfoVAE: α = 0 and λ = 1 is a VAE; combinations that reward mismatch are refused.
  @Test func infoVAEIsAVAEAtOneEnd() throws {
    let (objective, empty) = try objective(.info, rows: 4, ["alpha": .number(0), "lambda": .number(1)])
    let terms = try objective.terms()
    let values = filled(empty, objective).evaluate([terms.loss, terms.reconstruction, terms.kl])
    #expect(Swift.abs(values[0][0] - values[1][0] - values[2][0]) < 1e-12)
    for (alpha, lambda, word) in [(0.0, 0.5, "lambda"), (1.5, 3, "alpha")] {
      var configuration = objective.configuration
      try Family.info.setting("alpha")?.set(.number(alpha), in: &configuration)
      try Family.info.setting("lambda")?.set(.number(lambda), in: &configuration)
      #expect(Family.info.objection(configuration)?.word == word)
    }
    #expect(Family.info.objection(objective.configuration) == nil)
  }
}
