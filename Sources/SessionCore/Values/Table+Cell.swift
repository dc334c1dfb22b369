import JSONText
import Text

extension Table {
  /// A value of a table or of a report's field: the number for programs, and how people read it.
  package enum Cell: Sendable, Equatable {
    case text(String)
    case number(Double)
    /// A number shown with a fixed number of decimals.
    case fixed(Double, decimals: Int)
    /// An estimate with its standard error, where that is known: `155.10 ± 0.83`.
    case measured(Double, error: Double?, decimals: Int)
    case count(Int)
    case flag(Bool)
    /// Shown in the largest unit that fits: `7.8 MB`.
    case bytes(Int)
    /// Many of something, such as FLOPs: `3.4 M`.
    case scaled(Double)
    /// Seconds, shown as `3.2 s`; the clock decides.
    case duration(Double)
    /// Of something per second; the clock decides.
    case rate(Double)
    case empty

    package var text: String {
      switch self {
      case .text(let text): text
      case .number(let value): NumberText.short(value)
      case .fixed(let value, let decimals): NumberText.fixed(value, decimals: decimals)
      case .measured(let value, _, let decimals):
        NumberText.fixed(value, decimals: decimals) + (errorText.isEmpty ? "" : " " + errorText)
      case .count(let value): NumberText.count(value)
      case .flag(let value): value ? "yes" : "no"
      case .bytes(let count): NumberText.bytes(count)
      case .scaled(let value): NumberText.scaled(value)
      case .duration(let seconds): NumberText.duration(seconds)
      case .rate(let value): NumberText.rate(value)
      case .empty: ""
      }
    }

    /// `± 0.83`, the standard error of an estimate; empty for none.
    package var errorText: String { standardError.map { "± " + NumberText.short($0, digits: 2) } ?? "" }

    /// Of an estimate, where it is known.
    package var standardError: Double? {
      guard case .measured(_, let error, _) = self else { return nil }
      return error
    }

    /// An estimate with as many decimals as its error leaves two digits for, at most eight.
    package static func measured(_ value: Double, error: Double) -> Cell {
      guard error.isFinite, error > 0 else { return .number(value) }
      return .measured(value, error: error, decimals: decimals(of: error))
    }

    /// How many decimals two digits of a standard error have.
    package static func decimals(of error: Double) -> Int {
      var (decimals, scaled) = (0, error)
      while decimals < 8, scaled < 9.5 { (decimals, scaled) = (decimals + 1, scaled * 10) }
      return scaled < 9.5 ? 5 : decimals
    }

    /// The number, whichever way it is shown.
    package var numericValue: Double? {
      switch self {
      case .number(let value), .fixed(let value, _), .measured(let value, _, _), .scaled(let value),
        .duration(let value), .rate(let value):
        value
      case .count(let value), .bytes(let value): Double(value)
      case .text, .flag, .empty: nil
      }
    }

    package var json: JSON {
      switch self {
      case .text(let text): .string(text)
      case .count(let value), .bytes(let value): .integer(value)
      case .flag(let value): .bool(value)
      case .number, .fixed, .measured, .scaled, .duration, .rate: numericValue.map { .numeric($0) } ?? .null
      case .empty: .null
      }
    }

    /// The same; what the clock decides as text between marks.
    package func json(marksClock: Bool) -> JSON {
      marksClock && isVolatile ? .string(ClockMarks.marked(json.text())) : json
    }

    /// A field of a CSV file. What is not finite is `nan`, `inf` or `-inf`, which NumPy and pandas read.
    package var csv: String {
      switch self {
      case .text(let text): CSVText.field(text)
      case .count(let value), .bytes(let value): String(value)
      case .flag(let value): value ? "true" : "false"
      case .number, .fixed, .measured, .scaled, .duration, .rate:
        numericValue.map { NumberText.exact($0) } ?? ""
      case .empty: ""
      }
    }

    /// As a value of the language.
    package var value: Value {
      switch self {
      case .text(let text): .string(text)
      case .flag(let value): .flag(value)
      case .empty: .nothing
      default: .number(numericValue ?? .nan)
      }
    }

    /// The unit of the number for programs, where the text holds another or none.
    package var unit: String {
      switch self {
      case .bytes: "bytes"
      case .duration: "s"
      default: ""
      }
    }

    /// Whether two runs agree on it only by chance.
    package var isVolatile: Bool {
      switch self {
      case .duration, .rate: true
      default: false
      }
    }

    package var isNumeric: Bool {
      switch self {
      case .number, .fixed, .measured, .count, .rate: true
      default: false
      }
    }
  }
}
