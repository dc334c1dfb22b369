import Text

/// The pages of `explain`: a screen of theory each, with the equation and the commands that show it.
package struct Theory: Sendable {
  package let term: String
  package let title: String
  package let aliases: [String]
  private let body: String
  /// Example statements; `m`, `a`, `d` and `z` stand for a model, an autoencoder, a dataset and latents of the session.
  package let commands: [String]

  package init(_ term: String, _ title: String, aliases: [String] = [], _ body: String, show commands: [String]) {
    self.term = term
    self.title = title
    self.aliases = aliases
    self.body = body
    self.commands = commands
  }

  /// The page, its commands written with the names that the session has.
  package func text(for state: SessionState, width: Int) -> String {
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

/// All pages that `explain` knows.
package struct TheoryPages: Sendable {
  package let pages: [Theory]

  package init(_ pages: [Theory]) { self.pages = pages }

  package var names: [String] { pages.flatMap { [$0.term] + $0.aliases } }

  package func page(_ name: String) -> Theory? { pages.first { $0.term == name || $0.aliases.contains(name) } }

  package func overview(width: Int) -> String {
    let longest = pages.map(\.term.count).max() ?? 0
    let layout = HelpLayout(width: width)
    let rows = layout.rows(pages.map { ("  " + TextWidth.pad($0.term, to: longest + 2), $0.title) })
    return "explain TERM\n" + rows.joined(separator: "\n")
  }
}
