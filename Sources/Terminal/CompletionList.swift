import Text

/// Candidates as text under the prompt: one a line with its help, or in columns when there is no help.
package struct CompletionList: Sendable {
  package let candidates: [LineCompletion.Candidate]
  package let columns: Int
  package let rows: Int
  package let color: ColorPolicy

  package init(candidates: [LineCompletion.Candidate], columns: Int, rows: Int, color: ColorPolicy) {
    self.candidates = candidates.map { .init(text: VisibleText.name($0.text), help: VisibleText.name($0.help)) }
    self.columns = columns
    self.rows = rows
    self.color = color
  }

  /// Lines that end in a newline. Never more than a screen with the prompt under it, for what scrolls away is not read: where
  /// there are too many, options stand in columns under the words; where that does not help either, all do, and what still
  /// has no place is counted.
  package var text: String {
    if !candidates.contains(where: { !$0.help.isEmpty }) { return inColumns(candidates) }
    if candidates.count <= rows - 2 { return withHelp(candidates) }
    let (options, words) = (candidates.filter { $0.text.hasSuffix("=") }, candidates.filter { !$0.text.hasSuffix("=") })
    let mixed = withHelp(words) + inColumns(options)
    return mixed.count { $0 == "\n" } <= rows - 2 ? mixed : inColumns(candidates)
  }

  private func withHelp(_ candidates: [LineCompletion.Candidate]) -> String {
    let widest = min(candidates.map { TextWidth.columns($0.text) }.max() ?? 0, columns / 2)
    return candidates.map { candidate in
      let name = TextWidth.pad(TextWidth.fit(candidate.text, to: widest), to: widest)
      if candidate.help.isEmpty { return "  " + name + "\n" }
      let help = TextWidth.fit(candidate.help, to: max(0, columns - widest - 5))
      return "  " + name + "  " + Style.faint.apply(help, color) + "\n"
    }.joined()
  }

  private func inColumns(_ candidates: [LineCompletion.Candidate]) -> String {
    if candidates.isEmpty { return "" }
    let widest = min(candidates.map { TextWidth.columns($0.text) }.max() ?? 0, max(1, columns - 4))
    let perRow = max(1, (columns - 2) / (widest + 2))
    let limit = max(3, rows - 3)
    let needed = (candidates.count + perRow - 1) / perRow
    let shown = min(needed, limit)
    var lines: [String] = []
    for row in 0..<shown {
      // Read downwards, as `ls` does.
      let cells = stride(from: row, to: candidates.count, by: needed).map {
        TextWidth.pad(TextWidth.fit(candidates[$0].text, to: widest), to: widest)
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
