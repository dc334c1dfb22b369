import JSONText
import SessionCore
import Tensors

/// Publishes the events of a running cell as iopub messages with the cell's request as parent. Lives on the executing
/// thread.
final class CellFrontEnd: FrontEnd {
  let width = 100
  private let publisher: Publisher
  private let parent: JSON
  private let count: Int
  private let isSilent: Bool
  /// Results are kept for the pager instead of shown.
  private let pages: Bool
  private let draw: MimeBundle.Draw?
  private let isInterrupted: () -> Bool
  private let asking: (String) -> String?
  private(set) var paged: [Output] = []
  private var live: Live?

  /// One display, updated while work goes on.
  private struct Live {
    let id: String
    let began: WorkClock.Instant
    var shown: WorkClock.Instant?
    var last: Progress
  }
  /// The minimum time between updates of the live display: at most four per second.
  static let updateInterval = Duration.milliseconds(250)
  /// Work that is shorter than this has no live display.
  static let displayDelay = Duration.milliseconds(150)
  /// The same for work without metrics, such as `encode`, whose display would be uninformative.
  static let displayDelayWithoutNumbers = Duration.milliseconds(750)

  init(
    publisher: Publisher, parent: JSON, count: Int, isSilent: Bool, pages: Bool, draw: MimeBundle.Draw?,
    isInterrupted: @escaping () -> Bool, asking: @escaping (String) -> String?
  ) {
    self.publisher = publisher
    self.parent = parent
    self.count = count
    self.isSilent = isSilent
    self.pages = pages
    self.draw = draw
    self.isInterrupted = isInterrupted
    self.asking = asking
  }

  func emit(_ event: Event) {
    guard !isSilent else { return }
    switch event {
    case .output(let output): show(output)
    case .progress(let progress): advance(progress)
    case .progressEnded: endProgress()
    }
  }

  func ask(_ prompt: String) -> String? { asking(prompt) }

  /// `x = !command`: what it says besides its output goes on the stream.
  func capture(_ command: String, _ interruption: Interruption) -> ShellCapture? {
    var captured = ""
    let ending = ShellCommand(text: command, interruption: interruption).run { name, text in
      if name == "stdout" { captured += text } else { stream(name, text) }
    }
    let failure: String? =
      switch ending {
      case .exited(0), .interrupted: nil
      case .exited(let code): "exit code \(code)"
      case .signaled(let signal): "ended by signal \(signal)"
      case .notStarted(let why): why
      }
    return ShellCapture(text: captured, failure: failure)
  }

  /// `clear_output`: removes the outputs of the cell, with `wait` when the next one arrives.
  func clear(wait: Bool) {
    guard !isSilent else { return }
    publisher.publish("clear_output", parent: parent, .members(["wait": .bool(wait)]))
  }

  /// Text on a stream.
  func stream(_ name: String, _ text: String) {
    guard !isSilent, !text.isEmpty else { return }
    publisher.publish("stream", parent: parent, .members(["name": .string(name), "text": .string(text)]))
    publisher.waitForReader(unless: isInterrupted)
  }

  private func show(_ output: Output) {
    if pages, output.role != .note {
      paged.append(output)
      return
    }
    if output.role == .note {
      stream("stdout", output.text + "\n")
    } else {
      let displays = MimeBundle.displays(of: output, draw: draw, isNotebook: publisher.isNotebook)
      for (place, display) in displays.enumerated() {
        if output.role == .result, place == 0 {
          publisher.publish(
            "execute_result", parent: parent, .object([.init("execution_count", .integer(count))] + display.members))
        } else {
          publisher.publish(
            "display_data", parent: parent, .object(display.members + [.init("transient", .empty)]))
        }
      }
    }
    publisher.waitForReader(unless: isInterrupted)
  }

  private func advance(_ progress: Progress) {
    let now = WorkClock.now
    var live = live ?? Live(id: Headers.randomIdentifier(), began: now, shown: nil, last: progress)
    // A figure is shown until the next one; in between only the numbers are stored.
    let waits = progress.figure == nil && live.last.figure != nil
    live.last = progress
    if waits { live.last.figure = self.live?.last.figure }
    // A requested figure is shown however short the work is.
    let displayDelay: Duration =
      progress.figure != nil ? .zero : progress.terms.isEmpty ? Self.displayDelayWithoutNumbers : Self.displayDelay
    let isDue = live.shown.map { now - $0 >= Self.updateInterval } ?? (now - live.began >= displayDelay)
    // A client that is far behind should not receive outdated updates.
    if isDue, !waits, !publisher.isBehind {
      display(live, isDone: false)
      live.shown = now
    }
    self.live = live
  }

  private func endProgress() {
    guard let live else { return }
    if live.shown != nil { display(live, isDone: true) }
    self.live = nil
  }

  private func display(_ live: Live, isDone: Bool) {
    let elapsed = isDone ? (WorkClock.now - live.began) / .seconds(1) : nil
    publisher.publish(
      live.shown == nil ? "display_data" : "update_display_data", parent: parent,
      .object(
        LiveDisplay.members(live.last, elapsed: elapsed, draw: draw, isNotebook: publisher.isNotebook)
          + [.init("transient", .members(["display_id": .string(live.id)]))]))
  }
}
