import Graphs
import Synchronization
import Tensors

/// What one call to train is asked to do.
package struct TrainingPlan: Sendable, Equatable, Codable {
  /// Epochs to reach in all, counted from the beginning of the model's training.
  package var epochs: Int
  package var batchSize = 128
  package var learningRate: Float = 1e-3
  package var learningRateSchedule = LearningRateSchedule.constant
  package var optimizer = OptimizerKind.adam
  package var hyperparameters = Hyperparameters()
  /// Of shuffling; the model's own seed keys its noise.
  package var seed: UInt64 = 0
  /// Epochs without a better validation loss (training loss when there is none) before stopping, with the best
  /// parameters put back.
  package var patience: Int?
  /// Steps between snapshots that a failure rolls back to; nil for about 20,000 examples, and at least 200 steps, so that
  /// copying the parameters costs small batches next to nothing.
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

/// A moment of training.
package struct TrainingProgress: Sendable {
  package var epoch: Int
  package var epochs: Int
  package var step: UInt64
  /// Of all that this call was asked to do, 0 … 1.
  package var fraction: Double
  package var imagesPerSecond: Double
  package var secondsLeft: Double
  /// Means of the epoch under way, nats per example.
  package var loss: Double
  package var reconstruction: Double
  package var kl: Double
  /// The epoch that has just ended.
  package var finished: TrainingHistory.Epoch?
  /// The last step of this run, by itself; nil when it made none, because only a validation was left to do.
  package var last: TrainingHistory.Step?
  /// Epochs done, with the share of the one under way.
  package var position: Double
}

/// How a call to train ended.
package enum TrainingEnd: Sendable, Equatable {
  case finished
  /// Asked to stop; everything done is kept.
  case stopped
  /// No improvement for `patience` epochs; the parameters of `best` are back.
  case early(best: Int)
}

/// A loss, gradient or parameter that is not finite. The model is back at its last good state.
package struct NonFiniteError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The term of the loss: `reconstruction (NaN)`; or the gradient or parameter, when the loss was still a number.
  package let what: String
  /// The first gradient or parameter that is not finite, and its element.
  package let tensor: String?
  package let step: UInt64
  package let epoch: Int
  /// Examples of the batch; none when the search for it was stopped.
  package let indices: [Int]
  package let restoredStep: UInt64

  package var description: String {
    let some = indices.prefix(6).map(String.init).joined(separator: ", ") + (indices.count > 6 ? " …" : "")
    return "\(what) is not finite at step \(step), epoch \(epoch + 1)"
      + (indices.isEmpty ? "" : " (examples \(some))")
      + (tensor.map { "; the first bad tensor is \($0)" } ?? "")
      + "; the model is back at step \(restoredStep). A smaller learning rate or clipping by norm may help"
  }
}
