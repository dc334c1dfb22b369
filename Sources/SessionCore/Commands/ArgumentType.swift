import Text

/// A word that an argument can be, and what it means: `slerp`, along a great circle.
package struct ValueWord: Sendable, Hashable, ExpressibleByStringLiteral {
  package let text: String
  /// nil where the help of the argument says enough.
  package let help: String?

  package init(_ text: String, _ help: String? = nil) { (self.text, self.help) = (text, help) }
  package init(stringLiteral text: String) { self.init(text) }
}

/// What an argument must be; decides how it is read, checked, completed and described.
package indirect enum ArgumentType: Sendable {
  case integer(ClosedRange<Int>)
  /// An integer, or `+N` for N more.
  case relativeInteger(ClosedRange<Int>)
  case number(ClosedRange<Double>)
  /// `yes` or `no`.
  case flag
  case choice([ValueWord])
  /// Any text; `suggestions` are completed.
  case text(placeholder: String, suggestions: [ValueWord])
  /// A file or folder.
  case path
  /// One of these names, or a file or folder.
  case nameOrPath([ValueWord])
  /// An image or a latent to start from or to end at: a label, `#12`, or an expression.
  case place
  /// A class: its number, or its name.
  case label
  /// `60s`, `5m`, `1h`; seconds without a unit.
  case duration
  /// `28x28`.
  case size
  /// `-3:3`.
  case interval
  /// `3`, `0..9` or `0,2,5`.
  case indices
  /// A name for a new variable.
  case newName
  /// An expression whose value has one of the kinds.
  case value([ValueKind])
  /// An expression, or a literal number or label.
  case anyValue

  /// Whether it may name a file.
  package var isPath: Bool {
    switch self {
    case .path, .nameOrPath: true
    default: false
    }
  }

  /// The placeholder of the value in usage lines.
  package var placeholder: String {
    switch self {
    case .integer, .relativeInteger: "N"
    case .number: "X"
    case .flag: "yes|no"
    case .choice(let names):
      names.reduce(0) { $0 + $1.text.count + 1 } <= 17 ? names.map(\.text).joined(separator: "|") : "NAME"
    case .text(let placeholder, _): placeholder
    case .path: "PATH"
    case .nameOrPath: "NAME or PATH"
    case .place: "3, #12 or z[0]"
    case .label: "CLASS"
    case .duration: "60s"
    case .size: "HxW"
    case .interval: "A:B"
    case .indices: "A..B"
    case .newName: "NAME"
    case .value(let kinds): kinds.first.map { $0.rawValue.uppercased() } ?? "VALUE"
    case .anyValue: "VALUE"
    }
  }

  /// What messages call the expected value: `an integer ≥ 1`.
  package var expectation: String {
    switch self {
    case .integer(let range): "an integer" + Self.bounds(range)
    case .relativeInteger(let range): "an integer\(Self.bounds(range)) or +N"
    case .number(let range): "a number" + Self.bounds(range)
    case .flag: "yes or no"
    case .choice(let names): "one of " + names.map(\.text).joined(separator: ", ")
    case .text(let placeholder, _): placeholder
    case .path: "a path"
    case .nameOrPath: "a name or a path"
    case .place: "a label, an index such as #12, or a latent"
    case .label: "the name or the number of a class"
    case .duration: "a duration such as 60s, 5m or 1h"
    case .size: "a size such as 28x28"
    case .interval: "a range such as -3:3"
    case .indices: "indices such as 3, 0..9 or 0,2,5"
    case .newName: "a name of letters, digits and _"
    case .value(let kinds): kinds.map(\.phrase).joined(separator: " or ")
    case .anyValue: "a value"
    }
  }

  /// Values that completion offers.
  package var suggestions: [String] { words.map(\.text) }

  /// The same with what they mean.
  package var words: [ValueWord] {
    switch self {
    case .flag: ["yes", "no"]
    case .choice(let names), .nameOrPath(let names): names
    case .text(_, let suggestions): suggestions
    case .duration: ["60s", "5m"]
    default: []
    }
  }

  /// What one of the words means; nil where the help of the argument says enough.
  package func meaning(of word: String) -> String? { words.first { $0.text == word }?.help }

  private static func bounds(_ range: ClosedRange<Int>) -> String {
    switch (range.lowerBound == .min, range.upperBound == .max) {
    case (true, true): ""
    case (false, true): " ≥ \(range.lowerBound)"
    case (true, false): " ≤ \(range.upperBound)"
    case (false, false): " from \(range.lowerBound) to \(range.upperBound)"
    }
  }

  private static func bounds(_ range: ClosedRange<Double>) -> String {
    let low = range.lowerBound == .leastNonzeroMagnitude ? " > 0" : " ≥ \(NumberText.short(range.lowerBound))"
    switch (range.lowerBound == -.infinity, range.upperBound == .infinity) {
    case (true, true): return ""
    case (false, true): return low
    case (true, false): return " ≤ \(NumberText.short(range.upperBound))"
    case (false, false):
      return " from \(NumberText.short(range.lowerBound)) to \(NumberText.short(range.upperBound))"
    }
  }
}

extension ArgumentType {
  /// Any number above zero.
  package static let positive = ArgumentType.number(.leastNonzeroMagnitude ... .infinity)
  /// Any number of at least zero.
  package static let nonNegative = ArgumentType.number(0 ... .infinity)
  /// An integer of one or more.
  package static let count = ArgumentType.integer(1 ... .max)
  /// A seed.
  package static let seed = ArgumentType.integer(0 ... .max)
  package static let model = ArgumentType.value([.model])
  package static let dataset = ArgumentType.value([.dataset])
  package static let tensor = ArgumentType.value([.tensor])
}
