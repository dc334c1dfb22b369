import Glibc
import Text

/// The mismatches of a replay as a unified diff against the session file.
///
/// Hunks carry three lines of context and the command as their heading. Lines that start with `\`, which belong to neither
/// side, say by how much numbers differ. The new side is `ReplayReport.updated`.
package struct UnifiedDiff: Sendable {
  package enum LineKind: Sendable { case header, hunk, context, removed, added, remark }
  package struct Line: Sendable {
    package let kind: LineKind
    package let text: String
  }
  package let lines: [Line]

  package init(_ report: ReplayReport, context: Int = 3) {
    var rows: [Row] = []
    if let header = report.file.headerLine { rows.append(Row(kind: .context, text: header)) }
    var next = report.results.makeIterator()
    for item in report.file.items {
      switch item {
      case .prose(let text): rows.append(Row(kind: .context, text: text))
      case .blank: rows.append(Row(kind: .context, text: ""))
      case .command(let command):
        let heading = command.source.split(separator: "\n").first.map(String.init) ?? ""
        for line in SessionFile.promptLines(command.source) {
          rows.append(Row(kind: .context, text: line, heading: heading))
        }
        if let result = next.next() {
          rows += Self.rows(of: result, tolerance: report.tolerance, heading: heading)
        } else {
          rows += command.expected.map { Row(kind: .context, text: $0, heading: heading) }
        }
      }
    }
    lines = Self.hunks(rows, path: report.path, context: context)
  }

  package var text: String { lines.map { $0.text + "\n" }.joined() }

  private struct Row {
    var kind: LineKind
    var text: String
    var heading = ""
  }

  private static func rows(of result: CommandResult, tolerance: Tolerance, heading: String) -> [Row] {
    var rows: [Row] = []
    for edit in result.edits {
      switch edit {
      case .same(let index, _), .anyLines(let index):
        rows.append(Row(kind: .context, text: result.command.expected[index], heading: heading))
      case .covered: break
      case .missing(let index):
        rows.append(Row(kind: .removed, text: result.command.expected[index], heading: heading))
      case .extra(let index):
        rows.append(Row(kind: .added, text: result.written(index), heading: heading))
      case .changed(let old, let new, let difference):
        let matcher = LineMatcher(result.command.expected[old], tolerance: tolerance)
        let suffix = matcher.toleranceSuffix ?? ""
        let fresh = result.written(new, suffix: suffix)
        rows.append(Row(kind: .removed, text: matcher.source, heading: heading))
        rows.append(Row(kind: .added, text: fresh, heading: heading))
        rows += remarks(difference).map { Row(kind: .remark, text: $0, heading: heading) }
      }
    }
    return rows
  }

  private static func remarks(_ difference: LineDifference) -> [String] {
    switch difference {
    case .text: []
    case .badPattern: ["the (re) pattern is not a regular expression"]
    case .numbers(let numbers):
      numbers.map { number in
        var text = "\(number.expected) → \(number.actual): off by \(short(number.absolute))"
        if number.relative.isFinite { text += " (\(short(number.relative * 100)) %)" }
        if let allowed = number.allowed {
          text += ", allowed \(short(allowed.atol)) + \(short(allowed.rtol))·|expected|"
        } else {
          text += "; integers must agree"
        }
        return text
      }
    }
  }

  private static func short(_ value: Double) -> String { NumberText.format("%.3g", value) }

  private static func hunks(_ rows: [Row], path: String, context: Int) -> [Line] {
    let changed = rows.indices.filter { rows[$0].kind != .context }
    guard !changed.isEmpty else { return [] }
    var ranges: [Range<Int>] = []
    for index in changed {
      let range = max(0, index - context)..<min(rows.count, index + context + 1)
      if let last = ranges.last, range.lowerBound <= last.upperBound {
        ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        ranges.append(range)
      }
    }
    var lines = [Line(kind: .header, text: "--- \(path)"), Line(kind: .header, text: "+++ \(path).actual")]
    for range in ranges {
      let before = rows[..<range.lowerBound]
      let old = before.count { $0.kind == .context || $0.kind == .removed }
      let new = before.count { $0.kind == .context || $0.kind == .added }
      let part = rows[range]
      let oldCount = part.count { $0.kind == .context || $0.kind == .removed }
      let newCount = part.count { $0.kind == .context || $0.kind == .added }
      let heading = part.first { $0.kind != .context }?.heading ?? ""
      lines.append(
        Line(kind: .hunk, text: trimmedRight("@@ -\(old + 1),\(oldCount) +\(new + 1),\(newCount) @@ \(heading)")))
      for row in part {
        let mark =
          switch row.kind {
          case .removed: "-"
          case .added: "+"
          case .remark: "\\ "
          default: " "
          }
        lines.append(Line(kind: row.kind, text: mark + row.text))
      }
    }
    return lines
  }
}
