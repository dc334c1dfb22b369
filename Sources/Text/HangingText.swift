/// Text for a screen, broken between words, with later lines below the words they belong to.
///
///     epochs=N   how often the training data
///                are seen
///
/// A line that has columns (two blanks or more between words) goes on below its last column, any other one below its
/// own start. Blanks within a line stay as they are; a word that is wider than the screen is left whole, so that a path
/// can be copied.
package enum HangingText {
  /// - Parameters:
  ///   - width: Columns of the screen.
  ///   - hang: Blanks in front of what continues a line without columns, beyond its own.
  package static func wrapped(_ text: String, to width: Int, hang: Int = 0) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      TextWidth.columns(line) <= width ? String(line) : broken(line, to: max(width, 20), hang: hang)
    }.joined(separator: "\n")
  }

  private static func broken(_ line: Substring, to width: Int, hang: Int) -> String {
    let pieces = pieces(of: line)
    let start = pieces.first?.blanks ?? 0
    // Too far to the right there is no room for words below a column.
    let column = pieces.dropFirst().last { $0.blanks >= 2 && $0.column <= width / 2 }?.column
    var indent = column ?? start + hang
    let hasFarColumn = column == nil && pieces.dropFirst().contains { $0.blanks >= 2 }
    if start > width / 2 { indent = 4 } else if hasFarColumn { indent = min(start, 4) + 4 }
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var current = start > width / 2 ? margin : String(repeating: " ", count: start)
    var used = current.count
    var isFresh = true
    for piece in pieces {
      let blanks = isFresh ? 0 : piece.blanks
      let isNewColumn = hasFarColumn && !isFresh && piece.blanks >= 2
      if !isFresh, isNewColumn || used + blanks + piece.width > width {
        lines.append(current)
        (current, used, isFresh) = (margin, indent, true)
      }
      let gap = isFresh ? 0 : blanks
      current += String(repeating: " ", count: gap) + piece.word
      used += gap + piece.width
      isFresh = false
    }
    return (lines + [current]).joined(separator: "\n")
  }

  private struct Piece {
    let word: Substring
    /// Blanks before it, the column it begins in, and how wide it is.
    let blanks: Int
    let column: Int
    let width: Int
  }

  private static func pieces(of line: Substring) -> [Piece] {
    var pieces: [Piece] = []
    var rest = line
    var column = 0
    while !rest.isEmpty {
      let blanks = rest.prefix { $0 == " " }.count
      let word = rest.dropFirst(blanks).prefix { $0 != " " }
      guard !word.isEmpty else { break }
      let width = TextWidth.columns(word)
      pieces.append(Piece(word: word, blanks: blanks, column: column + blanks, width: width))
      column += blanks + width
      rest = rest[word.endIndex...]
    }
    return pieces
  }
}
