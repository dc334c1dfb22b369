import Language
import Tensors
import Text

/// A path as a word of a statement: bare where it reads as itself, else in quotes.
package enum PathWord {
  /// Whether `path` stands for itself without quotes: no character that ends a word, opens a bracket, makes an option
  /// or a question of it, or is read as another one.
  package static func isBare(_ path: String) -> Bool {
    !path.isEmpty && path != "as"
      && path.unicodeScalars.allSatisfy { scalar in
        if scalar.isASCII {
          return UInt8(ascii: scalar).isNamePart || "./-+@%~,:^".unicodeScalars.contains(scalar)
        }
        if Lookalikes.isBlank(scalar) || Lookalikes.isInvisible(scalar) || VisibleText.needsEscape(scalar) {
          return false
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
          .spacingMark, .decimalNumber, .letterNumber, .otherNumber:
          return true
        default: return false
        }
      }
  }

  /// The inside of quotes that `SourceText.quoted` reads back.
  package static func escaped(_ path: String, quote: Unicode.Scalar) -> String {
    var result = ""
    for scalar in path.unicodeScalars {
      if scalar == quote || scalar == "\\" {
        result += "\\" + String(scalar)
      } else if VisibleText.needsEscape(scalar) || Lookalikes.isInvisible(scalar) {
        result += VisibleText.escape(scalar)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// What was typed of a quoted text whose end is still to come.
  package static func unescaped(_ partial: String, quote: UInt8) -> String {
    let source = SourceText(String(Unicode.Scalar(quote)) + partial + String(Unicode.Scalar(quote)))
    return (try? source.quoted(at: 0, limit: source.count))?.text ?? partial
  }

  /// A path as it continues what was typed: in the quote that is open, or in quotes of its own where it needs them.
  ///
  /// - Parameters:
  ///   - open: The quote it stands in.
  ///   - needsQuotes: In quotes of its own even where it could stand without.
  package static func word(_ entry: PathCompletion.Entry, open: UInt8?, isClosed: Bool, needsQuotes: Bool) -> String {
    let quote = Unicode.Scalar(open ?? UInt8(ascii: "\""))
    if open == nil, !needsQuotes { return entry.path }
    // A folder's stays open: a path goes on there.
    let end = entry.isFolder || isClosed ? "" : String(quote)
    return (open == nil ? String(quote) : "") + escaped(entry.path, quote: quote) + end
  }
}

/// The word that is being typed in a command of the shell.
package struct ShellWord {
  /// UTF-8 offset in the command where it begins, its quotes included.
  package var start = 0
  /// What it says, without quotes and backslashes.
  package var text = ""
  /// It names a program: the first word, or the first after `|`, `;`, `&` or `(`.
  package var isProgram = true

  /// Reads a command up to the cursor.
  package init(_ command: String) {
    let bytes = Array(command.utf8)
    var word: [UInt8] = []
    var quote: UInt8?
    var position = 0
    func restart(at offset: Int, isProgram: Bool) {
      start = offset
      word = []
      self.isProgram = isProgram
    }
    while position < bytes.count {
      let byte = bytes[position]
      if let open = quote {
        if byte == open {
          quote = nil
        } else if byte == UInt8(ascii: "\\"), open == UInt8(ascii: "\""), position + 1 < bytes.count,
          [UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "$"), UInt8(ascii: "`")].contains(bytes[position + 1])
        {
          position += 1
          word.append(bytes[position])
        } else {
          word.append(byte)
        }
      } else if byte.isQuote {
        quote = byte
      } else if byte == UInt8(ascii: "\\"), position + 1 < bytes.count {
        position += 1
        word.append(bytes[position])
      } else if byte.isBlank {
        restart(at: position + 1, isProgram: isProgram && word.isEmpty)
      } else if ";|&(".utf8.contains(byte) {
        restart(at: position + 1, isProgram: true)
      } else if byte == UInt8(ascii: ">") || byte == UInt8(ascii: "<") {
        restart(at: position + 1, isProgram: false)
      } else {
        word.append(byte)
      }
      position += 1
    }
    text = String(decoding: word, as: UTF8.self)
  }

  /// `path` as the shell reads it: bare, or in single quotes where it would read more into it.
  package static func quoted(_ path: String) -> String {
    let isPlain = path.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII && (UInt8(ascii: scalar).isNamePart || "./-+@%,:=^".unicodeScalars.contains(scalar))
        || !scalar.isASCII && scalar.properties.isAlphabetic
    }
    if path.hasPrefix("-") { return quoted("./" + path) }
    if isPlain, path.utf8.first != UInt8(ascii: "=") { return path }
    // A home folder is one only outside of quotes.
    if path.hasPrefix("~/") { return "~/" + (path.utf8.count > 2 ? quoted(String(path.dropFirst(2))) : "") }
    let unusual = path.unicodeScalars.contains { VisibleText.needsEscape($0) }
    // Newlines cannot be typed in a line. dash knows no $'…'.
    if unusual { return "\"$(printf '\(printfFormat(path))')\"" }
    return "'" + path.replacing("'", with: "'\\''") + "'"
  }

  private static func printfFormat(_ path: String) -> String {
    path.utf8.map { byte in
      byte.isNamePart
        ? String(Unicode.Scalar(byte)) : "\\" + String(byte >> 6) + String(byte >> 3 & 7) + String(byte & 7)
    }.joined()
  }
}
