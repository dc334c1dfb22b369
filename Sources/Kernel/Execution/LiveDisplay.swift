import Notebook

/// Progress as text and as a small page: a bar, the live numbers, a curve of the first of them.
enum LiveDisplay {
  /// - Parameter elapsed: The seconds that the work took; nil while it is running.
  static func content(_ progress: Progress, elapsed: Double?, draw: MimeBundle.Draw?) -> JSON {
    var members: [JSON.Member] = [
      .init("text/plain", .string(text(progress, elapsed: elapsed))),
      .init("text/html", .string(html(progress, elapsed: elapsed))),
    ]
    if let figure = progress.figure, let draw {
      members.removeLast()
      MimeBundle.add(figure, draw, to: &members)
    }
    return .object(members)
  }

  private static func terms(_ progress: Progress) -> [String] {
    progress.terms.map { "\($0.name) \(number($0.value))" + ($0.unit.isEmpty ? "" : " \($0.unit)") }
  }

  /// How far it is, or when it has ended how long it took.
  private static func rateText(_ progress: Progress, elapsed: Double?) -> String? {
    if let elapsed { return progress.terms.isEmpty ? "took \(number((elapsed * 10).rounded() / 10)) s" : nil }
    return progress.secondsLeft.map { "\(duration($0)) left" }
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
      let value = number(clamped(fraction))
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
      return "\(number(x)),\(number(38 - (value - low) / span * 36))"
    }
    return "<br><svg width=\"240\" height=\"40\" role=\"img\"><polyline fill=\"none\" stroke=\"#2a78d6\" "
      + "stroke-width=\"1.5\" points=\"\(points.joined(separator: " "))\"/></svg>"
  }

  private static func clamped(_ fraction: Double) -> Double { fraction.isFinite ? min(max(fraction, 0), 1) : 0 }

  /// Five significant digits.
  static func number(_ value: Double) -> String {
    guard value.isFinite, value != 0, abs(value) < 1e15 else { return "\(value)" }
    var unit = 1.0
    while abs(value) * unit < 1e4, unit < 1e12 { unit *= 10 }
    let rounded = (value * unit).rounded() / unit
    if let whole = Int(exactly: rounded) { return String(whole) }
    return "\(rounded)"
  }

  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
    let whole = Int(seconds.rounded(.up))
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
