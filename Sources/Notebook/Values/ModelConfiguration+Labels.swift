import SessionCore
import VAEngine

/// What a model's numbers are called: one place, so that every report says the same.
extension ModelConfiguration {
  /// A plain autoencoder: codes, and no prior, posterior, ELBO or weight of a KL.
  var isPlain: Bool { !family.isProbabilistic }

  /// The unit of −log p(x | z); a squared error is none of nats.
  var lossUnit: String { likelihood.unit }

  var lossUnitPerExample: String { "\(lossUnit)/example" }

  /// The unit of a speed: not all examples are images.
  var speedUnit: String { exampleShape.rank == 3 && exampleShape[1] > 1 ? "images/s" : "examples/s" }

  /// What −ELBO bounds, and importance sampling estimates.
  var evidence: String { family.isConditional ? "log p(x | y)" : "log p(x)" }

  /// −ELBO's unit: of a conditional model it bounds something else, which is said.
  var boundUnit: String { family.isConditional ? "nats/example, of \(evidence)" : "nats/example" }

  /// What an evaluation decodes, and what it encodes where training does it otherwise.
  var measuredWay: String {
    if isPlain { return "decoded codes" }
    return (family.corruptsInput ? "clean input, " : "") + "one posterior draw each"
  }

  /// The family's own terms of an epoch.
  func ownFields(of epoch: TrainingHistory.Epoch) -> [Report.Field] {
    family.ownTerms.compactMap { term in
      epoch.own?[term.name].map { value in
        .init(term.name, .fixed(value, decimals: 2), unit: term.unit.isEmpty ? "" : "\(term.unit)/example")
      }
    }
  }

  /// What pictures that are decoded show.
  func shown(_ kind: DecodedKind = .means) -> String {
    if kind == .samples { return "samples of p(x | z)" }
    return isPlain ? "decoded codes" : "means of p(x | z)"
  }
}

extension Model {
  /// `evaluate`, which refuses data outside of what the likelihood is of.
  func measured(
    _ data: DatasetValue, seed: UInt64 = 0, progress: (Double) throws -> Void = { _ in }
  ) throws -> Evaluation {
    _ = try checkValues(data.source)
    return try evaluate(data.source, options: .init(seed: seed), progress: progress)
  }
}

extension DatasetValue {
  /// The same examples, each with one draw of its random transforms for the whole of a statement.
  func drawnOnce(seed: UInt64 = 0) -> DatasetValue {
    DatasetValue(
      dataset.drawnOnce(seed: seed), origin: origin,
      made: made.map { Part(name: $0.name, dataset: $0.dataset.drawnOnce(seed: seed)) }, isWhole: isWhole)
  }
}
