extension TextWidth {
  /// Paragraphs of `text` in lines of at most `width` columns; indented lines (equations, tables) stay as they are.
  package static func reflowed(_ text: String, to width: Int) -> String {
    var blocks: [String] = []
    var isOpen = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let isProse = !line.isEmpty && line.first != " "
      if isProse, isOpen { blocks[blocks.count - 1] += " " + line } else { blocks.append(String(line)) }
      isOpen = isProse
    }
    return blocks.map { $0.first == " " ? $0 : wrap($0, to: width) }.joined(separator: "\n")
  }

  /// Words of `text` in lines of at most `width` columns; line breaks in the text stay.
  package static func wrap(_ text: String, to width: Int, indent: String = "") -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph -> [String] in
      if columns(paragraph) <= width - indent.count { return [String(paragraph)] }
      let leading = String(paragraph.prefix { $0 == " " })
      var lines: [String] = []
      var line = leading
      for word in paragraph.split(separator: " ") {
        let gap = line.allSatisfy { $0 == " " } ? "" : " "
        if columns(line) + gap.count + columns(word) > width - indent.count, line.contains(where: { $0 != " " }) {
          lines.append(line)
          line = leading + word
        } else {
          line += gap + word
        }
      }
      return lines + [line]
    }
    return lines.map { $0.isEmpty ? $0 : indent + $0 }.joined(separator: "\n")
  }
}
