import Graphs
import Tensors

extension Trainer {
  /// Finds the step at fault by running again from the last good state: the same steps give the same bits, and the first
  /// whose loss, gradient or update is not finite is it. Then puts that state back. A search that is stopped names the
  /// step where it was seen.
  func failure(_ order: [Int32], _ safe: FiniteState, _ stop: StopSignal?) throws -> NonFiniteError {
    let seen = (step: max(model.training.step, 1) - 1, epoch: model.training.epoch)
    func restore() {
      model.parameters.restore(safe.snapshot)
      model.training = safe.state
    }
    restore()
    defer { restore() }
    while true {
      if stop?.isRequested == true {
        return NonFiniteError(
          what: "the loss or a parameter", tensor: nil, step: seen.step, epoch: seen.epoch, indices: [],
          restoredStep: safe.state.step)
      }
      let indices = nextBatch(order)
      let (number, epoch) = (model.training.step, model.training.epoch)
      let terms = try step(indices)
      let term = [("reconstruction", terms.reconstruction), ("KL", terms.kl), ("loss", terms.loss)].first {
        !$0.1.isFinite
      }
      let gradient = try model.firstNonFiniteGradient()
      let parameter = model.parameters.firstNonFinite().map { "\($0.name)[\($0.index)]" }
      let tensor = gradient ?? parameter
      // The last step of the epoch is at fault when no other was.
      if term == nil, tensor == nil, model.training.batchInEpoch * plan.batchSize < order.count { continue }
      let what = term.map { "the \($0.0) (\($0.1.isNaN ? "NaN" : "infinite"))" }
      return NonFiniteError(
        what: what ?? tensor ?? "a parameter", tensor: what == nil ? nil : tensor, step: number, epoch: epoch,
        indices: indices.map(Int.init), restoredStep: safe.state.step)
    }
  }
}

/// The last state known to be good.
struct FiniteState {
  private(set) var snapshot: ParameterStore.Snapshot
  private(set) var state: TrainingState

  init(_ model: Model) throws { (snapshot, state) = (try model.parameters.snapshot(), model.training) }

  /// Takes the model's state; false, and nothing done, when a parameter is not finite.
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
