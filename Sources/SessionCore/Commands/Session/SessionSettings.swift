import Text

/// `format`.
package struct SetFormat: DeclaredCommand {
  package init() {}

  package static let about = About(
    "format", family: .session, summary: "show results as text, JSON or CSV",
    examples: [.init("format json", "results as JSON from now on"), .init("format text", "back to text")])

  @Argument(help: "output format") var format: ResultFormat?

  package func run(_ call: Call) -> Value {
    guard let format else { return .string(call.execution.state.settings.format.rawValue) }
    call.execution.state.settings.format = format
    return .nothing
  }
}

extension ResultFormat: Choice {
  package var help: String {
    switch self {
    case .text: "text and tables"
    case .json: "complete results as data"
    case .csv: "rows of numbers"
    }
  }
}

/// `seed`.
package struct SetSeed: DeclaredCommand {
  package init() {}

  package static let about = About(
    "seed", family: .session, summary: "set the random seed of the session",
    details: "The same seed and the same statements produce the same numbers. Without an argument, shows the seed.",
    examples: [.init("seed 7", "restarts the random streams from seed 7")])

  @Argument(.seed, help: "the seed") var seed: Int?

  package func run(_ call: Call) -> Value {
    guard let seed else {
      // As text, because a JSON number would lose digits.
      let seed = call.execution.state.settings.seed
      return UInt64(exactly: Double(seed)) == seed ? .number(Double(seed)) : .string(String(seed))
    }
    call.execution.state.settings.seed = UInt64(seed)
    call.execution.state.settings.draws = 0
    return .nothing
  }
}

/// `threads`.
package struct SetThreads: DeclaredCommand {
  package init() {}

  package static let about = About(
    "threads", family: .session, summary: "set how many threads the engine uses",
    details: """
      The default is one per core that this process may use: those of its affinity mask, and no more than the share of \
      processor time that its container allows. Results are the same bits for the same number of threads.
      """,
    examples: [.init("threads 2", "uses two threads")])

  @Argument(.integer(Settings.threadCounts), help: "threads") var count: Int?

  package func run(_ call: Call) -> Value {
    guard let count else {
      return call.execution.state.settings.threads.map { .number(Double($0)) } ?? .string("one per core")
    }
    call.execution.state.settings.threads = count
    return .nothing
  }
}

/// `time`.
package struct SetTime: DeclaredCommand {
  package init() {}

  package static let about = About(
    "time", family: .session, summary: "show how long each cell takes",
    details: "'time STATEMENT' at the beginning of a line runs the statement, and shows how long that took.",
    examples: [
      .init("time on", "a line with the duration after each cell"), .init("time evaluate m on=d", "after this one"),
    ])

  @Argument(help: "on or off") var state: Bool?

  package func run(_ call: Call) -> Value {
    guard let state else { return .flag(call.execution.state.settings.showsTime) }
    call.execution.state.settings.showsTime = state
    return .nothing
  }
}
