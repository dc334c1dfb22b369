import Plotting
import VAEngine

/// Shows a training as it goes: progress at most ten times a second, numbers of every step to the workspace, and a
/// checkpoint now and then.
final class TrainingReporter {
  private let run: TrainingRun
  private let live: Model
  private var shown: ContinuousClock.Instant
  private var kept: ContinuousClock.Instant
  private var recentLosses: [Double] = []
  private let interval: Double
  private let isLive: Bool
  /// When the next live figure is due, and how many there were.
  private var nextFigure: ContinuousClock.Instant
  private var figures = 0

  init(_ run: TrainingRun, _ live: Model) {
    (self.run, self.live) = (run, live)
    (shown, kept) = (.now, .now)
    isLive = run.arguments.text("plot") == "live"
    nextFigure = .now + .milliseconds(500)
    interval = run.arguments.number("checkpoint") ?? 30
  }

  func report(_ moment: TrainingProgress) throws {
    record(moment)
    let now = ContinuousClock.now
    let isSlow = (now - kept).seconds >= interval
    if isSlow {
      kept = now
      try run.keep(live)
      try run.execution.checkpoint()
    }
    guard (now - shown).seconds >= 0.1 || moment.finished != nil else { return }
    shown = now
    recentLosses.append(moment.loss)
    if recentLosses.count > 120 { recentLosses.removeFirst(recentLosses.count - 120) }
    var progress = Progress(
      task: "train \(run.name ?? "") epoch \(moment.epoch)/\(moment.epochs)", fraction: moment.fraction,
      secondsLeft: moment.secondsLeft,
      terms: [
        .init(name: "loss", value: moment.loss, unit: "nats"),
        .init(name: "rec", value: moment.reconstruction, unit: "nats"),
        .init(name: "kl", value: moment.kl, unit: "nats"),
        .init(name: "speed", value: moment.imagesPerSecond, unit: "images/s"),
      ], recentLosses: recentLosses)
    if isLive, now >= nextFigure || moment.fraction >= 1 {
      progress.figure = figure(moment)
      progress.figureTerminal = run.execution.state.settings.plot["terminal"]
    }
    run.execution.progress(progress)
    guard progress.figure != nil else { return }
    // Three a second at most, and never more than a fiftieth of the time; the first one starts gnuplot, which is not counted.
    figures += 1
    let cost = ContinuousClock.now - now
    nextFigure = .now + max(.milliseconds(333), figures > 1 ? cost * 50 : .zero)
  }

  private func figure(_ moment: TrainingProgress) -> Figure? {
    var loss = LossFigure(runs: [.init(name: run.name ?? "the model", training: live.training)])
    (loss.limit, loss.unit) = (600, live.configuration.unit)
    guard let curves = loss.curves() else { return nil }
    let theme = run.execution.state.settings.plot["theme"].flatMap { Figure.Theme(rawValue: $0) } ?? .light
    return Figure(
      .curves(curves), title: "Training of \(run.name ?? "the model")",
      subtitle: "\(run.training.title) · epoch \(moment.epoch) of \(moment.epochs)", theme: theme)
  }

  private func record(_ moment: TrainingProgress) {
    guard run.execution.core.store != nil, let name = run.name else { return }
    if let last = moment.last {
      run.execution.record(MetricRow.training(last, of: name, epoch: moment.position))
    }
    if let finished = moment.finished, let row = MetricRow.validation(finished, of: name) {
      run.execution.record([row])
    }
  }
}
