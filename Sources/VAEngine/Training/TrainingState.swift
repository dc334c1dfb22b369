import Graphs
import Tensors

/// How far a model's training has come: all that continuing needs beside its parameters and moments.
package struct TrainingState: Sendable, Equatable, Codable {
  /// Whole epochs done.
  package var epoch = 0
  /// Batches done of the epoch after them, and of how many examples it and how large batches were.
  package var batchInEpoch = 0
  package var exampleCount = 0
  package var batchSize = 0
  /// Updates done in all: the step of every random stream.
  package var step: UInt64 = 0
  package var shuffleSeed: UInt64 = 0
  package var hyperparameters = Hyperparameters()
  package var optimizer = OptimizerKind.adam
  /// How it was last trained: learning rate and its schedule, batch size, patience. Nil before the first step.
  package var plan: TrainingPlan?
  package var history = TrainingHistory()
  /// Sums of the epoch that is under way.
  package var running = RunningTerms()
  /// Plateau and early stopping.
  package var bestLoss: Double?
  package var bestEpoch: Int?
  package var epochsSinceBest = 0
  package var learningRateDrops = 0
  /// What the best loss is of, in words; nil in what earlier programs kept.
  package var watched: String?

  package init() {}

  /// Whether the numbers can be of a training: a file may hold anything.
  var isFinite: Bool {
    [epoch, batchInEpoch, exampleCount, batchSize, epochsSinceBest, learningRateDrops, running.examples].allSatisfy {
      (0...1 << 40).contains($0)
    } && step < 1 << 62 && history.stepStride > 0
  }

  /// Every example of the epoch under way was trained on, and its validation is what is left.
  package var isEpochTrained: Bool { exampleCount > 0 && batchInEpoch * batchSize >= exampleCount }
}

/// Sums over the examples of an epoch so far.
package struct RunningTerms: Sendable, Equatable, Codable {
  package var loss = 0.0
  package var reconstruction = 0.0
  package var kl = 0.0
  package var examples = 0

  package init() {}
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
    package var beta: Double
    package var learningRate: Double
    package var validation: Double?
    /// Of its training in the run that ended it, validation apart.
    package var seconds: Double
    package var imagesPerSecond: Double
  }
  package struct Step: Sendable, Equatable, Codable {
    package var step: UInt64
    package var loss: Float
    package var reconstruction: Float
    package var kl: Float
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

  package init() {}

  mutating func append(_ step: Step) {
    guard step.step % stepStride == 0 else { return }
    steps.append(step)
    if steps.count >= 4096 {
      stepStride *= 2
      steps.removeAll { $0.step % stepStride != 0 }
    }
  }
}
