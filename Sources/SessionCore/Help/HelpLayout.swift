import SessionFiles
import Text

/// How pages of help are laid out for a screen of so many columns.
package struct HelpLayout: Sendable {
  package let width: Int

  /// Columns where nobody says how many there are.
  package static let usualWidth = 80
  /// A column of text that is narrower is hard to read: the text goes below its name then.
  private static let narrowest = 22

  package init(width: Int) { self.width = max(width, 20) }

  /// Prose broken between words; later lines of columns below the last of them.
  package func wrapped(_ text: String, hang: Int = 0) -> String { HangingText.wrapped(text, to: width, hang: hang) }

  /// A name with its description, wrapped to the width with a hanging indent.
  ///
  /// - Parameter column: Where the description begins; below a name that reaches beyond it.
  package func entry(_ name: String, _ text: String, column: Int? = nil) -> String {
    rows([(name, text)], column: column)[0]
  }

  /// Names with their descriptions. Where the screen leaves no room beside the names, all descriptions go below them, four
  /// columns to the right.
  package func rows(_ rows: [(name: String, text: String)], column: Int? = nil) -> [String] {
    let indent = column ?? rows.map { TextWidth.columns($0.name) }.max() ?? 0
    let isNarrow =
      width - indent < Self.narrowest
      && rows.contains { max(indent, TextWidth.columns($0.name)) + TextWidth.columns($0.text) > width }
    return rows.map { row in
      let first = row.name.prefix { $0 == " " }.count
      let isBelow = isNarrow && !row.text.isEmpty
      return entry(
        row.name, row.text, at: isBelow ? first + 4 : column ?? TextWidth.columns(row.name), isBelow: isBelow)
    }
  }

  private func entry(_ name: String, _ text: String, at indent: Int, isBelow: Bool) -> String {
    let shown = trimmedRight(name)
    let isBelow = isBelow || TextWidth.columns(name) > indent
    let margin = String(repeating: " ", count: indent)
    let description = TextWidth.wrap(text, to: width - indent).replacing("\n", with: "\n" + margin)
    return isBelow ? "\(wrapped(shown, hang: 4))\n\(margin)\(description)" : name + description
  }

  /// A page of paragraphs and of rows `  name  description`, a line of the source each; the descriptions of rows that
  /// follow each other begin in one column.
  package func page(_ source: String) -> String {
    var (lines, block) = ([String](), [(name: String, text: String)]())
    func end() {
      let longest = block.map { TextWidth.columns($0.name) }.max() ?? 0
      lines += rows(block.map { ("  " + TextWidth.pad($0.name, to: longest + 4), $0.text) })
      block = []
    }
    for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("  ") {
        block.append(Self.row(line))
      } else {
        end()
        lines.append(wrapped(String(line)))
      }
    }
    end()
    return lines.joined(separator: "\n")
  }

  /// A row's name and description, which four blanks or more part.
  private static func row(_ line: Substring) -> (name: String, text: String) {
    let row = line.dropFirst(2)
    guard let gap = row.firstRange(of: "    ") else { return (String(row), "") }
    return (String(row[..<gap.lowerBound]), String(row[gap.upperBound...].drop { $0 == " " }))
  }
}
