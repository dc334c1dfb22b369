import Graphs
import Synchronization
import Tensors

/// The options of one call to train.
package struct TrainingPlan: Sendable, Equatable, Codable {
  /// The total number of epochs, counted from the first training of the model.
  package var epochs: Int
  package var batchSize = 128
  package var learningRate: Float = 1e-3
  package var learningRateSchedule = LearningRateSchedule.constant
  package var optimizer = OptimizerKind.adam
  package var hyperparameters = Hyperparameters()
  /// Of shuffling; the model's own seed keys its noise.
  package var seed: UInt64 = 0
  /// Epochs without a better validation loss (training loss when there is none) before stopping, with the best
  /// parameters restored.
  package var patience: Int?
  /// Steps between snapshots that a failure rolls back to; nil for about 20,000 examples, and at least 200 steps, so that
  /// copying the parameters takes little time with small batches.
  package var snapshotInterval: Int?

  package init(epochs: Int) { self.epochs = epochs }
}

/// Asks a running training to stop after the current step, or before the validation of an epoch is over; safe from any
/// thread.
package final class StopSignal: Sendable {
  private let requested = Atomic(false)
  private let isStopRequested: @Sendable () -> Bool

  /// - Parameter isAsked: Asks for a stop without a call to `request`, once it is true.
  package init(when isStopRequested: @escaping @Sendable () -> Bool = { false }) {
    self.isStopRequested = isStopRequested
  }

  package func request() { requested.store(true, ordering: .relaxed) }
  package var isRequested: Bool { requested.load(ordering: .relaxed) || isStopRequested() }
}

/// The progress of a training.
package struct TrainingProgress: Sendable {
  package var epoch: Int
  package var epochs: Int
  package var step: UInt64
  /// The completed fraction of this call, 0 … 1.
  package var fraction: Double
  package var imagesPerSecond: Double
  package var secondsLeft: Double
  /// Means of the current epoch, nats per example.
  package var loss: Double
  package var reconstruction: Double
  package var kl: Double
  /// The epoch that has just ended.
  package var finished: TrainingHistory.Epoch?
  /// The last step of this run, by itself; nil when it made none, because only a validation was left to do.
  package var last: TrainingHistory.Step?
  /// Completed epochs plus the fraction of the current one.
  package var position: Double
}

/// How a call to train ended.
package enum TrainingEnd: Sendable, Equatable {
  case finished
  /// Stopped on request; completed steps are kept.
  case stopped
  /// No improvement for `patience` epochs; the parameters of `best` are restored.
  case early(best: Int)
}

/// A loss, gradient or parameter that is not finite. The model is restored to its last finite state.
package struct NonFiniteError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The term of the loss: `reconstruction (NaN)`; or the gradient or parameter, when the loss was still a number.
  package let what: String
  /// The first gradient or parameter that is not finite, and its element.
  package let tensor: String?
  package let step: UInt64
  package let epoch: Int
  /// Examples of the batch; empty when the search was stopped.
  package let indices: [Int]
  package let restoredStep: UInt64

  package var description: String {
    let some = indices.prefix(6).map(String.init).joined(separator: ", ") + (indices.count > 6 ? " …" : "")
    return "\(what) is not finite at step \(step), epoch \(epoch + 1)"
      + (indices.isEmpty ? "" : " (examples \(some))")
      + (tensor.map { "; the first bad tensor is \($0)" } ?? "")
      + "; the model was restored to step \(restoredStep). A smaller learning rate or clipping by norm may help"
  }
}
