import Figures
import SessionCore
import VAEngine

/// Losses of one or more trainings by epoch: every step faintly, a smoothed line over them, validation dashed, edits marked.
struct LossFigure {
  struct Run {
    let name: String
    let history: TrainingHistory
    /// The number of steps of an epoch, to place steps after the last complete epoch.
    let stepsPerEpoch: Double

    init(name: String, training: TrainingState) {
      (self.name, history) = (name, training.history)
      let known = training.history.epochs.last.map { Double($0.step) / Double(max($0.epoch, 1)) }
      stepsPerEpoch =
        known ?? max(1, (Double(training.exampleCount) / Double(max(training.batchSize, 1))).rounded(.up))
    }

    /// The epoch, counted from 0, at which a step was done.
    func position(_ step: UInt64) -> Double {
      var before = (step: 0.0, epoch: 0.0)
      for epoch in history.epochs {
        let end = (step: Double(epoch.step), epoch: Double(epoch.epoch))
        if Double(step) <= end.step, end.step > before.step {
          return before.epoch + (Double(step) - before.step) / (end.step - before.step) * (end.epoch - before.epoch)
        }
        before = end
      }
      return before.epoch + (Double(step) - before.step) / max(stepsPerEpoch, 1)
    }
  }

  /// How the terms are drawn.
  enum Terms: String, CaseIterable { case overlaid, stacked, total }

  let runs: [Run]
  /// Terms of the model's family beside the reconstruction and the KL.
  var ownTerms: [TermName] = []
  var terms = Terms.overlaid
  var logY = false
  var unit = "nats/image"
  /// The largest number of points of a line; more would not be visible.
  var limit = 1500

  /// - Returns: nil when nothing was trained.
  func curves() -> Curves? {
    guard runs.contains(where: { !$0.history.steps.isEmpty }) else { return nil }
    var lines: [Curves.Line] = []
    var marks: [Curves.Mark] = []
    for (index, run) in runs.enumerated() {
      if runs.count == 1 { lines += terms == .stacked ? stacked(run) : single(run) } else { lines += one(run, index) }
      let prefix = runs.count > 1 ? "\(run.name): " : ""
      marks += run.history.edits.map { .init(x: $0.epoch, text: prefix + $0.what) }
    }
    return Curves(
      lines: lines, marks: marks, xLabel: "epoch", yLabel: unit,
      lowerLabel: (["KL"] + ownTerms.map(\.label)).joined(separator: ", ") + ", nats", logY: logY,
      hasIntegerX: lines.flatMap(\.x).max() ?? 0 >= 2)
  }

  private func line(_ name: String, _ run: Run, _ value: (TrainingHistory.Step) -> Float) -> Curves.Line {
    let steps = run.history.steps
    return .init(name: name, x: steps.map { run.position($0.step + 1) }, y: steps.map { Double(value($0)) })
  }

  /// The raw values faintly, and the same smoothed.
  private func pair(_ raw: Curves.Line, of run: Run, color: Int, panel: Int = 0) -> [Curves.Line] {
    var (faint, smooth) = (raw.thinned(to: limit), smoothed(raw, of: run))
    (faint.isFaint, faint.color, faint.panel) = (true, color, panel)
    (smooth.color, smooth.panel) = (color, panel)
    return [faint, smooth]
  }

  /// An edit changes the objective, so values before and after it are not averaged.
  private func smoothed(_ raw: Curves.Line, of run: Run) -> Curves.Line {
    raw.smoothed(window: max(8, Double(raw.x.count) / 60), breaks: run.history.edits.map(\.epoch))
      .thinned(to: limit / 3)
  }

  private func validation(_ run: Run, _ name: String, color: Int) -> [Curves.Line] {
    let watched = run.history.epochs.filter { $0.validation != nil }
    guard !watched.isEmpty else { return [] }
    // The training loss may weight its terms; the validation loss does not.
    let isElbo =
      ownTerms.isEmpty
      && run.history.steps.allSatisfy { abs($0.loss - $0.reconstruction - $0.kl) <= 1e-3 * abs($0.loss) + 1e-3 }
    var line = Curves.Line(
      name: isElbo ? name : "\(name), −ELBO", x: watched.map { Double($0.epoch) }, y: watched.compactMap(\.validation),
      dashed: true)
    line.color = color
    return [line]
  }

  private func single(_ run: Run) -> [Curves.Line] {
    let total = pair(line("loss", run) { $0.loss }, of: run, color: 0) + validation(run, "validation", color: 3)
    guard terms == .overlaid, run.history.steps.contains(where: { $0.kl > 0 }) else { return total }
    return total + pair(line("reconstruction", run) { $0.reconstruction }, of: run, color: 1)
      + pair(line("KL", run) { $0.kl }, of: run, color: 2, panel: 1)
      + ownTerms.enumerated().flatMap { index, term in
        pair(line(term.label, run) { $0.own?[term.name] ?? .nan }, of: run, color: 4 + index, panel: 1)
      }
  }

  private func one(_ run: Run, _ index: Int) -> [Curves.Line] {
    pair(line(run.name, run) { $0.loss }, of: run, color: index)
      + validation(run, "\(run.name), validation", color: index)
  }

  private func stacked(_ run: Run) -> [Curves.Line] {
    func area(_ name: String, _ color: Int, _ value: (TrainingHistory.Step) -> Float) -> Curves.Line {
      var smooth = smoothed(line(name, run, value), of: run)
      (smooth.isFilled, smooth.color) = (true, color)
      return smooth
    }
    return [
      area("KL", 2) { $0.reconstruction + $0.kl }, area("reconstruction", 1) { $0.reconstruction },
    ]
  }
}

extension ModelConfiguration {
  /// The unit of losses: nats per training example.
  var unit: String { "\(lossUnit)/\(exampleShape.rank == 3 ? "image" : "example")" }
}
