import JSONText
import Language
import ProcessGroups
import SessionCore
import Tensors
import VAEngine
import WorkspaceStore

/// A training that all ranks take part in. Rank 0, which has the session, readies the model and sends it to the others with
/// the plan and where the data are; then every rank runs the same trainer, each on its rows of every batch.
enum RankTraining {
  /// On rank 0: the trainer of a training that the others have joined.
  ///
  /// - Throws: What keeps the training from beginning, here or on another rank; then no rank has begun.
  static func begin(
    _ live: Model, _ value: (Model) throws -> ModelValue, training: DatasetValue, validation: DatasetValue?,
    plan: TrainingPlan, options: SessionOptions
  ) throws -> Trainer {
    let group: any ProcessGroup = RankSweep.isAlone ? OneProcess() : options.group
    var trainer = Trainer(live, on: training.source, validation: validation?.source, plan: plan, group: group)
    guard group.size > 1 else { return trainer }
    try trainer.prepare()
    trainer.isPrepared = true
    var message = RankMessage(
      .object([
        .init("work", .string("train")), .init("plan", .string(try JSON.text(encoding: plan))),
        .init("threads", .integer(live.options.threads)),
      ]))
    message.add("model", try value(live).stored())
    try message.add("training", training)
    if let validation { try message.add("validation", validation) }
    _ = try group.message(message.bytes)
    try agree(group, reason: nil)
    return trainer
  }

  /// Every rank says whether it can begin.
  ///
  /// - Throws: `ProcessGroupError.cannotTakePart` of the first that cannot, on all.
  static func agree(_ group: any ProcessGroup, reason: String?) throws {
    let reasons = try group.texts(reason ?? "")
    guard let rank = reasons.firstIndex(where: { !$0.isEmpty }) else { return }
    throw ProcessGroupError.cannotTakePart(rank: group.name(of: rank), reason: reasons[rank])
  }
}
