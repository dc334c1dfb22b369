import Tensors

/// Seconds and examples of a run; pauses of the program do not count.
struct StepClock {
  private let start = WorkClock.now
  private var epochStart = WorkClock.now
  private var (examples, epochExamples) = (0, 0)

  mutating func add(_ count: Int) {
    examples += count
    epochExamples += count
  }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }

  var rate: Double { Double(examples) / max(Self.seconds(WorkClock.now - start), 1e-9) }
  var epochSeconds: Double { Self.seconds(WorkClock.now - epochStart) }
  /// Of the training alone: asked before the epoch is validated.
  var epochRate: Double { Double(epochExamples) / max(epochSeconds, 1e-9) }
  mutating func beginEpoch() { (epochStart, epochExamples) = (WorkClock.now, 0) }
}
