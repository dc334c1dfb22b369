import Figures
import Language
import SessionCore

/// What `plot` draws: a type whose properties are the options that apply to it. A new one is a file like `LossPlot` and a
/// line of `PlotSubjects.all`.
protocol PlotSubject: ArgumentGroup, SendableMetatype {
  static var name: String { get }
  static var synonyms: [String] { get }
  /// What it shows, in a few words.
  static var help: String { get }
  func draw(_ plot: PlotItems) throws -> Figure
}

extension PlotSubject {
  static var synonyms: [String] { [] }

  static var options: [CommandOption] { Self().properties.flatMap { $0.property.options($0.name) } }
}

enum PlotSubjects {
  /// In the order of help.
  static let all: [any PlotSubject.Type] = [
    LossPlot.self, LatentPlot.self, KLPlot.self, ReconstructionPlot.self, SamplePlot.self, InterpolationPlot.self,
    TraversalPlot.self, ManifoldPlot.self, GridPlot.self, RateDistortionPlot.self, LikelihoodPlot.self,
    HistogramPlot.self, ConfusionPlot.self, DisentanglePlot.self, SweepPlot.self,
  ]

  static var names: [String] { all.map { $0.name } }
  static var words: [ValueWord] { all.map { ValueWord($0.name, $0.help) } }
  static var allNames: [String] { all.flatMap { [$0.name] + $0.synonyms } }

  static func named(_ name: String) -> (any PlotSubject.Type)? {
    all.first { $0.name == name || $0.synonyms.contains(name) }
  }

  /// The options of all subjects, in the order of their first mention. Where subjects differ in a default, help names them.
  static let options: [CommandOption] = {
    var found: [(option: CommandOption, subject: String)] = []
    for subject in all { found += subject.options.map { ($0, subject.name) } }
    var names: [String] = []
    for (option, _) in found where !names.contains(option.name) { names.append(option.name) }
    return names.map { name in merged(found.filter { $0.option.name == name }) }
  }()

  private static func merged(_ options: [(option: CommandOption, subject: String)]) -> CommandOption {
    let first = options[0].option
    let type = options.dropFirst().reduce(first.type) { $0.widened(to: $1.option.type) }
    let helps = distinct(options.map(\.option.help)).joined(separator: "; ")
    let usual = options.map { $0.option.defaultText.map { "default \($0)" } ?? $0.option.defaultNote }
    let kinds = distinct(usual).filter { !$0.isEmpty }
    guard distinct(usual).count > 1 else {
      return CommandOption(first.name, type, default: first.defaultText, note: first.defaultNote, help: helps)
    }
    let notes = kinds.map { kind in
      let subjects = zip(options, usual).filter { $0.1 == kind }.map(\.0.subject)
      return "\(subjects.joined(separator: ", ")): \(kind)"
    }
    return CommandOption(first.name, type, note: notes.joined(separator: "; "), help: helps)
  }

  private static func distinct(_ texts: [String]) -> [String] {
    texts.indices.filter { texts.firstIndex(of: texts[$0]) == $0 }.map { texts[$0] }
  }
}

/// The options of `plot` that depend on its subject: declared by all subjects, bound to the one that is drawn.
struct SubjectOptions: DeclaredProperty {
  private final class Bound {
    var arguments: Arguments?
    var subject: (any PlotSubject)?
  }
  private let bound = Bound()

  func options(_ name: String) -> [CommandOption] { PlotSubjects.options }

  func bind(_ name: String, _ arguments: Arguments) { bound.arguments = arguments }

  /// The subject with its options.
  ///
  /// - Parameters:
  ///   - name: What messages call it.
  ///   - common: Options of every figure.
  /// - Throws: for an option of other subjects, or a value that this one does not accept.
  func subject(_ type: any PlotSubject.Type, named name: String, common: [String]) throws -> any PlotSubject {
    guard let arguments = bound.arguments else { preconditionFailure("a subject is read before its command is run") }
    let options = type.options
    for (key, argument) in arguments.given where !common.contains(key.value) {
      guard let option = options.first(where: { $0.name == key.value }) else {
        let places = PlotSubjects.all.filter { $0.options.contains { $0.name == key.value } }.map { $0.name }
        throw Fault(
          .badOptionValue, "option '\(key.value)' does not apply to 'plot \(name)'", at: key.span,
          fix: "It applies to plot \(places.joined(separator: ", ")).")
      }
      guard option.type.admits(argument.content) else {
        throw Fault(
          .badOptionValue, "\(key.value): expected \(option.type.expectation), got \(argument.raw)", at: argument.span)
      }
    }
    let subject = type.init()
    for (name, property) in subject.properties { try property.bind(name, arguments) }
    bound.subject = subject
    return subject
  }

  func declaredNames(_ name: String) -> [String] {
    PlotSubjects.all.flatMap { subject in
      subject.init().properties.flatMap { $0.property.declaredNames($0.name) }.map { "\(subject.name) \($0)" }
    }
  }

  func readNames(_ name: String) -> [String] {
    guard let subject = bound.subject else { return [] }
    return subject.properties.flatMap { $0.property.readNames($0.name) }.map { "\(type(of: subject).name) \($0)" }
  }
}

extension ArgumentType {
  /// Whether a value that was read by a wider type is one of this type.
  func admits(_ content: BoundArgument.Content) -> Bool {
    if case .integer(let range) = self, case .integer(let value) = content { return range.contains(value) }
    return true
  }

  /// Values of either.
  func widened(to other: ArgumentType) -> ArgumentType {
    guard case .integer(let range) = self, case .integer(let second) = other else { return self }
    return .integer(min(range.lowerBound, second.lowerBound)...max(range.upperBound, second.upperBound))
  }
}
