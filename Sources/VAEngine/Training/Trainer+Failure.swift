import Graphs
import Tensors

extension Trainer {
  /// Finds the failing step by repeating the steps from the last finite state, which are bit-identical: it is the first
  /// whose loss, gradient or update is not finite. Then restores that state. If the search is stopped, the step at
  /// which the failure was detected is reported.
  func failure(_ order: [Int32], _ safe: FiniteState, _ stop: StopSignal?) throws -> NonFiniteError {
    let seen = (step: max(model.training.step, 1) - 1, epoch: model.training.epoch)
    safe.restore(model)
    defer { safe.restore(model) }
    while true {
      if stop?.isRequested == true {
        return NonFiniteError(
          what: "the loss or a parameter", tensor: nil, step: seen.step, epoch: seen.epoch, indices: [],
          restoredStep: safe.state.step)
      }
      let indices = nextBatch(order)
      let (number, epoch) = (model.training.step, model.training.epoch)
      let terms = try step(indices)
      let named = model.configuration.family.ownTerms.map { ($0.label, terms.own?[$0.name] ?? 0) }
      let term = ([("reconstruction", terms.reconstruction), ("KL", terms.kl)] + named + [("loss", terms.loss)]).first {
        !$0.1.isFinite
      }
      let gradient = try model.firstNonFiniteGradient()
      let parameter = model.parameters.firstNonFinite().map { "\($0.name)[\($0.index)]" }
      let tensor = gradient ?? parameter
      // If no earlier step fails, it is the last step of the epoch.
      if term == nil, tensor == nil, model.training.batchInEpoch < split.count { continue }
      let what = term.map { "the \($0.0) (\($0.1.isNaN ? "NaN" : "infinite"))" }
      return NonFiniteError(
        what: what ?? tensor ?? "a parameter", tensor: what == nil ? nil : tensor, step: number, epoch: epoch,
        indices: indices.map(Int.init), restoredStep: safe.state.step)
    }
  }
}

/// The last state with finite parameters.
struct FiniteState {
  private(set) var snapshot: ParameterStore.Snapshot
  private(set) var state: TrainingState

  init(_ model: Model) throws { (snapshot, state) = (try model.parameters.snapshot(), model.training) }

  func restore(_ model: Model) {
    model.parameters.restore(snapshot)
    model.training = state
  }

  /// Saves the model's state; returns false without saving when a parameter is not finite.
  mutating func update(_ model: Model) throws -> Bool {
    guard model.parameters.firstNonFinite() == nil else { return false }
    self = try FiniteState(model)
    return true
  }
}

extension Model {
  /// The first gradient of the last step with an element that is not finite: `the gradient of encoder.1.weight[3]`.
  fileprivate func firstNonFiniteGradient() throws -> String? {
    for spec in parameters.specs where spec.trainable {
      let elements = try parameters.gradient(spec.name).elements(as: Float.self)
      if let index = elements.firstIndex(where: { !$0.isFinite }) { return "the gradient of \(spec.name)[\(index)]" }
    }
    return nil
  }
}
