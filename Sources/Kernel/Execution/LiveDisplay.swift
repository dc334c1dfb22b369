import JSONText
import SessionCore
import Text

/// Progress as text and as a small page: a bar, the live numbers, a curve of the first of them.
enum LiveDisplay {
  /// `data` and `metadata` of the display.
  ///
  /// - Parameter elapsed: How many seconds the work was, when it has ended: the last moment stays in the notebook.
  static func members(
    _ progress: Progress, elapsed: Double?, draw: MimeBundle.Draw?, isNotebook: Bool
  ) -> [JSON.Member] {
    var bundle = MimeBundle(text: text(progress, elapsed: elapsed))
    if let figure = progress.figure, let draw {
      bundle.add(figure, elapsed != nil && isNotebook ? .notebook : .best, draw)
    } else {
      bundle.add(html: html(progress, elapsed: elapsed))
    }
    return bundle.members
  }

  private static func terms(_ progress: Progress) -> [String] {
    progress.terms.map { "\($0.name) \($0.number)" + ($0.unit.isEmpty ? "" : " \($0.unit)") }
  }

  /// The remaining time, or the elapsed time when the work has ended.
  private static func rateText(_ progress: Progress, elapsed: Double?) -> String? {
    if let elapsed { return progress.terms.isEmpty ? "took \(NumberText.duration(elapsed))" : nil }
    return progress.secondsLeft.map { "\(NumberText.clock($0)) left" }
  }

  static func text(_ progress: Progress, elapsed: Double?) -> String {
    var parts = [progress.task]
    if elapsed == nil, let fraction = progress.fraction { parts.append("\(Int(clamped(fraction) * 100)) %") }
    parts += terms(progress)
    if let rateText = rateText(progress, elapsed: elapsed) { parts.append(rateText) }
    return parts.joined(separator: " · ")
  }

  static func html(_ progress: Progress, elapsed: Double?) -> String {
    var parts = ["<b>\(HTML.escaped(progress.task))</b>"]
    if elapsed == nil, let fraction = progress.fraction {
      let value = NumberText.short(clamped(fraction), digits: 5)
      parts.append("<progress value=\"\(value)\" max=\"1\" style=\"width:16em\"></progress>")
      parts.append("\(Int(clamped(fraction) * 100)) %")
    }
    parts += terms(progress).map(HTML.escaped)
    if let rateText = rateText(progress, elapsed: elapsed) { parts.append(rateText) }
    return "<div style=\"font-family:monospace\">" + parts.joined(separator: " · ") + curve(progress.recentLosses)
      + "</div>"
  }

  /// A line of at most 200 points, oldest first.
  private static func curve(_ values: [Double]) -> String {
    let values = values.suffix(200).filter(\.isFinite)
    guard values.count > 1, let low = values.min(), let high = values.max() else { return "" }
    let span = high > low ? high - low : 1
    let points = values.enumerated().map { index, value in
      let x = Double(index) / Double(values.count - 1) * 240
      return NumberText.short(x, digits: 5) + "," + NumberText.short(38 - (value - low) / span * 36, digits: 5)
    }
    return "<br><svg width=\"240\" height=\"40\" role=\"img\"><polyline fill=\"none\" stroke=\"#2a78d6\" "
      + "stroke-width=\"1.5\" points=\"\(points.joined(separator: " "))\"/></svg>"
  }

  private static func clamped(_ fraction: Double) -> Double { fraction.isFinite ? min(max(fraction, 0), 1) : 0 }
}
