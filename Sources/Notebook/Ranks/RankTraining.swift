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
    var trainer = Trainer(
      live, on: training.source, validation: validation?.source, plan: plan, group: options.group)
    guard options.group.size > 1 else { return trainer }
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
    _ = try options.group.message(message.bytes)
    try agree(options.group, reason: nil)
    return trainer
  }

  /// Every rank says whether it can begin.
  ///
  /// - Throws: `ProcessGroupError.cannotTakePart` of the first that cannot, on all.
  fileprivate static func agree(_ group: any ProcessGroup, reason: String?) throws {
    let reasons = try group.texts(reason ?? "")
    guard let rank = reasons.firstIndex(where: { !$0.isEmpty }) else { return }
    throw ProcessGroupError.cannotTakePart(rank: group.name(of: rank), reason: reasons[rank])
  }
}

/// A rank that follows rank 0: it waits for work and takes part in it, says nothing and writes nothing.
package struct RankFollower {
  private let options: SessionOptions

  package init(_ options: SessionOptions) { self.options = options }

  /// What rank 0 sends when there is no more work.
  package static var leaving: [UInt8] { RankMessage(.object([.init("work", .string("leave"))])).bytes }

  /// Works until rank 0 leaves.
  ///
  /// - Throws: `ProcessGroupError` when the others do not answer; rank 0 says it, or the launcher.
  package func run(_ interruption: Interruption) throws {
    while true {
      let message = try RankMessage(bytes: try options.group.message(isPatient: true))
      interruption.clear()
      guard message.detail["work"]?.stringValue == "train" else { return }
      do {
        try Stopping.when({ interruption.isRequested }) { try train(message) }
      } catch let error as ProcessGroupError {
        if options.group.isBroken { throw error }
      } catch {
        // Rank 0 has met it too, and says it.
      }
    }
  }

  private func train(_ message: RankMessage) throws {
    var made: Trainer?
    var reason: String?
    do { made = try trainer(message) } catch { reason = Fault.translated(error).message }
    try RankTraining.agree(options.group, reason: reason)
    try made?.run(stop: StopSignal(when: Stopping.current))
  }

  private func trainer(_ message: RankMessage) throws -> Trainer {
    let plan = try JSON.decoded(TrainingPlan.self, from: try Damage.text(message.detail["plan"], "plan"))
    let threads = message.detail["threads"]?.integerValue
    guard let stored = try message.value("model"), let training = try message.data("training", options) else {
      throw Damage("a training without model or data")
    }
    let model = try ModelValue(stored: stored, threads: threads).model(threads: threads, willChange: true)
    var trainer = Trainer(
      model, on: training.source, validation: try message.data("validation", options)?.source, plan: plan,
      group: options.group)
    trainer.isPrepared = true
    return trainer
  }
}
