import Text

/// The colors that text output may use.
package enum TextColor: Sendable, Equatable {
  case none
  /// The 16 colors of the oldest terminals, which each terminal has as it likes.
  case basic
  /// The 256 colors of most terminals.
  case palette
  /// 24 bits.
  case full
}

/// The characters that figures may consist of.
package enum TextCharacters: String, Sendable, Equatable, CaseIterable {
  /// Eight dots a character, two across and four down.
  case braille
  /// Four quadrants a character, for fonts without braille.
  case blocks
  /// One dot a character, in the signs of ASCII alone.
  case ascii

  /// Dots of one character.
  package var dots: (across: Int, down: Int) {
    switch self {
    case .braille: (2, 4)
    case .blocks: (2, 2)
    case .ascii: (1, 1)
    }
  }

  /// Those that a locale has: ASCII where it names a character set that is not UTF-8, as `C` and `de_DE@euro` do. Where
  /// none is named at all, as in most containers, the terminal is taken to be one of today.
  ///
  /// The console of Linux has fonts of 512 signs, without braille.
  package init(environment: [String: String]) {
    let named = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    let name = named?.lowercased() ?? "utf-8"
    if !name.contains("utf-8"), !name.contains("utf8") {
      self = .ascii
    } else {
      self = environment["TERM"] == "linux" ? .blocks : .braille
    }
  }
}

/// How the points of a scatter are drawn in characters.
package enum TextPoints: String, Sendable, Equatable, CaseIterable {
  /// Dots of one color a class, and its name where most of its points lie.
  case dots
  /// The first sign of the name of the class, such as its digit.
  case letters
}

/// What figures in characters are drawn on: its size, colors and characters.
package struct TextScreen: Sendable, Equatable {
  package var columns: Int
  package var rows: Int
  package var color: TextColor
  package var characters: TextCharacters
  /// nil for dots where colors tell classes apart, else letters.
  package var points: TextPoints?

  package init(
    columns: Int, rows: Int, color: TextColor = .none, characters: TextCharacters = .braille, points: TextPoints? = nil
  ) {
    (self.columns, self.rows, self.color) = (columns, rows, color)
    (self.characters, self.points) = (characters, points)
  }
}

/// What the user said of figures on a screen: `set plot terminal=… characters=… points=…`.
package struct FigureDisplay: Sendable, Equatable {
  /// nil leaves it to the front end.
  package var terminal: String?
  package var characters: TextCharacters?
  package var points: TextPoints?

  package init(settings: [String: String] = [:]) {
    terminal = settings["terminal"]
    characters = settings["characters"].flatMap { TextCharacters(rawValue: $0) }
    points = settings["points"].flatMap { TextPoints(rawValue: $0) }
  }
}
