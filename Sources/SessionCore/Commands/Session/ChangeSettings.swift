import Figures
import Language
import Text

/// `set`.
package struct ChangeSettings: DeclaredCommand {
  package init() {}

  package static let about = About(
    "set", family: .session, summary: "change a plot setting, or a training option of a model",
    details: """
      'set plot' sets options of all later figures. 'set MODEL' changes training options of the model; the next 'train' \
      uses them, and the history marks the edit. 'set' alone shows the settings.
      """,
    returns: .init("the settings, when nothing is changed"),
    examples: [
      .init("set m beta=2", "continues the training with another β"),
      .init("set plot theme=dark", "dark figures from now on"),
    ])

  @Argument(
    .text(
      placeholder: "plot or a model", suggestions: [ValueWord("plot", "how figures look: terminal, size, theme")]),
    completes: .variables, help: "what to change: plot, or a model")
  var subject: String?
  let changes = OpenOptions()

  package static func options(of subject: String, value: Value?) -> [CommandOption]? {
    if subject == "plot" { return PlotSettings.options }
    guard case .object(let object as any AdjustableValue) = value else { return [] }
    return type(of: object).adjustable
  }

  package func run(_ call: Call) throws -> Value {
    let (execution, changes) = (call.execution, changes.given)
    guard let subject else {
      guard let first = changes.first else { return .report(report(execution.state.settings)) }
      throw misplaced(first, in: execution.table)
    }
    if subject == "plot" {
      guard !changes.isEmpty else { return .report(report(execution.state.settings)) }
      for change in changes { try PlotSettings.set(change, in: &execution.state.settings) }
      return .nothing
    }
    guard let value = execution.lookup(subject) else {
      throw execution.noVariable(subject, kind: .model, at: $subject.span)
    }
    guard case .object(let object as any AdjustableValue) = value else {
      throw $subject.fault(.wrongKind, "'\(subject)' is \(value.kind.phrase); set changes models and plot")
    }
    guard !changes.isEmpty else { return value }
    _ = try execution.variable($subject, changedBy: "set")
    let (changed, remark) = try object.adjusted(changes, execution)
    execution.set(subject, to: .object(changed))
    execution.note(remark)
    return .nothing
  }

  /// `set seed=3`, `set theme=dark`: what was probably meant.
  private func misplaced(_ change: GivenOption, in table: CommandTable) -> Fault {
    let key = change.key.value
    let own = table[key].flatMap { Self.settings.contains($0.verb) ? "\(key) \(change.argument.raw)" : nil }
    let ofPlot = PlotSettings.options.contains { $0.name == key } ? "set plot \(key)=\(change.argument.raw)" : nil
    return Fault(
      .missingArgument, "set needs something to change", at: change.key.span,
      fix: (own ?? ofPlot).map { "Write: \($0)" } ?? "Example: set m beta=2")
  }

  /// Settings of the session that have a command of their own.
  private static let settings = [SetSeed.about, SetThreads.about, SetFormat.about, SetTime.about].map(\.verb)

  private func report(_ settings: Settings) -> Report {
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
}

/// The options of `set plot`, which hold for all later figures.
enum PlotSettings {
  static let options: [CommandOption] = [
    CommandOption(
      "terminal",
      .choice([
        ValueWord("auto", "the best that the terminal supports"), ValueWord("dumb", "characters"),
        ValueWord("sixel", "sixel graphics"), ValueWord("kitty", "kitty graphics"),
        ValueWord("iterm", "iTerm2 graphics"), ValueWord("qt", "a window (Qt)"),
        ValueWord("wxt", "a window (wxWidgets)"), ValueWord("x11", "a window (X11)"),
        ValueWord("none", "a line of text"),
      ]),
      help: "how figures are displayed"),
    CommandOption(
      "size", .text(placeholder: "a size such as 900x600", suggestions: ["900x600"]), help: "width × height in pixels"),
    CommandOption("theme", Figure.Theme.argumentType, help: "colors"),
    CommandOption(
      "characters",
      .choice([
        ValueWord("auto", "the finest that the locale has"), ValueWord("braille", "eight dots a character"),
        ValueWord("blocks", "four dots a character"), ValueWord("ascii", "letters and signs"),
      ]),
      help: "what figures in text consist of"),
    CommandOption(
      "points",
      .choice([
        ValueWord("auto", "dots where there are colors"), ValueWord("dots", "a color for each class"),
        ValueWord("letters", "the first letter or digit of each class"),
      ]),
      help: "the points of a scatter in text"),
  ]

  static func set(_ change: GivenOption, in settings: inout Settings) throws {
    let (key, argument) = change
    guard let option = options.first(where: { $0.name == key.value }) else {
      let names = options.map(\.name)
      let fix = Suggestion.question(key.value, in: names) ?? "Options: \(names.joined(separator: ", "))."
      throw Fault(.unknownOption, "plot has no setting '\(key.value)'", at: key.span, fix: fix)
    }
    guard option.type.read(argument.raw) != nil, key.value != "size" || Figure.Size(argument.raw) != nil else {
      throw Fault(
        .badOptionValue, "\(key.value): expected \(option.type.expectation), got '\(argument.raw)'", at: argument.span)
    }
    settings.plot[key.value] = argument.raw
  }
}

extension Figure.Theme: Choice {
  package var help: String {
    switch self {
    case .light: "dark on white"
    case .dark: "light on black"
    }
  }
}

/// An object that `set NAME key=value` changes.
package protocol AdjustableValue: ObjectValue {
  /// The options that can be set.
  static var adjustable: [CommandOption] { get }
  /// The changed copy, and a note that describes the change.
  func adjusted(_ changes: [GivenOption], _ execution: Execution) throws -> (any ObjectValue, String)
}
