extension TableOptions {
  /// Whether these texts of options mean something.
  package static func isSeparator(_ text: String) -> Bool { TableDialect.Separator(text) != nil }
  package static func isDecimalMark(_ text: String) -> Bool {
    NumberMarks.mark(text).map { ".,".utf8.contains($0) } ?? false
  }
  package static func isThousandsMark(_ text: String) -> Bool { NumberMarks.mark(text) != nil }
}

/// How a table divides its text into fields, and how it writes its numbers.
struct TableDialect: Equatable {
  enum Separator: Equatable {
    /// One between two fields.
    case character(UInt8)
    /// Any number of blanks and tabs.
    case blanks

    var phrase: String {
      switch self {
      case .character(UInt8(ascii: ",")): "commas"
      case .character(UInt8(ascii: ";")): "semicolons"
      case .character(9): "tabs"
      case .character(UInt8(ascii: "|")): "bars"
      case .character(let byte): "'\(Character(UnicodeScalar(byte)))'"
      case .blanks: "blanks"
      }
    }

    /// A word or a character of an option; nil for what is neither.
    init?(_ text: String) {
      switch text.lowercased() {
      case "comma", "commas": self = .character(UInt8(ascii: ","))
      case "semicolon", "semicolons": self = .character(UInt8(ascii: ";"))
      case "tab", "tabs", "\\t", "\t": self = .character(9)
      case "bar", "bars", "pipe": self = .character(UInt8(ascii: "|"))
      case "blank", "blanks", "space", "spaces", "whitespace", "\\s+", " ": self = .blanks
      default:
        guard text.utf8.count == 1, let byte = text.utf8.first, byte > 32, byte < 127, byte != UInt8(ascii: "\"") else {
          return nil
        }
        self = .character(byte)
      }
    }
  }

  var separator: Separator
  var marks = NumberMarks()
}

/// The characters that numbers have besides digits.
struct NumberMarks: Equatable {
  var decimal = UInt8(ascii: ".")
  /// Between groups of three digits; nil where numbers are not grouped. A blank stands for any kind of it.
  var thousands: UInt8?

  /// A word or a character of an option; nil for what is neither.
  static func mark(_ text: String) -> UInt8? {
    switch text.lowercased() {
    case "point", "dot", "period", ".": UInt8(ascii: ".")
    case "comma", ",": UInt8(ascii: ",")
    case "blank", "space", " ": UInt8(ascii: " ")
    case "apostrophe", "'": UInt8(ascii: "'")
    case "underscore", "_": UInt8(ascii: "_")
    default: nil
    }
  }

  private static func phrase(_ mark: UInt8) -> String {
    switch mark {
    case UInt8(ascii: ","): "comma"
    case UInt8(ascii: "."): "point"
    case UInt8(ascii: " "): "blank"
    case UInt8(ascii: "'"): "apostrophe"
    default: "underscore"
    }
  }

  /// `decimal comma, thousands point`.
  var phrase: String {
    "decimal \(Self.phrase(decimal))" + (thousands.map { ", thousands \(Self.phrase($0))" } ?? "")
  }
}
