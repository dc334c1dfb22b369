import Notebook

/// What a running cell says, as iopub messages with the cell's request as parent. Lives on the executing thread.
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
    let began: ContinuousClock.Instant
    var shown: ContinuousClock.Instant?
    var last: Progress
  }
  /// Updates of the live display come no closer than this: at most four a second.
  static let updateInterval = Duration.milliseconds(250)
  /// Shorter work shows no display.
  static let displayDelay = Duration.milliseconds(150)
  /// Nor does work without numbers that is shorter than this: an `encode` would leave a line behind that says nothing.
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

  /// `clear_output`: the cell's outputs so far go away, with `wait` when the next one comes.
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
    switch output.role {
    case .note: stream("stdout", output.text + "\n")
    case .display:
      publisher.publish(
        "display_data", parent: parent,
        .object(
          MimeBundle.display(output, draw: draw, isNotebook: publisher.isNotebook) + [.init("transient", .empty)]))
    case .result:
      publisher.publish(
        "execute_result", parent: parent,
        .object(
          [.init("execution_count", .integer(count))]
            + MimeBundle.display(output, draw: draw, isNotebook: publisher.isNotebook)))
    }
    publisher.waitForReader(unless: isInterrupted)
  }

  private func advance(_ progress: Progress) {
    let now = ContinuousClock.now
    var live = live ?? Live(id: Headers.randomIdentifier(), began: now, shown: nil, last: progress)
    // A picture stays until the next one: between them only the numbers are kept.
    let waits = progress.figure == nil && live.last.figure != nil
    live.last = progress
    if waits { live.last.figure = self.live?.last.figure }
    // A picture was asked for: it is shown however short the work is.
    let displayDelay: Duration =
      progress.figure != nil ? .zero : progress.terms.isEmpty ? Self.displayDelayWithoutNumbers : Self.displayDelay
    let isDue = live.shown.map { now - $0 >= Self.updateInterval } ?? (now - live.began >= displayDelay)
    // A reader that is far behind wants no older moments first.
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
    let elapsed = isDone ? (ContinuousClock.now - live.began) / .seconds(1) : nil
    publisher.publish(
      live.shown == nil ? "display_data" : "update_display_data", parent: parent,
      .members([
        "data": LiveDisplay.content(live.last, elapsed: elapsed, draw: draw), "metadata": .empty,
        "transient": .members(["display_id": .string(live.id)]),
      ]))
  }
}
