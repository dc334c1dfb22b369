import Datasets
import SessionCore

/// What is between two fields of a row.
struct FieldSeparator: WordValue {
  let text: String

  static let placeholder = "comma|semicolon|tab|bar|blank"
  static let expectation = "comma, semicolon, tab, bar, blank, or one character"
  static let words = [
    ValueWord("comma", "a,b"), ValueWord("semicolon", "a;b"), ValueWord("tab", "one tab"), ValueWord("bar", "a|b"),
    ValueWord("blank", "any number of blanks and tabs"),
  ]
  init?(text: String) {
    guard TableOptions.isSeparator(text) else { return nil }
    self.text = text
  }
}

/// The mark before the decimals of a number.
struct DecimalMark: WordValue {
  let text: String

  static let placeholder = "point|comma"
  static let expectation = "point or comma"
  static let words = [ValueWord("point", "0.5"), ValueWord("comma", "0,5")]
  init?(text: String) {
    guard TableOptions.isDecimalMark(text) else { return nil }
    self.text = text
  }
}

/// The mark between groups of digits.
struct ThousandsMark: WordValue {
  let text: String

  static let placeholder = "comma|point|blank|apostrophe"
  static let expectation = "comma, point, blank, apostrophe or underscore"
  static let words = [
    ValueWord("comma", "1,000"), ValueWord("point", "1.000"), ValueWord("blank", "1 000"),
    ValueWord("apostrophe", "1'000"), ValueWord("underscore", "1_000"),
  ]
  init?(text: String) {
    guard TableOptions.isThousandsMark(text) else { return nil }
    self.text = text
  }
}

/// Which column only numbers or names the rows.
struct IndexColumn: WordValue {
  let text: String

  static let placeholder = "yes|no|COLUMN"
  static let words = [ValueWord("yes", "the first column"), ValueWord("no", "none: every column is data")]
  init?(text: String) { self.text = text }
}

/// `a,b,c`.
struct ColumnNames: WordValue {
  let text: String
  let names: [String]

  static let placeholder = "A,B"
  static let words: [ValueWord] = []
  init?(text: String) { (self.text, names) = (text, text.split(separator: ",").map(String.init)) }
}

/// `age:number,city:category`.
struct ColumnTypes: WordValue {
  let text: String
  private(set) var byColumn: [String: ColumnType] = [:]

  static let placeholder = "A:number,B:category"
  static let expectation = "COLUMN:KIND"
  static var fix: String? {
    "Kinds: \(ColumnType.allCases.map(\.rawValue).joined(separator: ", ")). Example: types=age:number"
  }
  static let words: [ValueWord] = []
  init?(text: String) {
    self.text = text
    for entry in text.split(separator: ",") {
      // The last colon: a name may have one.
      guard let colon = entry.lastIndex(of: ":"), colon != entry.startIndex,
        let type = ColumnType(rawValue: String(entry[entry.index(after: colon)...]))
      else { return nil }
      byColumn[String(entry[..<colon])] = type
    }
  }
}

/// What lies behind transparent pixels.
struct Background: WordValue {
  let text: String
  /// Red, green and blue.
  let color: [UInt8]

  static let placeholder = "black|white|#rrggbb"
  static let expectation = "black, white, 0…255 or #rrggbb"
  static let words = [ValueWord("black", "0"), ValueWord("white", "255"), ValueWord("gray", "128")]
  static let black = Background(text: "black", color: [0, 0, 0])

  private init(text: String, color: [UInt8]) { (self.text, self.color) = (text, color) }
  init?(text: String) {
    guard let color = ImageOptions.background(text) else { return nil }
    self.init(text: text, color: color)
  }
}

extension ImageOptions.Broken: Choice {
  package var help: String {
    switch self {
    case .refuse: "an image that cannot be read is an error"
    case .skip: "leave it out and say how many were"
    }
  }
}
extension TableOptions.Header: Choice {
  package var help: String {
    switch self {
    case .auto: "detected from the content"
    case .yes: "the first row contains names"
    case .no: "the first row is an example"
    }
  }
}

extension TableOptions.Missing: Choice {
  package var help: String {
    switch self {
    case .refuse: "an empty field is an error"
    case .drop: "drop the row"
    case .mean: "replace it by the column's mean"
    case .zero: "replace it by 0"
    case .keep: "keep it missing: a model of a table trains on what was observed, and 'impute' fills it"
    }
  }
}

extension TableOptions.Categories: Choice {
  package var help: String {
    switch self {
    case .onehot: "one-hot: a column of 0 and 1 for each text"
    case .codes: "one column of integer codes"
    case .refuse: "a text is an error"
    }
  }
}

extension ImageOptions.Color: Choice {
  package var help: String {
    switch self {
    case .auto: "as stored in the images"
    case .gray: "one channel"
    case .rgb: "three channels"
    }
  }
}
