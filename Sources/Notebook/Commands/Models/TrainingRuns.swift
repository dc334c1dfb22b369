import SessionCore
import Tensors
import Text
import VAEngine

/// `train … seeds=1..3`: a fresh model with the same configuration for each seed, and statistics over the seeds.
struct TrainingRuns {
  private let runs: [TrainingRun]
  private let execution: Execution
  /// Unseen examples, when the data come with a test part.
  private let test: DatasetValue?

  init(_ seeds: [Int], _ command: Train, _ call: Call) throws {
    let execution = call.execution
    self.execution = execution
    guard !command.options[.seed].isGiven, !command.dry else {
      throw command.$seeds.fault(
        .badOptionValue, "seeds cannot be combined with seed or dry", fix: "Use seeds= alone.")
    }
    guard Set(seeds).count == seeds.count, seeds.count <= 100 else {
      throw command.$seeds.fault(.badOptionValue, "seeds: expected up to 100 different seeds")
    }
    runs = try seeds.map { try TrainingRun(command, call, seed: UInt64($0)) }
    for run in runs where !(run.name ?? "").isName || execution.isReserved(run.name ?? "") {
      throw command.$model.fault(.badOptionValue, "'\(run.name ?? "")' is not a valid name")
    }
    let data =
      command.on
      ?? runs.first?.recipe.data.flatMap { name in
        guard case .object(let data as DatasetValue)? = try? execution.evaluate(text: name, span: call.verbSpan)
        else { return nil }
        return data
      }
    test = data?.part("test")
  }

  /// Trains the models one after the other; those that are complete are kept when the training is stopped.
  func train() throws -> Value {
    var rows: [[Table.Cell]] = []
    var results: [Double] = []
    for run in runs {
      _ = try run.train()
      guard let name = run.name, case .object(let model as ModelValue) = execution.lookup(name),
        let last = model.training.currentEpoch
      else { break }
      if execution.interruptionNote != nil { break }
      var row: [Table.Cell] = [
        .text(name), .count(model.training.epoch), .fixed(last.loss, decimals: 2),
        last.validation.map { .fixed($0, decimals: 2) } ?? .empty,
      ]
      if let test {
        let held: Estimate
        do {
          held = try model.model(threads: execution.state.settings.threads).evaluate(test.source).negativeElbo
        } catch is Stopped {
          execution.interruptionNote = "stopped while \(name) was evaluated; the trained models are kept"
          break
        }
        row += [.fixed(held.mean, decimals: 2), .fixed(held.standardError, decimals: 2)]
        results.append(held.mean)
      } else {
        row += [.empty, .empty]
        results.append(last.validation ?? last.loss)
      }
      rows.append(row)
    }
    return .table(
      Table(
        title: "\(rows.count) \(inflected("seed", for: rows.count)) on \(runs.first?.training.title ?? "")"
          + (test.map {
            ", measured on \($0.title), \(NumberText.count($0.source.count)) \(inflected("example", for: $0.source.count))"
          } ?? ""),
        columns: [
          .init("model"), .init("epochs"), .init("loss", unit: unit), .init("validation", unit: unit),
          .init("test \(bound)", unit: unit), .init("±", key: "standard_error"),
        ], rows: rows, notes: results.isEmpty ? [] : [Self.spread(results, of: measured)]))
  }

  private var unit: String { runs.first?.model.configuration.lossUnit ?? "nats" }

  private var bound: String { runs.first?.model.configuration.isPlain == true ? "reconstruction" : "−ELBO" }

  private var measured: String {
    test != nil ? "test \(bound)" : runs.first?.validation != nil ? "validation loss" : "training loss"
  }

  private static func spread(_ values: [Double], of what: String) -> String {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    let median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    func text(_ value: Double) -> String { NumberText.fixed(value, decimals: 2) }
    return "\(what): median \(text(median)), from \(text(sorted[0])) to \(text(sorted[sorted.count - 1]))"
  }
}
