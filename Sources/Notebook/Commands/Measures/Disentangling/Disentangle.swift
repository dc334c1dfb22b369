import Datasets
import SessionCore
import Tensors
import Text
import VAEngine

/// `disentangle`.
struct Disentangle: DeclaredCommand {
  static let about = About(
    "disentangle", family: .measures, summary: "scores of disentanglement, of data with known factors",
    details: """
      Codes are posterior means. Two thirds of the examples, at most 10,000, are learned from, the rest, at most 5,000, asked about, \
      and settings are those of disentanglement_lib: 20 bins, groups of 64, dimensions that deviate by less than 0.05 left out of \
      the FactorVAE score. Of a score its value by codes of pure noise is listed beside it: not all of them are 0 there. With fewer \
      bins than a factor has values the mutual information gap cannot reach 1; what it can is its ceiling.
      """,
    returns: .init(.report, "the scores, and a table of the factors"),
    examples: [
      .init("disentangle m on=s", "all scores, on data with known factors such as sprites"),
      .init("disentangle m on=s scores=mig,dci bins=40", "two of them"),
    ])

  @Argument(takesPipe: true, help: "the model") var model: ModelValue
  let data = MeasuredData()
  @Option(
    .text(
      placeholder: "mig,dci",
      suggestions: DisentanglementScores.Kind.allCases.map { ValueWord($0.rawValue, $0.summary) }),
    note: "all", help: "scores, by commas") var scores: String?
  @Option(.text(placeholder: "x,y", suggestions: []), note: "all", help: "factors, by commas") var factors: String?
  @Option(.integer(2...10_000), default: 20, help: "bins of a dimension, for mutual information") var bins: Int
  let seed = MeasureSeed()

  func run(_ call: Call) throws -> Value {
    let (kinds, bins) = (try Self.kinds(scores, at: $scores), bins)
    let subject = try DisentangledCodes(
      model, at: $model, data: data, factors: factors, at: $factors, seed: seed.value, call)
    let found = try subject.scores(kinds, bins: bins, seed: seed.value, call)
    var fields: [Report.Field] = []
    func add(_ name: String, _ label: String, _ value: Double?, _ detail: String) {
      guard let value else { return }
      fields.append(.init(name, label: label, .fixed(value, decimals: 3), detail: ", " + detail))
    }
    let chance = NumberText.fixed(1 / Double(found.factors.count), decimals: 2)
    if kinds.contains(.mig) {
      let ceiling = NumberText.fixed(found.information.ceilings.average, decimals: 3)
      add("mig", "MIG", found.information.gaps.average, "at most \(ceiling) with \(bins) bins; of noise 0")
    }
    if kinds.contains(.factorvae) {
      add(
        "factorvae", "FactorVAE score", found.factorVAE ?? 0,
        found.factorVAE == nil ? "no dimension deviates by 0.05" : "of noise \(chance)")
    }
    add("betavae", "β-VAE score", found.betaVAE, "of noise \(chance)")
    add("dci_disentanglement", "DCI disentanglement", found.dci?.disentanglement, "of noise about 0")
    add("dci_completeness", "DCI completeness", found.dci?.completeness, "of noise about 0")
    add("dci_informativeness", "DCI informativeness", found.dci?.informativeness, "test accuracy of boosted trees")
    add("sap", "SAP", found.separations?.average, "of noise 0")
    if kinds.contains(.modularity) {
      add("modularity", "modularity", found.information.modularity, "of noise .67 of five factors")
    }
    add("explicitness", "explicitness", found.explicitness?.average, "of noise .5")
    add("irs", "IRS", found.robustness, "of normal noise .38")
    return .report(
      Report(
        title:
          "\(subject.name) on \(subject.title): codes of \(NumberText.count(found.counts.train)) examples, asked about \(NumberText.count(found.counts.test))",
        fields: fields, tables: [.init("factors", Self.table(found))]))
  }

  static func kinds(_ text: String?, at place: ArgumentPlace) throws -> Set<DisentanglementScores.Kind> {
    guard let text else { return Set(DisentanglementScores.Kind.allCases) }
    return try Set(
      text.split(separator: ",", omittingEmptySubsequences: false).map { word in
        guard let kind = DisentanglementScores.Kind(rawValue: String(word)) else {
          let known = DisentanglementScores.Kind.allCases.map(\.rawValue)
          throw place.fault(
            .badOptionValue, "scores: '\(word)' is no score",
            fix: Suggestion.question(String(word), in: known) ?? "Known: \(known.joined(separator: ", ")).")
        }
        return kind
      })
  }

  /// A row for each factor.
  private static func table(_ found: DisentanglementScores) -> Table {
    let shares = found.information.shares
    let has = found.kinds
    var columns: [Table.Column] = [
      .init("factor"), .init("values"), .init("dimension"), .init("knows (%)", key: "share"),
    ]
    if has.contains(.mig) { columns += [.init("MIG", key: "mig"), .init("ceiling")] }
    if has.contains(.sap) { columns.append(.init("SAP", key: "sap")) }
    if has.contains(.dci) { columns.append(.init("accuracy (%)", key: "accuracy")) }
    if has.contains(.explicitness) { columns.append(.init("explicitness")) }
    let rows: [[Table.Cell]] = found.factors.enumerated().map { f, factor in
      let best = shares.indices.max { shares[$0][f] < shares[$1][f] } ?? 0
      var row: [Table.Cell] = [
        .text(factor.name), .count(factor.count), .count(best),
        .fixed(100 * (shares.isEmpty ? 0 : shares[best][f]), decimals: 1),
      ]
      if has.contains(.mig) {
        row += [.fixed(found.information.gaps[f], decimals: 3), .fixed(found.information.ceilings[f], decimals: 3)]
      }
      if has.contains(.sap) { row.append(found.separations.map { .fixed($0[f], decimals: 3) } ?? .empty) }
      if has.contains(.dci) { row.append(found.dci.map { .fixed(100 * $0.accuracies[f], decimals: 1) } ?? .empty) }
      if has.contains(.explicitness) { row.append(found.explicitness.map { .fixed($0[f], decimals: 3) } ?? .empty) }
      return row
    }
    return Table(
      title: "factors", columns: columns, rows: rows,
      notes: ["dimension: the one that knows most of the factor, by mutual information"])
  }
}
