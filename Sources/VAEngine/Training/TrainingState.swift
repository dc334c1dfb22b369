import Graphs
import Tensors

/// The state of a training, which resuming needs besides parameters and moments.
package struct TrainingState: Sendable, Equatable, Codable {
  /// Completed epochs.
  package var epoch = 0
  /// Batches done of the epoch after them, and of how many examples it and how large batches were.
  package var batchInEpoch = 0
  package var exampleCount = 0
  package var batchSize = 0
  /// The total number of updates: the step of every random stream.
  package var step: UInt64 = 0
  package var shuffleSeed: UInt64 = 0
  package var hyperparameters = Hyperparameters()
  /// Updates of each group that a loss of its own trains; nil where there is none.
  package var opponentUpdates: [String: Int]?
  package var optimizer = OptimizerKind.adam
  /// How it was last trained: learning rate and its schedule, batch size, patience. Nil before the first step.
  package var plan: TrainingPlan?
  package var history = TrainingHistory()
  /// Sums of the current epoch.
  package var running = RunningTerms()
  /// Plateau and early stopping.
  package var bestLoss: Double?
  package var bestEpoch: Int?
  package var epochsSinceBest = 0
  package var learningRateDrops = 0
  /// The epoch whose parameters early stopping restored; nil once training goes on from them.
  package var restoredEpoch: Int?
  /// Identifies the objective and the data of the best loss; nil in files of earlier versions.
  package var watched: String?

  package init() {}

  /// Epochs done, with the share of the one under way.
  package var position: Double {
    let share = Double(batchInEpoch) * Double(max(batchSize, 1)) / Double(max(exampleCount, 1))
    return Double(epoch) + min(1, share)
  }

  /// Whether all batches of the current epoch are done and only its validation remains.
  package var isEpochTrained: Bool {
    exampleCount > 0 && (batchInEpoch * batchSize >= exampleCount || running.examples >= exampleCount)
  }

  /// The last epoch whose steps are in the current parameters: the one that early stopping restored, else the last.
  package var currentEpoch: TrainingHistory.Epoch? {
    guard let restoredEpoch else { return history.epochs.last }
    return history.epochs.last { $0.epoch == restoredEpoch } ?? history.epochs.last
  }
}

/// Sums over the examples of an epoch so far.
package struct RunningTerms: Sendable, Equatable, Codable {
  package var loss = 0.0
  package var reconstruction = 0.0
  package var kl = 0.0
  /// The family's own terms by name; nil where it has none.
  package var own: [String: Double]?
  package var examples = 0
  /// Of what schedules gave to the steps; nil in what earlier programs kept of an epoch under way.
  package var scheduled: ScheduledTerms?

  package init() {}
}

/// Sums over the steps of an epoch so far of what changes with a schedule, or with a `set` in the middle.
package struct ScheduledTerms: Sendable, Equatable, Codable {
  package var beta = 0.0
  package var capacity = 0.0
  package var learningRate = 0.0
  package var steps = 0

  package init() {}

  /// A sum as the mean over the steps; nil before the first.
  func mean(_ sum: Double) -> Double? { steps > 0 ? sum / Double(steps) : nil }
}

/// One continuous record of a model's training, edits marked.
package struct TrainingHistory: Sendable, Equatable, Codable {
  /// Means over one epoch's examples, in nats per example.
  package struct Epoch: Sendable, Equatable, Codable {
    package var epoch: Int
    package var step: UInt64
    package var loss: Double
    package var reconstruction: Double
    package var kl: Double
    /// The family's own terms by name; nil where it has none.
    package var own: [String: Double]?
    /// Means over the epoch's steps: weight of the KL, and learning rate.
    package var beta: Double
    package var learningRate: Double
    /// The same of the capacity, nats; nil for families without one, and in what earlier programs kept.
    package var capacity: Double?
    package var validation: Double?
    /// Of its training in the run that ended it, without validation.
    package var seconds: Double
    package var imagesPerSecond: Double
  }
  package struct Step: Sendable, Equatable, Codable {
    package var step: UInt64
    package var loss: Float
    package var reconstruction: Float
    package var kl: Float
    /// The family's own terms by name; nil where it has none.
    package var own: [String: Float]?

    var isFinite: Bool {
      loss.isFinite && reconstruction.isFinite && kl.isFinite && (own ?? [:]).values.allSatisfy(\.isFinite)
    }
  }
  package struct Edit: Sendable, Equatable, Codable {
    package var epoch: Double
    package var what: String
    package init(epoch: Double, what: String) { (self.epoch, self.what) = (epoch, what) }
  }
  package var epochs: [Epoch] = []
  /// Every step, thinned by halves to at most 4,096.
  package var steps: [Step] = []
  package var stepStride: UInt64 = 1
  package var edits: [Edit] = []
  /// What it was trained on, in order; nil in what earlier programs kept.
  package var data: [DataSpan]?

  /// Data that a model was trained on, from an epoch on.
  package struct DataSpan: Sendable, Equatable, Codable {
    package var epoch: Double
    /// With its part: `digits.train`.
    package var title: String
    package var count: Int
    /// Of the content, its order and how it was seen.
    package var hash: String
    package init(epoch: Double, title: String, count: Int, hash: String) {
      (self.epoch, self.title, self.count, self.hash) = (epoch, title, count, hash)
    }
  }

  package init() {}

  /// Marks what is different from `epoch` on. Edits of one moment are one; a setting that is changed twice then has the
  /// last value.
  package mutating func mark(_ changes: [String], at epoch: Double) {
    guard !changes.isEmpty else { return }
    func key(_ change: some StringProtocol) -> String { String(change.prefix { $0 != "=" }) }
    var all = changes
    if let last = edits.last, last.epoch == epoch {
      let keys = Set(changes.map { key($0) })
      all = last.what.split(separator: " ").map(String.init).filter { !keys.contains(key($0)) } + changes
      edits.removeLast()
    }
    edits.append(.init(epoch: epoch, what: all.joined(separator: " ")))
  }

  mutating func append(_ step: Step) {
    guard step.step % stepStride == 0 else { return }
    steps.append(step)
    if steps.count >= 4096 {
      stepStride *= 2
      steps.removeAll { $0.step % stepStride != 0 }
    }
  }
}
