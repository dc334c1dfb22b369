import Figures
import JSONText
import Language
import Text

/// Commands for the settings of the session.
enum SettingCommands {
  static let all = [set, format, seed, threads, time]

  private static let set = Command(
    "set", family: .session, summary: "change a plot setting, or a training option of a model",
    details: """
      'set plot' sets options of all later figures. 'set MODEL' changes training options of the model; the next 'train' \
      uses them, and the history marks the edit. 'set' alone shows the settings.
      """,
    positionals: [
      Positional(
        "subject", .text(placeholder: "plot or a model", suggestions: ["plot"]), required: false,
        help: "what to change: plot, or a model")
    ],
    result: "the settings, when nothing is changed",
    examples: [
      .init("set m beta=2", "continues the training with another β"),
      .init("set plot theme=dark", "dark figures from now on"),
    ],
    takesAnyOption: true
  ) { arguments, execution in
    guard let subject = arguments.text("subject") else {
      guard let first = arguments.given.first else { return .report(report(execution.state.settings)) }
      let key = first.key.value
      let known = ["seed", "threads", "format", "time"].contains(key) ? "\(key) \(first.argument.raw)" : nil
      let ofPlot = plotOptions.contains { $0.name == key } ? "set plot \(key)=\(first.argument.raw)" : nil
      throw Fault(
        .missingArgument, "set needs something to change", at: first.key.span,
        fix: (known ?? ofPlot).map { "Write: \($0)" } ?? "Example: set m beta=2")
    }
    if subject == "plot" { return try setPlot(arguments, execution) }
    guard let value = execution.lookup(subject) else {
      throw execution.noVariable(subject, kind: .model, at: arguments["subject"]?.span)
    }
    guard case .object(let object as any AdjustableValue) = value else {
      throw arguments.fault(
        .wrongKind, "'\(subject)' is \(value.kind.phrase); set changes models and plot", at: "subject")
    }
    guard !arguments.given.isEmpty else { return value }
    _ = try execution.variable(arguments["subject"], changedBy: "set")
    let (changed, remark) = try object.adjusted(arguments.given, execution)
    execution.set(subject, to: .object(changed))
    execution.note(remark)
    return .nothing
  }

  /// The options of 'set plot'.
  static let plotOptions: [CommandOption] = [
    CommandOption(
      "terminal", .choice(["auto", "dumb", "sixel", "kitty", "iterm", "qt", "wxt", "x11", "none"]),
      help: "how figures are displayed"),
    CommandOption(
      "size", .text(placeholder: "a size such as 900x600", suggestions: ["900x600"]), help: "width × height in pixels"),
    CommandOption("theme", .choice(["light", "dark"]), help: "colors"),
  ]

  private static func setPlot(_ arguments: Arguments, _ execution: Execution) throws -> Value {
    guard !arguments.given.isEmpty else { return .report(report(execution.state.settings)) }
    for (key, argument) in arguments.given {
      guard let option = plotOptions.first(where: { $0.name == key.value }) else {
        let names = plotOptions.map(\.name)
        let fix = Suggestion.question(key.value, in: names) ?? "Options: \(names.joined(separator: ", "))."
        throw Fault(.unknownOption, "plot has no setting '\(key.value)'", at: key.span, fix: fix)
      }
      guard option.type.read(argument.raw) != nil, key.value != "size" || Figure.Size(argument.raw) != nil else {
        throw Fault(
          .badOptionValue, "\(key.value): expected \(option.type.expectation), got '\(argument.raw)'", at: argument.span
        )
      }
      execution.state.settings.plot[key.value] = argument.raw
    }
    return .nothing
  }

  private static func report(_ settings: Settings) -> Report {
    var fields: [Report.Field] = [
      .init("format", .text(settings.format.rawValue)), .init("time", .text(settings.showsTime ? "on" : "off")),
      .init(
        "seed",
        UInt64(exactly: Double(settings.seed)) == settings.seed
          ? .number(Double(settings.seed)) : .text(String(settings.seed))),
      .init("threads", settings.threads.map { .number(Double($0)) } ?? .text("one per core")),
    ]
    fields += settings.plot.sorted { $0.key < $1.key }.map {
      .init("plot_\($0.key)", label: "plot \($0.key)", .text($0.value))
    }
    return Report(title: "settings", fields: fields)
  }

  private static let format = Command(
    "format", family: .session, summary: "show results as text, JSON or CSV",
    positionals: [
      Positional("format", .choice(ResultFormat.allCases.map(\.rawValue)), required: false, help: "output format")
    ],
    examples: [.init("format json", "results as JSON from now on"), .init("format text", "back to text")]
  ) { arguments, execution in
    guard let name = arguments.text("format"), let format = ResultFormat(rawValue: name) else {
      return .string(execution.state.settings.format.rawValue)
    }
    execution.state.settings.format = format
    return .nothing
  }

  private static let seed = Command(
    "seed", family: .session, summary: "set the random seed of the session",
    details: "The same seed and the same statements produce the same numbers. Without an argument, shows the seed.",
    positionals: [Positional("seed", .seed, required: false, help: "the seed")],
    examples: [.init("seed 7", "restarts the random streams from seed 7")]
  ) { arguments, execution in
    guard let seed = arguments.integer("seed") else {
      // As text, because a JSON number would lose digits.
      let seed = execution.state.settings.seed
      return UInt64(exactly: Double(seed)) == seed ? .number(Double(seed)) : .string(String(seed))
    }
    execution.state.settings.seed = UInt64(seed)
    execution.state.settings.draws = 0
    return .nothing
  }

  private static let threads = Command(
    "threads", family: .session, summary: "set how many threads the engine uses",
    details: """
      The default is one per core that this process may use: those of its affinity mask, and no more than the share of \
      processor time that its container allows. Results are the same bits for the same number of threads.
      """,
    positionals: [Positional("count", .integer(Settings.threadCounts), required: false, help: "threads")],
    examples: [.init("threads 2", "uses two threads")]
  ) { arguments, execution in
    guard let count = arguments.integer("count") else {
      return execution.state.settings.threads.map { .number(Double($0)) } ?? .string("one per core")
    }
    execution.state.settings.threads = count
    return .nothing
  }

  private static let time = Command(
    "time", family: .session, summary: "show how long each cell takes",
    positionals: [Positional("state", .flag, required: false, help: "on or off")],
    examples: [.init("time on", "a line with the duration after each cell")]
  ) { arguments, execution in
    guard arguments.isGiven("state") else { return .flag(execution.state.settings.showsTime) }
    execution.state.settings.showsTime = arguments.flag("state")
    return .nothing
  }
}

/// An object that `set NAME key=value` changes.
package protocol AdjustableValue: ObjectValue {
  /// The options that can be set.
  static var adjustable: [CommandOption] { get }
  /// The changed copy, and a note that describes the change.
  func adjusted(
    _ changes: [(key: Spanned<String>, argument: BoundArgument)], _ execution: Execution
  ) throws -> (any ObjectValue, String)
}
