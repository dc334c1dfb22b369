import SessionCore
import Text

/// A one-line progress bar, laid out for a width.
///
///     train m · epoch 3/20 ▕██████▌       ▏  46 %  0:41 left  loss 142.31 nats  kl 12.08 nats  1,204 images/s  █▅▃▂▁
///
/// Parts that do not fit are omitted in this order: units, half of the sparkline, the second term (the loss is most
/// informative), the sparkline, then terms from the last, then the bar. The task and the percentage stay; they are cut
/// only on a terminal too narrow for them.
package struct ProgressBar: Sendable {
  package let columns: Int
  package let color: ColorPolicy

  package init(columns: Int, color: ColorPolicy) {
    self.columns = columns
    self.color = color
  }

  /// The line for `progress`, at most `columns − 1` wide: a full line would make some terminals wrap.
  package func line(for progress: Progress) -> String {
    let room = max(1, columns - 1)
    for layout in Layout.all(termCount: progress.terms.count) {
      let bare = compose(progress, layout, bar: 0)
      let spare = room - TextWidth.columns(bare) - 1
      if progress.fraction == nil || layout.minimumBar == 0 {
        if spare >= -1 { return bare }
      } else if spare >= layout.minimumBar {
        return compose(progress, layout, bar: min(spare, 30))
      }
    }
    return TextWidth.fit(
      compose(progress, Layout(recentLosses: 0, terms: [], minimumBar: 0, isShort: true), bar: 0), to: room)
  }

  /// The parts that are shown.
  private struct Layout {
    var recentLosses: Int
    /// Which terms, by place.
    var terms: [Int]
    var minimumBar: Int
    /// Without units and words that can be done without.
    var isShort: Bool

    /// From the most detailed to the shortest.
    static func all(termCount: Int) -> [Layout] {
      let every = Array(0..<termCount)
      let fewer = termCount > 3 ? every.filter { $0 != 1 } : every
      var layouts = [
        Layout(recentLosses: 12, terms: every, minimumBar: 10, isShort: false),
        Layout(recentLosses: 12, terms: every, minimumBar: 8, isShort: true),
        Layout(recentLosses: 5, terms: every, minimumBar: 8, isShort: true),
        Layout(recentLosses: 5, terms: fewer, minimumBar: 7, isShort: true),
        Layout(recentLosses: 0, terms: fewer, minimumBar: 7, isShort: true),
      ]
      for count in stride(from: fewer.count - 1, through: 0, by: -1) where count > 0 || termCount == 0 {
        layouts.append(Layout(recentLosses: 0, terms: Array(fewer.prefix(count)), minimumBar: 7, isShort: true))
      }
      layouts.append(Layout(recentLosses: 0, terms: Array(every.prefix(1)), minimumBar: 0, isShort: true))
      layouts.append(Layout(recentLosses: 0, terms: [], minimumBar: 0, isShort: true))
      return layouts
    }
  }

  private func compose(_ progress: Progress, _ layout: Layout, bar: Int) -> String {
    var parts = [VisibleText.name(progress.task)]
    if let fraction = progress.fraction {
      if bar > 0 { parts[0] += " " + Self.bar(fraction, columns: bar, color: color) }
      let percent = fraction.isFinite ? min(100, max(0, Int(fraction * 100))) : 0
      parts.append(String(repeating: " ", count: percent < 10 ? 2 : percent < 100 ? 1 : 0) + "\(percent) %")
    }
    if let left = progress.secondsLeft { parts.append(NumberText.clock(left) + (layout.isShort ? "" : " left")) }
    parts += layout.terms.map { Self.text(of: progress.terms[$0], isShort: layout.isShort) }
    let recentLosses = sparkline(progress.recentLosses, columns: min(layout.recentLosses, progress.recentLosses.count))
    if TextWidth.columns(recentLosses) >= 3 { parts.append(Style.success.apply(recentLosses, color)) }
    return parts.filter { !$0.isEmpty }.joined(separator: "  ")
  }

  private static func text(of term: Progress.Term, isShort: Bool) -> String {
    let number = term.number
    if term.unit.hasSuffix("/s") { return number + (isShort ? "/s" : " " + term.unit) }
    return [term.name, number, isShort ? "" : term.unit].filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// `▕████▌     ▏`, in eighths of a column.
  private static func bar(_ fraction: Double, columns: Int, color: ColorPolicy) -> String {
    let inside = columns - 2
    let eighths = Int((min(1, max(0, fraction.isFinite ? fraction : 0)) * Double(inside * 8)).rounded(.down))
    let parts = Array(" ▏▎▍▌▋▊▉")
    var filled = String(repeating: "█", count: eighths / 8)
    if eighths % 8 > 0 { filled.append(parts[eighths % 8]) }
    let empty = String(repeating: " ", count: inside - filled.count)
    return "▕" + Style.prompt.apply(filled, color) + empty + "▏"
  }
}
