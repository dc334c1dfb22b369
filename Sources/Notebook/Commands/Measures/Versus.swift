import SessionCore
import Tensors
import Text
import VAEngine

/// `versus`.
struct Versus: DeclaredCommand {
  static let about = About(
    "versus", family: .measures, summary: "a VAE against a plain autoencoder, measured",
    details: """
      Reconstruction from the codes' means; quality (distance to the nearest real example, precision) and diversity (recall, \
      spread) of samples; smoothness of interpolations; labels read from the codes, linearly and by neighbors. A \
      difference below two standard errors is within noise.
      """,
    returns: .init(.table), examples: [.init("versus m a on=d", "what the prior buys, and what it costs")])

  @Argument(help: "the VAE") var model: ModelValue
  @Argument(help: "the autoencoder") var other: ModelValue
  let data = MeasuredData()
  @Option(.integer(10...5000), default: 300, help: "samples and pairs") var n: Int
  @Option(
    note: "samples, where both likelihoods have them",
    help: "what is decoded of the prior's draws: samples of p(x|z) or its means")
  var draws: DecodedKind?
  let seed = MeasureSeed()

  func run(_ call: Call) throws -> Value {
    let (a, b) = (model, other)
    guard a.configuration.exampleShape == b.configuration.exampleShape else {
      throw call.fault(
        .notComparable, "one is for \(a.configuration.exampleShape), the other for \(b.configuration.exampleShape)")
    }
    let seed = seed.value
    let given = try data.data(for: a, at: $model, call).drawnOnce(seed: seed)
    let n = min(n, given.testPart.dataset.count)
    let names = ($model.raw, $other.raw)
    let kind = try draws.chosen(for: [a, b], at: $draws)
    let sets = try ProbeSets(given, training: a.trainingData(call), seed: seed)
    let probe = try VersusProbe(
      source: given.testPart, n: n, seed: seed, kind: kind, probes: sets, execution: call.execution)
    let (left, right) = (
      try probe.measure(a, name: names.0), try probe.matched(to: b).measure(b, name: names.1)
    )
    let rows = zip(left.measures, right.measures).map { x, y -> [Table.Cell] in
      let difference = probe.difference(x, y)
      let (gap, error) = (difference.mean, difference.standardError)
      let isClear = abs(gap) > 2 * error
      let better = !isClear ? "within noise" : (gap < 0) == x.lowerIsBetter ? names.0 : names.1
      return [
        .text(x.what), Self.cell(x.value, error), Self.cell(y.value, error), Self.cell(gap, error),
        error > 0 ? Self.cell(error, error) : .empty, .text(better),
      ]
    }
    func decoded(_ name: String, _ model: ModelValue) -> String { "\(name)'s are \(model.configuration.shown(kind))" }
    var notes = [
      "MSE is per pixel. Samples: \(n) draws of N(0, I), which only a VAE was trained for; \(decoded(names.0, a)), \(decoded(names.1, b)). "
        + "Reconstructions and interpolations are decoded means of both. Distances are Euclidean, in pixels, to the nearest "
        + "of \(n) real examples; k = \(left.neighbors) for precision and recall; diversity is the mean distance of pairs, "
        + "\(NumberText.short(probe.realDiversity.mean, digits: 4)) among the real, and its gap how far that is missed. Steps are those of \(VersusProbe.stops) "
        + "images between two codes; 1 is even.",
      "± is the standard error of the difference; below two of them it is within noise.",
    ]
    if let sets {
      notes.append(
        "Probes: the share of right labels, \(NumberText.count(sets.askedLabels.count)) read by \(NumberText.count(sets.knownLabels.count)) \(sets.origin)."
      )
    }
    var table = Table(
      title:
        "\(names.0) (\(a.configuration.family.word)) against \(names.1) (\(b.configuration.family.word)) on \(given.testPart.title)",
      columns: [
        .init("measure"), .init(names.0, key: FieldKey.named(names.0)), .init(names.1, key: FieldKey.named(names.1)),
        .init("difference"), .init("±", key: "standard_error"), .init("better"),
      ], rows: rows, notes: notes)
    if kind == .samples, left.hasGray,
      [a, b].contains(where: { $0.configuration.likelihood.measure == .binaryProbability })
    {
      table.caveats = [EvaluateExtras.graySamples]
    }
    return .table(table)
  }

  /// As many decimals as the error leaves two digits for.
  private static func cell(_ value: Double, _ error: Double) -> Table.Cell {
    error > 0 ? .fixed(value, decimals: Table.Cell.decimals(of: error)) : .number(value)
  }
}
