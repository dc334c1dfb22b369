import Glibc
import Language
import Tensors
import Text
import WorkspaceStore

/// A running cell, as commands see it: the state they may change, and the front end.
///
/// Lives on the executing thread. When a statement fails its state is put back, so a command may change it freely.
package final class Execution {
  package var core: Session.Core
  package let frontEnd: any FrontEnd
  package let interruption: Interruption
  package let options: SessionOptions
  /// Number of the cell.
  package var cell: Int { core.cell }
  package let table: CommandTable
  package let session: Session
  package let source: SourceText
  /// The value before the `|`.
  package var piped: Value?
  /// Remarks of the running statement, shown after its result.
  package private(set) var notes: [String] = []
  /// The note for an interrupted statement.
  package var interruptionNote: String?
  package var wantsToQuit = false
  package var transcriptRequest: TranscriptRequest?
  /// False for `undo` itself.
  package var keepsUndo = true
  /// Whether the cell is numbered and kept.
  package let keepsCell: Bool
  /// Whether what the running statement has done stays when the rest of it fails: training does.
  package var keepsWork = false
  /// Whether the running statement is one command, neither named nor piped nor written to a file.
  package private(set) var isAlone = true
  /// The file that the running statement writes.
  package private(set) var redirect: String?
  /// What the statement writes to standard output where the front end shows it: `> -.csv`.
  package var printed: Output?
  /// The statements of the cell that are finished, with their values.
  package var finished: [(source: String, value: Value)] = []
  private var isShowingProgress = false
  /// Whether the cell is a command of the lesson that is being followed.
  package var isLessonStep = false
  /// Whether the running statement has read what the clock decided: two runs agree on none of its numbers.
  package var readsClock = false

  package init(
    session: Session, core: Session.Core, source: SourceText, frontEnd: any FrontEnd, interruption: Interruption,
    keepsCell: Bool = false
  ) {
    self.keepsCell = keepsCell
    self.session = session
    self.core = core
    self.source = source
    self.frontEnd = frontEnd
    self.interruption = interruption
    var options = session.options
    // What a lesson wrote is found by lines of one's own as well.
    if let lesson = core.lesson {
      options.inputDirectories.append(lesson.folder)
      options.allowsDownloads = options.allowsDownloads && lesson.lesson.header.usesNetwork
    }
    self.options = options
    self.table = session.table
  }

  /// Variables and settings.
  package var state: SessionState {
    get { core.state }
    set { core.state = newValue }
    _modify { yield &core.state }
  }

  /// Columns for text.
  package var width: Int { max(20, frontEnd.width) }

  package func begin(_ statement: Statement) {
    readsClock = false
    keepsWork = false
    printed = nil
    redirect = statement.redirect?.value
    isAlone = statement.stages.count == 1 && statement.target == nil && redirect == nil
  }

  /// Adds a remark, shown after the statement's result.
  package func note(_ text: String) { notes.append(text) }

  package func takeNotes() -> [String] {
    defer { notes = [] }
    return notes
  }

  /// Reports progress.
  package func progress(_ progress: Progress) {
    isShowingProgress = true
    frontEnd.emit(.progress(progress))
  }

  /// Removes the progress display, if any.
  package func endProgress() {
    guard isShowingProgress else { return }
    isShowingProgress = false
    frontEnd.emit(.progressEnded)
  }

  /// A seed for something random: the one given, or the next of the session.
  package func seed(given: Int?) -> UInt64 {
    if let given { return UInt64(given) }
    state.settings.draws += 1
    return state.settings.seed &+ (state.settings.draws - 1) &* 0x9E37_79B9_7F4A_7C15
  }

  /// A path with `~` written out; of a lesson's command one in the folder of the lesson.
  package func expanded(_ path: String) -> String {
    if isLessonStep, let folder = core.lesson?.folder, !path.hasPrefix("/"), !path.hasPrefix("~") {
      return folder + "/" + path
    }
    guard path == "~" || path.hasPrefix("~/"), let home = options.homeDirectory else { return path }
    return home + path.dropFirst()
  }

  /// The path of a file to read: as given, else in the first of the session's input and data folders that has it.
  package func readable(_ path: String) -> String {
    let path = expanded(path)
    guard !path.hasPrefix("/"), access(path, F_OK) != 0 else { return path }
    let folders = options.inputDirectories + options.dataDirectories
    return folders.lazy.map { $0 + "/" + path }.first { access($0, F_OK) == 0 } ?? path
  }

  /// Checkpoints the intermediate result of a running statement in the workspace; a crash loses only later work.
  package func checkpoint() throws {
    guard core.store != nil else { return }
    // With the cell that makes it, so that the history says where it came from.
    let record = CellRecord(
      number: cell, source: source.text(0..<source.count), status: "running", error: nil, seconds: 0, outputs: [],
      result: nil)
    // What there is to say of it is said with the statement's result.
    core.keep(keepsCell ? record : nil)
  }

  /// Keeps numbers of training steps for people to query.
  package func record(_ rows: [MetricRow]) { core.store?.add(rows) }

  /// Continues the same session in another workspace.
  package func adopt(_ store: Store) {
    core.store?.close(state)
    core.store = store
    core.outage = nil
    core.history = History(store: store)
  }

  /// Replaces this session by another one.
  package func enter(_ core: Session.Core) {
    var unsavedByWorkspace = self.core.unsavedByWorkspace
    if let path = self.core.store?.path { unsavedByWorkspace[path] = self.core.unsavedModels }
    if let path = core.store?.path { unsavedByWorkspace[path] = nil }
    let lesson = self.core.lesson
    self.core = core
    self.core.lesson = lesson
    self.core.unsavedByWorkspace = unsavedByWorkspace
    keepsUndo = false
  }

  /// Ends the statement when it was asked to stop.
  package func checkInterruption() throws { if interruption.isRequested { throw Stopped() } }

  // MARK: Names

  /// The value of a variable, of `_` or of `_3`.
  package func lookup(_ name: String) -> Value? {
    if name == "_" {
      if piped == nil, core.results.isLastClocked { readsClock = true }
      return piped ?? core.results.last
    }
    if name.count > 1, name.utf8.allSatisfy({ $0 == UInt8(ascii: "_") }), state.variables[name] == nil {
      guard let (value, cell) = core.results.earlier(name.count) else { return nil }
      if core.results.clocked.contains(cell) { readsClock = true }
      return value
    }
    if name.hasPrefix("_"), let number = Int(name.dropFirst()) {
      if core.results.clocked.contains(number) { readsClock = true }
      return core.results[number]
    }
    guard let variable = state.variables[name] else { return nil }
    if variable.isClocked { readsClock = true }
    return variable.value
  }

  /// Names of variables of certain kinds.
  package func names(ofKinds kinds: [ValueKind]) -> [String] {
    state.names.filter { name in state.variables[name].map { kinds.contains($0.value.kind) } ?? false }
  }

  /// Sets a variable that a command makes.
  package func set(_ name: String, to value: Value) {
    state.set(name, to: value, cell: cell, isClocked: readsClock)
  }

  /// The fault for an unknown variable.
  package func noVariable(_ name: String, kind: ValueKind? = nil, at span: Range<Int>?) -> Fault {
    let isResult =
      name.utf8.allSatisfy { $0 == UInt8(ascii: "_") } || name.hasPrefix("_") && Int(name.dropFirst()) != nil
    if isResult {
      return Fault(.unknownVariable, "there is no result '\(name)'", at: span, fix: "'history' lists the cells.")
    }
    let known = kind.map { names(ofKinds: [$0]) } ?? state.names
    let noun = kind?.rawValue ?? "variable"
    let plural = noun.prefix(1).uppercased() + noun.dropFirst() + "s: " + known.joined(separator: ", ")
    let fix = Suggestion.question(name, in: known) ?? (known.isEmpty ? creationHint(kind) : plural)
    return Fault(.unknownVariable, "no \(noun) named '\(name)'", at: span, fix: fix)
  }

  private func creationHint(_ kind: ValueKind?) -> String? {
    switch kind {
    case .model: "Create one: model m conv latent=20"
    case .dataset: "Load one: load digits as=d"
    case .tensor: "Create one: z = encode m d"
    default: nil
    }
  }

  /// The fault for a name that cannot be a variable's.
  package func reserved(_ name: String, at span: Range<Int>?) -> Fault {
    let owner = table[name] != nil ? "a command" : FunctionTable.shared[name] != nil ? "a function" : "a reserved word"
    return Fault(
      .reservedName, "'\(name)' is \(owner) and cannot be a variable", at: span,
      fix: "Choose another name: \(name)1 = …")
  }

  /// Whether a variable may have this name.
  package func isReserved(_ name: String) -> Bool {
    Reserved.names.contains(name) || table[name] != nil || FunctionTable.shared[name] != nil
      || (name.hasPrefix("_") && Int(name.dropFirst()) != nil)
  }

  /// The variable that an argument is: a command that changes it would change nothing else.
  package func variable(_ place: ArgumentPlace, changedBy verb: String) throws -> String {
    if let name = place.variable, !isReserved(name) { return name }
    throw place.fault(
      .wrongKind, "\(verb) modifies a variable, and '\(place.raw)' is not a variable",
      fix: "Assign it first: m = \(place.raw)")
  }

  // MARK: Expressions

  /// Whether all names in a short expression are known, so that it can replace a number.
  package func canEvaluate(_ text: String) -> Bool { text.hasPrefix("(") || lookup(text) != nil }

  /// Evaluates text that is a part of the cell at `span`.
  package func evaluate(text: String, span: Range<Int>) throws -> Value {
    let inSource = span.upperBound <= source.count && source.text(span) == text
    let part = inSource ? source : SourceText(text)
    do {
      var parser = try ExpressionParser(part, range: inSource ? span : 0..<part.count)
      return try Evaluator(execution: self).evaluate(try parser.whole())
    } catch let fault as Fault {
      throw inSource ? fault : Fault(fault.code, fault.message, at: span, fix: fault.fix)
    }
  }
}
