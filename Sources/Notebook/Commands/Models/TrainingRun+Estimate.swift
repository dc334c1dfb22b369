import SessionCore
import Tensors
import VAEngine

extension TrainingRun {
  /// Estimates the cost of the training from a few timed steps on a copy of the model.
  func estimate() throws -> Value {
    if isDone { return try alreadyTrained() }
    let trial = try model.model(threads: execution.state.settings.threads).copy()
    let forward = try trial.summary().flops
    let size = min(training.source.count, plan.batchSize * 12)
    var short = plan
    short.epochs = trial.training.epoch + 1
    short.patience = nil
    var marks: [WorkClock.Instant] = []
    let stop = StopSignal()
    try Trainer(trial, on: training.subset(Array(0..<size)).source, plan: short).run(stop: stop) { _ in
      marks.append(WorkClock.now)
      try Stopping.check()
    }
    // The first step compiles, and so does a last step of another size; the median excludes them.
    let epochDurations = zip(marks.dropFirst(), marks).map { ($0 - $1).seconds }.sorted()
    let steps = max(epochDurations.count, 1)
    let seconds = epochDurations.isEmpty ? 0 : epochDurations[epochDurations.count / 2]
    let stepsPerEpoch = (training.source.count + plan.batchSize - 1) / plan.batchSize
    let epochs = plan.epochs - model.training.epoch
    let epoch = seconds * Double(stepsPerEpoch)
    let bytes = try training.byteCount + trial.trainingBytes(batchSize: plan.batchSize)
    return .report(
      Report(
        title: "estimated cost of training \(name ?? "the model") on \(training.title)",
        fields: [
          .init("parameters", .count(model.parameterCount)),
          .init("flops", label: "work", .scaled(Double(3 * forward)), unit: "FLOPs/example"),
          .init("memory", label: "data, parameters, moments and intermediate arrays", .bytes(bytes)),
          .init("steps", label: "steps per epoch", .count(stepsPerEpoch)),
          .init(
            "epoch_seconds", label: "time per epoch", .duration(epoch)),
          .init("measured_steps", label: "measured over", .count(steps), unit: steps == 1 ? "step" : "steps"),
          .init(
            "total_seconds", label: epochs == 1 ? "1 epoch" : "\(epochs) epochs",
            .duration(epoch * Double(epochs))),
          .init(
            "speed", .rate(seconds > 0 ? Double(plan.batchSize) / seconds : 0), unit: model.configuration.speedUnit),
        ], notes: ["Nothing was trained."]))
  }
}
