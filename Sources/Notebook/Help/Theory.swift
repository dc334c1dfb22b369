import Text
import VAEngine

/// The pages of `explain`: a screen of theory each, with the equation and the commands that show it.
struct Theory: Sendable {
  let term: String
  let title: String
  let aliases: [String]
  private let body: String
  /// Example statements; `m`, `a`, `d` and `z` stand for a model, an autoencoder, a dataset and latents of the session.
  let commands: [String]

  init(_ term: String, _ title: String, aliases: [String] = [], _ body: String, show commands: [String]) {
    self.term = term
    self.title = title
    self.aliases = aliases
    self.body = body
    self.commands = commands
  }

  static var pages: [Theory] { foundations + practice + families }

  /// What families say of themselves, with their sources and the recorded runs of published results.
  private static var families: [Theory] {
    Family.all.filter { !$0.theory.isEmpty }.map { family in
      let runs = family.published.isEmpty ? "" : " Recorded: \(family.published.joined(separator: ", "))."
      return Theory(
        family.word, family.summary, aliases: family.aliases, "\(family.theory)\n\n\(family.source).\(runs)",
        show: ["model n \(family.word)"])
    }
  }

  static var names: [String] { pages.flatMap { [$0.term] + $0.aliases } }

  static func page(_ name: String) -> Theory? { pages.first { $0.term == name || $0.aliases.contains(name) } }

  static func overview(width: Int) -> String {
    let longest = pages.map(\.term.count).max() ?? 0
    let layout = HelpLayout(width: width)
    let rows = layout.rows(pages.map { ("  " + TextWidth.pad($0.term, to: longest + 2), $0.title) })
    return "explain TERM\n" + rows.joined(separator: "\n")
  }

  /// The page, its commands written with the names that the session has.
  func text(for state: SessionState, width: Int) -> String {
    func named(_ kind: ValueKind) -> [String] { state.names.filter { state.variables[$0]?.value.kind == kind } }
    let models = named(.model)
    let names = [
      "m": models.first, "a": models.dropFirst().first, "d": named(.dataset).first, "z": named(.tensor).first,
    ]
    let lines = commands.map { line in
      "  "
        + line.split(separator: " ", omittingEmptySubsequences: false).map { word -> String in
          if let name = names[String(word)] ?? nil { return name }
          if word == "on=d", let data = names["d"] ?? nil { return "on=\(data)" }
          return String(word)
        }.joined(separator: " ")
    }
    let layout = HelpLayout(width: min(width, 100))
    // Equations are not prose: where one is too wide, it goes on further in.
    let prose = layout.wrapped(TextWidth.reflowed(body, to: layout.width), hang: 4)
    return "\(layout.wrapped(title))\n\n\(prose)\n\nShow it\n\(lines.joined(separator: "\n"))"
  }
}
