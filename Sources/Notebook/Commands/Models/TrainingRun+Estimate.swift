import Tensors
import VAEngine

extension TrainingRun {
  /// What the training would cost: a few steps are run on a copy and timed.
  func estimate() throws -> Value {
    let trial = try model.model(threads: execution.state.settings.threads).copy()
    let forward = try trial.summary().flops
    let size = min(training.source.count, plan.batchSize * 12)
    var short = plan
    short.epochs = trial.training.epoch + 1
    short.patience = nil
    let clock = ContinuousClock()
    var marks: [ContinuousClock.Instant] = []
    let stop = StopSignal()
    try Trainer(trial, on: training.subset(Array(0..<size)).source, plan: short).run(stop: stop) { _ in
      marks.append(clock.now)
      try Stopping.check()
    }
    // The first step compiles, and so does a last one of another size: the median is the pace.
    let epochDurations = zip(marks.dropFirst(), marks).map { ($0 - $1).seconds }.sorted()
    let steps = max(epochDurations.count, 1)
    let seconds = epochDurations.isEmpty ? 0 : epochDurations[epochDurations.count / 2]
    let stepsPerEpoch = (training.source.count + plan.batchSize - 1) / plan.batchSize
    let epochs = plan.epochs - model.training.epoch
    let epoch = seconds * Double(stepsPerEpoch)
    let bytes = try training.byteCount + trial.trainingBytes(batchSize: plan.batchSize)
    return .report(
      Report(
        title: "training \(name ?? "the model") on \(training.title) would take",
        fields: [
          .init("parameters", .count(model.parameterCount)),
          .init("flops", label: "work", .text(NumberText.scaled(Double(3 * forward))), unit: "FLOPs/example"),
          .init("memory", label: "data, parameters, moments and intermediate arrays", .text(NumberText.bytes(bytes))),
          .init("steps", label: "steps an epoch", .count(stepsPerEpoch)),
          .init(
            "epoch_seconds", label: "an epoch", .text(NumberText.duration(epoch)),
            unit: "(measured over \(steps) steps)"),
          .init(
            "total_seconds", label: epochs == 1 ? "1 epoch" : "\(epochs) epochs",
            .text(NumberText.duration(epoch * Double(epochs)))),
          .init("speed", .count(seconds > 0 ? Int(Double(plan.batchSize) / seconds) : 0), unit: "images/s"),
        ], notes: ["Nothing was trained."]))
  }
}
