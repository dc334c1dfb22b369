import Graphs

/// Whether what a file holds can be of a training: a file may hold anything, and the trainer counts on it.
extension TrainingState {
  package var isSound: Bool {
    let counts = [
      epoch, batchInEpoch, exampleCount, batchSize, epochsSinceBest, learningRateDrops, running.examples,
      hyperparameters.updateCount, bestEpoch ?? 0,
    ]
    return counts.allSatisfy(Self.isCount) && (opponentUpdates ?? [:]).values.allSatisfy(Self.isCount)
      && Self.isCount(step) && history.isSound && (plan?.isSound ?? true)
      // The place in the epoch is a place in its order.
      && (batchInEpoch == 0 || (batchSize > 0 && (batchInEpoch - 1) * batchSize < max(exampleCount, 1)))
  }

  /// No training gets further in a lifetime.
  fileprivate static func isCount(_ value: Int) -> Bool { (0...1 << 30).contains(value) }
  fileprivate static func isCount(_ value: UInt64) -> Bool { value <= 1 << 40 }
}

extension TrainingHistory {
  fileprivate var isSound: Bool {
    (1...1 << 40).contains(stepStride) && steps.count <= 1 << 16
      && epochs.allSatisfy { TrainingState.isCount($0.epoch) && TrainingState.isCount($0.step) }
      && steps.allSatisfy { TrainingState.isCount($0.step) } && edits.allSatisfy { $0.epoch.isFinite && $0.epoch >= 0 }
      && (data ?? []).allSatisfy { $0.epoch.isFinite && $0.epoch >= 0 && TrainingState.isCount($0.count) }
  }
}

extension TrainingPlan {
  fileprivate var isSound: Bool {
    TrainingState.isCount(epochs) && batchSize > 0 && TrainingState.isCount(batchSize) && learningRate.isFinite
      && learningRate > 0 && (patience ?? 1) > 0 && (snapshotInterval ?? 1) > 0 && learningRateSchedule.isSound
  }
}

extension LearningRateSchedule {
  fileprivate var isSound: Bool {
    switch self {
    case .constant, .iwaeLadder: true
    case .step(let every, let factor): every > 0 && factor.isFinite
    case .milestones(let epochs, let factor): epochs.allSatisfy { $0 > 0 } && factor.isFinite
    case .cosine(let epochs, let floor): epochs > 0 && floor.isFinite
    case .plateau(let patience, let factor): patience > 0 && factor.isFinite
    }
  }
}
