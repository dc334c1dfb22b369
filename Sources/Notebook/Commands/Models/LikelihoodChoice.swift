import SessionCore
import Text
import VAEngine

/// `likelihood=`: a name, `auto`, or kinds of a table's columns such as `age:lognormal,visits:poisson`.
enum LikelihoodChoice: ArgumentValue, Equatable {
  case auto
  case named(String)
  /// A distribution for each column of a table: those given, and for the others by what their values are.
  case columns([String: ColumnModel.Kind])

  static var argumentType: ArgumentType {
    let names = Likelihood.all.map { ValueWord($0.name, $0.summary) }
    return .text(
      placeholder: "NAME",
      suggestions: names + [
        ValueWord("auto", "a distribution for each column of a table; bernoulli for other data"),
        ValueWord("age:lognormal,visits:poisson", "columns of a table that are not to be found out: \(kinds)"),
      ])
  }
  private static var kinds: String {
    ColumnModel.Kind.allCases.filter { $0 != .categorical }.map(\.rawValue).joined(separator: ", ")
  }
  static var expectation: String {
    "one of \(Likelihood.all.map(\.name).joined(separator: ", ")), auto, or kinds of columns (\(kinds)): age:gaussian"
  }

  init?(_ argument: BoundArgument) {
    guard case .text(let text) = argument.content else { return nil }
    if text == "auto" {
      self = .auto
    } else if Likelihood.named(text) != nil {
      self = .named(text)
    } else if text.contains(":") {
      var kinds: [String: ColumnModel.Kind] = [:]
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        // A name may hold colons of its own.
        guard let colon = part.lastIndex(of: ":"), colon > part.startIndex,
          let kind = ColumnModel.Kind(rawValue: String(part[part.index(after: colon)...])), kind != .categorical
        else { return nil }
        kinds[String(part[..<colon])] = kind
      }
      self = .columns(kinds)
    } else {
      return nil
    }
  }

  var argumentText: String {
    switch self {
    case .auto: "auto"
    case .named(let name): name
    case .columns(let kinds):
      kinds.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.rawValue)" }.joined(separator: ",")
    }
  }
}
