import Datasets
import Language
import SessionCore
import Tensors
import VAEngine
import WorkspaceStore

/// Where the course of a training is written beside the workspace: `log tensorboard=DIR`, `log csv=FILE`.
protocol TrainingLog: AnyObject {
  /// Throws `FileError` where it cannot be written: the training goes on without it.
  func add(_ rows: [MetricRow], seconds: Double) throws
  /// The end of an epoch.
  func add(_ moment: LoggedEpoch) throws
}

/// What an epoch's end has to show: its numbers, and what the model makes of examples now.
struct LoggedEpoch {
  let name: String
  let epoch: TrainingHistory.Epoch
  let model: Model
  /// The held-out examples, else those of the training.
  let data: DatasetValue
  let unit: String
  /// Whether it is the last one of the training.
  let isLast: Bool
  /// Since 1970.
  let seconds: Double

  /// The epoch's means of every term, learning rate and β, and the validation loss.
  var rows: [MetricRow] {
    let configuration = model.configuration
    func row(_ split: String, _ name: String, _ value: Double, _ unit: String) -> MetricRow {
      MetricRow(
        model: self.name, split: split, name: name, step: Int(epoch.step), epoch: Double(epoch.epoch), value: value,
        unit: unit)
    }
    var rows = [row("epoch", "loss", epoch.loss, unit), row("epoch", "reconstruction", epoch.reconstruction, unit)]
    if configuration.family.isProbabilistic { rows.append(row("epoch", "kl", epoch.kl, "nats/example")) }
    rows += configuration.family.ownTerms.compactMap { term in
      epoch.own?[term.name].map { row("epoch", term.name, $0, term.unit) }
    }
    rows.append(row("epoch", "learning_rate", Double.shortest(Float(epoch.learningRate)), ""))
    if configuration.family.hasWeightedKL { rows.append(row("epoch", "beta", epoch.beta, "")) }
    if let capacity = epoch.capacity { rows.append(row("epoch", "capacity", capacity, "nats")) }
    return rows + [MetricRow.validation(epoch, of: name, unit: unit)].compactMap(\.self)
  }
}

/// The logs of one training. One that fails is said once, and the training goes on.
final class TrainingLogs {
  private var logs: [any TrainingLog]
  private let execution: Execution

  /// - Throws: `Fault` where a log cannot be made.
  init(_ settings: [String: String], of name: String, _ execution: Execution) throws {
    self.execution = execution
    logs = []
    if let folder = settings["tensorboard"] {
      logs.append(try TensorBoardLog(folder: execution.expanded(folder) + "/" + name, seconds: Wall.seconds))
    }
    if let path = settings["csv"] { logs.append(try CSVLog(path: execution.expanded(path))) }
  }

  var isEmpty: Bool { logs.isEmpty }

  func add(_ rows: [MetricRow]) { each { try $0.add(rows, seconds: Wall.seconds) } }

  func add(_ epoch: LoggedEpoch) { each { try $0.add(epoch) } }

  private func each(_ write: (any TrainingLog) throws -> Void) {
    logs.removeAll { log in
      do {
        try write(log)
        return false
      } catch is Stopped {
        return false
      } catch {
        execution.note("the log ended, the training did not: \(Fault.translated(error).message)")
        return true
      }
    }
  }
}
