import Language
import SessionCore
import Tensors
import Text
import VAEngine

/// The trainings of a sweep's trials in a session that has the data: each as `train` would, then measured on what it held out.
struct SweepTraining {
  let plan: SweepPlan
  let execution: Execution
  let verbSpan: Range<Int>

  /// One of them.
  struct Task {
    var run: SweepTrial.Run
    /// As far as it is trained.
    var model: ModelValue
    /// The name that it has while it is trained.
    let variable: String
    /// The options of `train` that its trial sets.
    let words: String
    let epochs: Int
  }

  enum End { case done, stopped }

  /// Trains and measures; what fails is the error of the task's run.
  ///
  /// - Parameter seconds: Stops after that long, for others to have a turn; nil to go on to the end. A measure is not stopped.
  func advance(_ task: inout Task, for seconds: Double? = nil) -> End {
    let (asked, begin) = (Stopping.current, WorkClock.now)
    defer { execution.state.drop(task.variable) }
    do {
      execution.set(task.variable, to: .object(task.model))
      let text =
        "train \(task.variable) on=\(plan.data) epochs=\(task.epochs) seed=\(task.run.seed) validate=\(plan.validate)"
        + task.words
      try Stopping.when({ asked() || seconds.map { (WorkClock.now - begin).seconds > $0 } ?? false }) {
        try self.run(text)
      }
    } catch is Stopped {
      return .stopped
    } catch {
      task.run.error = Fault.translated(error).message
      return .done
    }
    guard case .object(let model as ModelValue)? = execution.lookup(task.variable) else { return .done }
    task.model = model
    task.run.epochs = model.training.epoch
    task.run.curve = model.training.history.epochs.compactMap(\.validation)
    guard execution.interruptionNote == nil else {
      execution.interruptionNote = nil
      // In the middle of an epoch: it is measured when it is done.
      task.run.value = nil
      return .stopped
    }
    do {
      task.run.take(try measure(model))
      if task.run.value?.isFinite != true { task.run.error = "the \(plan.metric.rawValue) is not finite" }
    } catch is Stopped {
      task.run.value = nil
      return .stopped
    } catch {
      task.run.error = Fault.translated(error).message
    }
    return .done
  }

  /// A statement of the language.
  private func run(_ text: String) throws {
    let table = execution.table
    let parser = Parser(SourceText(text)) { table[$0] != nil }
    for statement in try parser.statements() { _ = try Interpreter(execution: execution).run(statement) }
  }

  /// The metric of each example that the training of `model` held out.
  private func measure(_ model: ModelValue) throws -> [Double] {
    let place = ArgumentPlace(name: "on", verbSpan: verbSpan, bound: nil)
    guard
      case .object(let data as DatasetValue) = try execution.evaluate(text: plan.data, span: verbSpan)
    else { throw Fault(.wrongKind, "'\(plan.data)' is no dataset") }
    let part = try data.trainingPart.matchedForTraining(model, at: place, execution)
    let held = part.subset(model.recipe.rows(of: part.source.count).heldOut, title: "held out").drawnOnce()
    let live = try model.model(threads: execution.state.settings.threads)
    switch plan.metric {
    case .elbo: return try live.measured(held).negativeElbos
    case .reconstruction: return try live.measured(held).reconstructions
    case .nll:
      return try live.logLikelihood(held.source, samples: SweepPlan.importanceSamples).negativeLogLikelihoods
    }
  }
}
