import Figures
import SessionCore
import Tensors
import VAEngine
import WorkspaceStore

/// Reports a running training: progress at most ten times a second, the metrics of every step to the workspace, and
/// periodic checkpoints.
final class TrainingReporter {
  private let run: TrainingRun
  private let live: Model
  private var shown: WorkClock.Instant
  private var kept: WorkClock.Instant
  private var recentLosses: [Double] = []
  private var smoothed = SmoothedTerms()
  private var lastStep: UInt64?
  private let interval: Double
  private let isLive: Bool
  /// When the next live figure is due, and how many there were.
  private var nextFigure: WorkClock.Instant
  private var figures = 0
  private let logs: TrainingLogs

  /// - Throws: `Fault` where a log cannot be written.
  init(_ run: TrainingRun, _ live: Model) throws {
    logs = try TrainingLogs(run.execution.state.settings.logs, of: run.name ?? "model", run.execution)
    (self.run, self.live) = (run, live)
    (shown, kept) = (WorkClock.now, WorkClock.now)
    isLive = run.command.plot == .live
    nextFigure = WorkClock.now + .milliseconds(500)
    interval = run.command.checkpoint.value
  }

  func report(_ moment: TrainingProgress) throws {
    record(moment)
    if let last = moment.last, last.step != lastStep {
      smoothed.add(last)
      lastStep = last.step
    }
    let now = WorkClock.now
    let isSlow = (now - kept).seconds >= interval
    if isSlow {
      kept = now
      try run.keep(live)
      try run.execution.checkpoint()
    }
    guard (now - shown).seconds >= 0.1 || moment.finished != nil else { return }
    shown = now
    let terms = smoothed.terms ?? (moment.loss, moment.reconstruction, moment.kl)
    recentLosses.append(terms.loss)
    if recentLosses.count > 120 { recentLosses.removeFirst(recentLosses.count - 120) }
    var progress = Progress(
      task: "train \(run.name ?? "") epoch \(moment.epoch)/\(moment.epochs)", fraction: moment.fraction,
      secondsLeft: moment.secondsLeft,
      terms: shown(terms, speed: moment.imagesPerSecond), recentLosses: recentLosses)
    if isLive, now >= nextFigure || moment.fraction >= 1 {
      progress.figure = figure(moment)
      progress.figureDisplay = FigureDisplay(settings: run.execution.state.settings.plot)
    }
    run.execution.progress(progress)
    guard progress.figure != nil else { return }
    // Three a second at most, and never more than a fiftieth of the time; the first one starts gnuplot, which is not counted.
    figures += 1
    let cost = WorkClock.now - now
    nextFigure = WorkClock.now + max(.milliseconds(333), figures > 1 ? cost * 50 : .zero)
  }

  private func shown(
    _ terms: (loss: Double, reconstruction: Double, kl: Double), speed: Double
  ) -> [Progress.Term] {
    let configuration = live.configuration
    let losses = [
      Progress.Term(name: "loss", value: terms.loss, unit: configuration.lossUnit),
      Progress.Term(name: "rec", value: terms.reconstruction, unit: configuration.lossUnit),
    ]
    let rate = configuration.isPlain ? [] : [Progress.Term(name: "kl", value: terms.kl, unit: "nats")]
    let own = configuration.family.ownTerms.compactMap { term in
      smoothed.own(term.name).map { Progress.Term(name: term.label, value: $0, unit: term.unit) }
    }
    return losses + rate + own + [.init(name: "speed", value: speed, unit: configuration.speedUnit)]
  }

  private func figure(_ moment: TrainingProgress) -> Figure? {
    var loss = LossFigure(runs: [.init(name: run.name ?? "the model", training: live.training)])
    (loss.limit, loss.unit) = (600, live.configuration.unit)
    loss.ownTerms = live.configuration.family.ownTerms
    guard let curves = loss.curves() else { return nil }
    let theme = run.execution.state.settings.plot["theme"].flatMap { Figure.Theme(rawValue: $0) } ?? .light
    return Figure(
      curves, title: "Training of \(run.name ?? "the model")",
      subtitle: "\(run.training.title) · epoch \(moment.epoch) of \(moment.epochs)", theme: theme)
  }

  private func record(_ moment: TrainingProgress) {
    guard run.execution.core.store != nil || !logs.isEmpty, let name = run.name else { return }
    let unit = live.configuration.lossUnitPerExample
    if let last = moment.last {
      let rows = MetricRow.training(last, of: name, epoch: moment.position, unit: unit)
      run.execution.record(rows)
      logs.add(rows)
    }
    guard let finished = moment.finished else { return }
    if let row = MetricRow.validation(finished, of: name, unit: unit) { run.execution.record([row]) }
    guard !logs.isEmpty else { return }
    logs.add(
      LoggedEpoch(
        name: name, epoch: finished, model: live, data: run.validation ?? run.training, unit: unit,
        isLast: moment.epoch >= moment.epochs, seconds: Wall.seconds))
  }
}
