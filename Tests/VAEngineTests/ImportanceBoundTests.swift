import Glibc
import Graphs
import Networks
import Tensors
import Testing
import VAEngine

/// The bounds of importance samples: what they are equal to at their ends, and what each network descends.
@Suite struct ImportanceBoundTests {
  private static let rows = 3

  private func objective(
    _ family: Family, k: Int, _ settings: [String: Setting.Value] = [:]
  ) throws -> (ObjectiveGraph, Objective) {
    var configuration = try ModelConfiguration(
      family: family,
      architecture: Architecture(name: "linear", encoder: [], decoder: LayerText.parse("dense4:none")),
      exampleShape: [4], latentDimensions: 2, likelihood: .gaussian(sigma: 0.5), importanceSamples: k)
    for (word, value) in settings { try family.setting(word)?.set(value, in: &configuration) }
    let objective = ObjectiveGraph(configuration, rows: Self.rows, training: true)
    return (objective, try objective.terms())
  }

  private func reference(_ objective: ObjectiveGraph) -> Reference {
    var reference = Reference(leaves: [:], seed: 4)
    reference.leaves["x"] = (0..<Self.rows * 4).map { 0.5 + 0.4 * sin(Double($0)) }
    reference.leaves["elbo"] = [Double(objective.configuration.settings["elbo"] ?? 0)]
    for (index, spec) in objective.builder.specs.enumerated() {
      reference.leaves[spec.name] = (0..<spec.shape.count).map { 0.3 * sin(Double($0 * 7 + index) + 0.3) }
    }
    return reference
  }

  private func loss(_ family: Family, k: Int, _ settings: [String: Setting.Value] = [:]) throws -> Double {
    let (objective, terms) = try objective(family, k: k, settings)
    return reference(objective).evaluate([terms.loss])[0][0]
  }

  /// The draws of M · k samples are the same numbers for every family.
  @Test func atTheirEndsTheyAreIWAEAndTheELBO() throws {
    let miwae = Family.multiplyImportanceWeighted
    let ciwae = Family.combinationImportanceWeighted
    let iwae = try loss(.importanceWeighted, k: 6)
    #expect(Swift.abs(try loss(miwae, k: 6, ["repeats": .integer(1)]) - iwae) < 1e-12)
    #expect(Swift.abs(try loss(ciwae, k: 6, ["elbo": .number(0)]) - iwae) < 1e-12)
    let elbo = try loss(miwae, k: 1, ["repeats": .integer(6)])
    #expect(Swift.abs(try loss(ciwae, k: 6, ["elbo": .number(1)]) - elbo) < 1e-12)
    let between = try loss(ciwae, k: 6, ["elbo": .number(0.25)])
    #expect(Swift.abs(between - 0.25 * elbo - 0.75 * iwae) < 1e-12)
    #expect(Swift.abs(try loss(.partiallyImportanceWeighted, k: 3, ["repeats": .integer(2)]) - iwae) < 1e-12)
    // Jensen: of the same draws more samples bound more tightly.
    let three = try loss(miwae, k: 3, ["repeats": .integer(2)])
    #expect(iwae < three && three < elbo)
  }

  /// Slopes of `of` in Double along every parameter, against the gradients of `family`'s loss.
  private func slopes(of loss: Symbol, _ objective: ObjectiveGraph, _ spec: String) -> [Double] {
    let at = reference(objective)
    let values = at.leaves[spec] ?? []
    return values.indices.map { i in
      let ends = [1e-5, -1e-5].map { h -> Double in
        var moved = at
        moved.leaves[spec]?[i] += h
        return moved.evaluate([loss])[0][0]
      }
      return (ends[0] - ends[1]) / 2e-5
    }
  }

  private func gradients(_ objective: ObjectiveGraph, _ terms: Objective) throws -> [String: [Double]] {
    let specs = objective.builder.specs.filter(\.trainable)
    let graph = objective.graph
    let found = try graph.gradients(
      of: terms.loss, withRespectTo: specs.map { spec throws(ShapeError) in try graph.parameter(spec.name, spec.shape) }
    )
    return Dictionary(uniqueKeysWithValues: zip(specs.map(\.name), reference(objective).evaluate(found)))
  }

  /// PIWAE: the encoder's slopes are those of MIWAE, the decoder's those of the bound of all samples.
  @Test func eachNetworkOfPIWAEDescendsItsOwnBound() throws {
    let (objective, terms) = try objective(.partiallyImportanceWeighted, k: 3, ["repeats": .integer(2)])
    let (first, ofEncoder) = try self.objective(.multiplyImportanceWeighted, k: 3, ["repeats": .integer(2)])
    let (second, ofDecoder) = try self.objective(.importanceWeighted, k: 6)
    for (name, gradient) in try gradients(objective, terms) {
      let wanted =
        name.hasPrefix("encoder.")
        ? slopes(of: ofEncoder.loss, first, name) : slopes(of: ofDecoder.loss, second, name)
      let isEqual = zip(gradient, wanted).allSatisfy { Swift.abs($0 - $1) < 1e-6 * Swift.max(1, Swift.abs($1)) }
      #expect(isEqual, "\(name): \(gradient), \(wanted)")
    }
  }

  /// DReG by its definition, −Σ w̃² ∂log w/∂z · ∂z/∂φ, for the biases of the heads of a linear model, whose derivatives are known:
  /// ∂log w/∂z = Wᵀ(x − Wz − b)/σ² − z + (z − m)/v.
  @Test(arguments: [Family.importanceWeighted, .multiplyImportanceWeighted, .partiallyImportanceWeighted])
  func theDoublyReparameterizedGradientIsItsDefinition(_ family: Family) throws {
    let repeats = family == .importanceWeighted ? 1 : 2
    let k = 3
    var settings: [String: Setting.Value] = ["gradient": .text("dreg")]
    if repeats > 1 { settings["repeats"] = .integer(repeats) }
    let (objective, terms) = try objective(family, k: k, settings)
    let found = try gradients(objective, terms)
    let at = reference(objective)
    let (q, _) = try objective.encoded()
    let noise = try objective.graph.random(.normal, "posterior", [k * repeats, Self.rows, 2], rowAxis: 1)
    let parts = at.evaluate([q.mean, q.logVariance, noise])
    let w = try #require(at.leaves["decoder.1.weight"])
    let b = try #require(at.leaves["decoder.1.bias"])
    let x = try #require(at.leaves["x"])
    var (ofMean, ofLogVariance) = ([0.0, 0.0], [0.0, 0.0])
    for row in 0..<Self.rows {
      for group in 0..<repeats {
        var (logWeights, slopes): ([Double], [[Double]]) = ([], [])
        for i in 0..<k {
          let place = ((group * k + i) * Self.rows + row) * 2
          let m = Array(parts[0][row * 2..<row * 2 + 2])
          let s = Array(parts[1][row * 2..<row * 2 + 2])
          let e = Array(parts[2][place..<place + 2])
          let z = (0..<2).map { m[$0] + exp(0.5 * s[$0]) * e[$0] }
          var residual = [0.0, 0.0, 0.0, 0.0]
          for j in 0..<4 { residual[j] = x[row * 4 + j] - b[j] - z[0] * w[j] - z[1] * w[4 + j] }
          var logWeight = 0.0
          for r in residual { logWeight -= r * r / 0.5 }
          for d in 0..<2 { logWeight += 0.5 * (e[d] * e[d] + s[d] - z[d] * z[d]) }
          logWeights.append(logWeight)
          var slope = [0.0, 0.0]
          for d in 0..<2 {
            for j in 0..<4 { slope[d] += w[d * 4 + j] * residual[j] / 0.25 }
            slope[d] += (z[d] - m[d]) * exp(-s[d]) - z[d]
          }
          slopes.append(slope)
        }
        let peak = logWeights.max() ?? 0
        let total = logWeights.reduce(0) { $0 + exp($1 - peak) }
        for i in 0..<k {
          let place = ((group * k + i) * Self.rows + row) * 2
          let squared = pow(exp(logWeights[i] - peak) / total, 2)
          for d in 0..<2 {
            let slope = squared * slopes[i][d] / Double(Self.rows * repeats)
            ofMean[d] -= slope
            ofLogVariance[d] -= slope * 0.5 * exp(0.5 * parts[1][row * 2 + d]) * parts[2][place + d]
          }
        }
      }
    }
    for (name, wanted) in [("encoder.mean.bias", ofMean), ("encoder.logVariance.bias", ofLogVariance)] {
      let gradient = try #require(found[name])
      #expect(zip(gradient, wanted).allSatisfy { Swift.abs($0 - $1) < 1e-6 }, "\(name): \(gradient), \(wanted)")
    }
    // The decoder's is that of the bound.
    let standard = try self.objective(
      family == .partiallyImportanceWeighted ? .importanceWeighted : family,
      k: family == .partiallyImportanceWeighted ? k * repeats : k,
      family == .multiplyImportanceWeighted ? ["repeats": .integer(repeats)] : [:])
    for name in ["decoder.1.weight", "decoder.1.bias"] {
      let wanted = slopes(of: standard.1.loss, standard.0, name)
      let gradient = try #require(found[name])
      #expect(zip(gradient, wanted).allSatisfy { Swift.abs($0 - $1) < 1e-6 * Swift.max(1, Swift.abs($1)) }, "\(name)")
    }
  }
}
