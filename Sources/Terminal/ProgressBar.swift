import Notebook

/// One line that tells how far long work is, laid out for a width.
///
///     train m · epoch 3/20 ▕██████▌       ▏  46 %  0:41 left  loss 142.31 nats  kl 12.08 nats  1,204 images/s  █▅▃▂▁
///
/// What does not fit goes, the least needed first: the sparkline, then terms from the last, then the bar. The task and the
/// percentage stay; they are cut only on a terminal too narrow for them.
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
    var tail: [String] = []
    if let fraction = progress.fraction {
      let percent = min(100, max(0, Int(fraction * 100)))
      tail.append(String(repeating: " ", count: percent < 10 ? 2 : percent < 100 ? 1 : 0) + "\(percent) %")
    }
    if let left = progress.secondsLeft { tail.append(clockText(left) + " left") }
    var terms = progress.terms.map(Self.text(of:))
    let trail = sparkline(progress.trail, columns: min(12, progress.trail.count))
    var hasTrail = displayWidth(trail) >= 3
    var hasBar = progress.fraction != nil

    func compose(bar: Int) -> String {
      var parts = [progress.task]
      if bar > 0, let fraction = progress.fraction { parts[0] += " " + Self.bar(fraction, columns: bar, color: color) }
      parts += tail + terms
      if hasTrail { parts.append(Style.success.apply(trail, color)) }
      return parts.filter { !$0.isEmpty }.joined(separator: "  ")
    }
    let minimumBar = 10
    while true {
      let bare = displayWidth(compose(bar: 0))
      let spare = room - bare - 1
      if hasBar, spare >= minimumBar { return compose(bar: min(spare, 30)) }
      if !hasBar, bare <= room { return compose(bar: 0) }
      if hasTrail {
        hasTrail = false
      } else if terms.count > 1 {
        terms.removeLast()
      } else if hasBar {
        hasBar = false
      } else if !terms.isEmpty {
        terms.removeLast()
      } else if tail.count > 1 {
        tail.removeLast()
      } else {
        return truncated(compose(bar: 0), to: room)
      }
    }
  }

  private static func text(of term: Progress.Term) -> String {
    let isCount = term.value.magnitude >= 1000 && term.value.isFinite && term.value.magnitude < 1e15
    let number = isCount ? grouped(Int(term.value.rounded())) : fixed(term.value, decimals: decimals(term.value))
    return [term.name, number, term.unit].filter { !$0.isEmpty }.joined(separator: " ")
  }

  private static func decimals(_ value: Double) -> Int {
    value.magnitude >= 100 ? 1 : value.magnitude >= 1 ? 2 : 4
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
