import Datasets
import Language
import SessionCore
import Tensors
import Text
import VAEngine

/// A model's codes of data whose factors are known.
struct DisentangledCodes {
  let name: String
  let title: String
  let codes: FactorCodes
  private let live: Model

  /// - Parameters:
  ///   - chosen: Names of factors, by commas; nil for all.
  init(
    _ model: ModelValue, at place: ArgumentPlace, data: MeasuredData, factors chosen: String?,
    at chosenPlace: ArgumentPlace, seed: UInt64, _ call: Call
  ) throws {
    let source = try data.data(for: model, at: place, call).drawnOnce(seed: seed)
    try self.init(
      model.model(threads: call.threads), named: place.variable ?? "m", source, factors: chosen, at: chosenPlace,
      seed: seed, call.execution
    ) { call.fault($0, $1, fix: $2) }
  }

  init(
    _ live: Model, named name: String, _ source: DatasetValue, factors chosen: String?, at chosenPlace: ArgumentPlace,
    seed: UInt64, _ execution: Execution, fault: (ErrorCode, String, String?) -> Fault
  ) throws {
    (self.name, title, self.live) = (name, source.title, live)
    guard let known = source.dataset.factors else {
      throw fault(
        .notSupported, "\(source.title) has no known factors of variation",
        "Load data that have them: load sprites, or an .npz with latents_classes or factors.")
    }
    var indices = Array(known.factors.indices)
    if let chosen {
      indices = try chosen.split(separator: ",", omittingEmptySubsequences: false).map { word in
        guard let index = known.names.firstIndex(of: String(word)) else {
          throw chosenPlace.fault(
            .badOptionValue, "factors: the data have no factor '\(word)'",
            fix: Suggestion.question(String(word), in: known.names) ?? "Known: \(known.names.joined(separator: ", ")).")
        }
        return index
      }
    }
    // As many as are learned from and asked about, chosen by the seed.
    let order = Shuffle.order(count: source.dataset.count, seed: seed, epoch: 0).prefix(15_000).map { Int($0) }
    let part = source.subset(order, title: source.title)
    let means = try live.encode(part.source, seed: seed) { try execution.working("encode", $0) }.mean
    let values = means.elements(as: Float.self)
    let d = means.shape[1]
    let factors = indices.map { index in
      FactorCodes.Factor(
        known.names[index], classes: order.map { known.value(source.dataset.storageIndex($0), index) },
        isOrdered: known.factors[index].valueNames.isEmpty)
    }
    do {
      codes = try FactorCodes(
        dimensions: (0..<d).map { j in order.indices.map { Double(values[$0 * d + j]) } }, factors: factors)
    } catch {
      let others = indices.map { known.names[$0] }
      let fix: String? =
        if case .constant(let name) = error {
          "Leave it out: factors=\(others.filter { $0 != name }.joined(separator: ","))"
        } else {
          nil
        }
      throw fault(.notSupported, error.description, fix)
    }
  }

  func scores(
    _ kinds: Set<DisentanglementScores.Kind>, bins: Int, seed: UInt64, _ call: Call
  ) throws -> DisentanglementScores {
    try DisentanglementScores(codes, kinds, bins: bins, seed: seed, options: live.options) {
      try call.execution.working("disentangle", $0)
    }
  }
}
