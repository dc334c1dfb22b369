import SessionCore

/// Keeps one progress bar on screen: appears after half a second of work, is redrawn at most ten times a second, and
/// is removed at the end.
///
/// Times are parameters, so that the type does not depend on a clock.
package struct ProgressLine: Sendable {
  /// Seconds of work before a bar appears, and between two drawings.
  package static let delay = 0.5
  package static let interval = 0.1

  private var started: Double?
  private var lastDrawn: Double?
  package private(set) var isVisible = false
  /// What was last asked for, so that it can be drawn again after the screen was used for something else.
  private var latest: Progress?

  package init() {}

  /// The bytes to write for `progress` at `now` (seconds), or nil when it is too early to draw.
  package mutating func update(_ progress: Progress, now: Double, bar: ProgressBar) -> String? {
    let begin = started ?? now
    started = begin
    latest = progress
    if now - begin < Self.delay { return nil }
    if let last = lastDrawn, now - last < Self.interval { return nil }
    lastDrawn = now
    isVisible = true
    return "\r" + bar.line(for: progress) + "\u{1B}[K"
  }

  /// The bytes that take the bar off the screen, with the cursor at the start of an empty line; the work goes on.
  package mutating func hide() -> String {
    guard isVisible else { return "" }
    isVisible = false
    lastDrawn = nil
    return "\r\u{1B}[K"
  }

  /// The work ended: hides the bar and forgets it.
  package mutating func end() -> String {
    let bytes = hide()
    self = ProgressLine()
    return bytes
  }

  /// Seconds since the work began, if it did.
  package func elapsed(now: Double) -> Double? { started.map { now - $0 } }
}
