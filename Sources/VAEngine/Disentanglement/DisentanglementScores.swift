import Graphs
import Tensors

/// All scores of one set of codes; nil for one that was not asked for.
package struct DisentanglementScores: Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    case mig, factorvae, betavae, dci, sap, modularity, explicitness, irs

    /// One line, no full stop.
    package var summary: String {
      switch self {
      case .mig: "mutual information gap (Chen et al. 2018)"
      case .factorvae: "majority vote of least varying dimensions (Kim & Mnih 2018)"
      case .betavae: "linear classifier of differences (Higgins et al. 2017)"
      case .dci: "disentanglement, completeness, informativeness (Eastwood & Williams 2018)"
      case .sap: "separated attribute predictability (Kumar et al. 2018)"
      case .modularity: "one factor a dimension (Ridgeway & Mozer 2018)"
      case .explicitness: "factors by logistic regression (Ridgeway & Mozer 2018)"
      case .irs: "interventional robustness (Suter et al. 2019)"
      }
    }
  }

  package let factors: [FactorCodes.Factor]
  package let information: InformationScores
  package private(set) var factorVAE: Double?
  package private(set) var betaVAE: Double?
  package private(set) var dci: DCI?
  package private(set) var separations: [Double]?
  package private(set) var explicitness: [Double]?
  package private(set) var robustness: Double?
  package let kinds: Set<Kind>
  /// Examples that were learned from, and that were asked about.
  package let counts: (train: Int, test: Int)

  /// MIG, SAP, modularity, robustness and the votes are of the training two thirds, as in disentanglement_lib.
  ///
  /// - Parameter progress: Called with the fraction done.
  package init(
    _ codes: FactorCodes, _ kinds: Set<Kind>, bins: Int, seed: UInt64, options: CompilerOptions = CompilerOptions(),
    progress: (Double) throws -> Void = { _ in }
  ) throws {
    let (train, test) = codes.halves
    (factors, self.kinds, counts) = (train.factors, kinds, (train.count, test.count))
    information = InformationScores(train, bins: bins)
    let interventions = InterventionScores(train, seed: seed)
    if kinds.contains(.sap) { separations = RegressionScores.separations(train) }
    if kinds.contains(.irs) { robustness = RegressionScores.robustness(train) }
    try progress(0.05)
    if kinds.contains(.factorvae) { factorVAE = interventions.factorVAE() }
    try progress(0.1)
    if kinds.contains(.betavae) { betaVAE = try interventions.betaVAE(options: options) }
    try progress(0.2)
    if kinds.contains(.explicitness) {
      explicitness = try Explicitness.scores(train: train, test: test, options: options)
    }
    try progress(0.3)
    if kinds.contains(.dci) { dci = try DCI(train: train, test: test) { try progress(0.3 + 0.7 * $0) } }
  }
}

extension Array<Double> {
  /// 0 of none.
  package var average: Double { isEmpty ? 0 : reduce(0, +) / Double(count) }
}
