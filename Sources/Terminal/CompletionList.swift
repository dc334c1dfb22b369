/// Candidates as text under the prompt: one a line with its help, or in columns when there is no help.
package struct CompletionList: Sendable {
  package let candidates: [LineCompletion.Candidate]
  package let columns: Int
  package let rows: Int
  package let color: ColorPolicy

  package init(candidates: [LineCompletion.Candidate], columns: Int, rows: Int, color: ColorPolicy) {
    self.candidates = candidates
    self.columns = columns
    self.rows = rows
    self.color = color
  }

  /// Lines that end in a newline. At most two screens less three rows; the rest is counted.
  package var text: String {
    let hasHelp = candidates.contains { !$0.help.isEmpty }
    return hasHelp && candidates.count < rows * 2 - 3 ? withHelp : inColumns
  }

  private var withHelp: String {
    let widest = min(candidates.map { displayWidth($0.text) }.max() ?? 0, columns / 2)
    return candidates.map { candidate in
      let name = padded(truncated(candidate.text, to: widest), to: widest)
      if candidate.help.isEmpty { return "  " + name + "\n" }
      let help = truncated(candidate.help, to: max(0, columns - widest - 5))
      return "  " + name + "  " + Style.faint.apply(help, color) + "\n"
    }.joined()
  }

  private var inColumns: String {
    let widest = min(candidates.map { displayWidth($0.text) }.max() ?? 0, max(1, columns - 4))
    let perRow = max(1, (columns - 2) / (widest + 2))
    let limit = max(3, rows - 3)
    let needed = (candidates.count + perRow - 1) / perRow
    let shown = min(needed, limit)
    var lines: [String] = []
    for row in 0..<shown {
      // Read downwards, as `ls` does.
      let cells = stride(from: row, to: candidates.count, by: needed).map {
        padded(truncated(candidates[$0].text, to: widest), to: widest)
      }
      var line = "  " + cells.joined(separator: "  ")
      while line.hasSuffix(" ") { line.removeLast() }
      lines.append(line + "\n")
    }
    let hidden =
      candidates.count
      - (0..<shown).reduce(0) { sum, row in
        sum + stride(from: row, to: candidates.count, by: needed).underestimatedCount
      }
    if hidden > 0 { lines.append(Style.faint.apply("  … and \(hidden) more", color) + "\n") }
    return lines.joined()
  }
}
