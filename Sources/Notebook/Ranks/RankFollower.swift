import JSONText
import Language
import ProcessGroups
import SessionCore
import Tensors
import VAEngine
import WorkspaceStore

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
    var loaded = LoadedData()
    while true {
      let message = try RankMessage(bytes: try options.group.message(isPatient: true))
      interruption.clear()
      let work = message.detail["work"]?.stringValue
      do {
        try Stopping.when({ interruption.isRequested }) {
          switch work {
          case "train": try train(message, &loaded)
          case "measure": try measure(message, &loaded)
          case "sweep": try ready { try RankSweep(message, &loaded, options, interruption) }?.follow()
          default: break
          }
        }
      } catch let error as ProcessGroupError {
        if options.group.isBroken { throw error }
      } catch {
        // Rank 0 has met it too, and says it.
      }
      if work == nil || work == "leave" { return }
    }
  }

  private func train(_ message: RankMessage, _ loaded: inout LoadedData) throws {
    let trainer = try ready { try self.trainer(message, &loaded) }
    try trainer?.run(stop: StopSignal(when: Stopping.current))
  }

  private func measure(_ message: RankMessage, _ loaded: inout LoadedData) throws {
    try ready { try RankMeasure(message, &loaded, options) }?.follow(options.group)
  }

  /// What this rank needs for its part, once all can take part.
  private func ready<Value>(_ make: () throws -> Value) throws -> Value? {
    let made = Result { try make() }
    var reason: String?
    if case .failure(let error) = made { reason = Fault.translated(error).message }
    try RankTraining.agree(options.group, reason: reason)
    return try? made.get()
  }

  private func trainer(_ message: RankMessage, _ loaded: inout LoadedData) throws -> Trainer {
    let plan = try JSON.decoded(TrainingPlan.self, from: try Damage.text(message.detail["plan"], "plan"))
    let threads = message.detail["threads"]?.integerValue
    guard let stored = try message.value("model"), let training = try message.data("training", options, &loaded) else {
      throw Damage("a training without model or data")
    }
    let model = try ModelValue(stored: stored, threads: threads).model(threads: threads, willChange: true)
    var trainer = Trainer(
      model, on: training.source, validation: try message.data("validation", options, &loaded)?.source, plan: plan,
      group: options.group)
    trainer.isPrepared = true
    return trainer
  }
}
