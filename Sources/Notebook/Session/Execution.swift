/// A running cell, as commands see it: the state they may change, and the surroundings they speak to.
///
/// Lives on the executing thread. When a statement fails its state is put back, so a command may change it freely.
package final class Execution {
  package var state: SessionState
  package let frontEnd: any FrontEnd
  package let interruption: Interruption
  package let options: SessionOptions
  /// Number of the cell.
  package let cell: Int
  package let table: CommandTable
  let session: Session
  let source: SourceText
  var results: Results
  var undoStack: UndoStack
  /// The value before the `|`.
  var piped: Value?
  /// Remarks of the running statement, shown after its result.
  private(set) var notes: [String] = []
  /// Said when the running statement was stopped by request.
  package var interruptionNote: String?
  var wantsToQuit = false
  var transcriptRequest: TranscriptRequest?
  /// False for `undo` itself.
  var keepsUndo = true
  private var isShowingProgress = false

  init(
    session: Session, state: SessionState, results: Results, undoStack: UndoStack, cell: Int, source: SourceText,
    frontEnd: any FrontEnd, interruption: Interruption
  ) {
    self.session = session
    self.state = state
    self.results = results
    self.undoStack = undoStack
    self.cell = cell
    self.source = source
    self.frontEnd = frontEnd
    self.interruption = interruption
    self.options = session.options
    self.table = session.table
  }

  /// Columns for text.
  package var width: Int { max(20, frontEnd.width) }

  /// Adds a remark, shown after the statement's result.
  package func note(_ text: String) { notes.append(text) }

  func takeNotes() -> [String] {
    defer { notes = [] }
    return notes
  }

  /// Shows how far long work is.
  package func progress(_ progress: Progress) {
    isShowingProgress = true
    frontEnd.emit(.progress(progress))
  }

  /// Takes the progress away, when there was any.
  func endProgress() {
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

  /// A path with `~` written out.
  package func expanded(_ path: String) -> String {
    guard path == "~" || path.hasPrefix("~/"), let home = options.homeDirectory else { return path }
    return home + path.dropFirst()
  }

  // MARK: Names

  /// The value of a variable, of `_` or of `_3`.
  package func lookup(_ name: String) -> Value? {
    if name == "_" { return piped ?? results.last }
    if name.hasPrefix("_"), let number = Int(name.dropFirst()) { return results[number] }
    return state.variables[name]?.value
  }

  /// Names of variables of certain kinds.
  package func names(ofKinds kinds: [ValueKind]) -> [String] {
    state.names.filter { name in state.variables[name].map { kinds.contains($0.value.kind) } ?? false }
  }

  /// Sets a variable that a command makes.
  package func set(_ name: String, to value: Value) { state.set(name, to: value, cell: cell) }

  /// The fault for a variable that is not there.
  package func noVariable(_ name: String, kind: ValueKind? = nil, at span: Range<Int>?) -> Fault {
    if name == "_" || (name.hasPrefix("_") && Int(name.dropFirst()) != nil) {
      return Fault(.unknownVariable, "there is no result '\(name)'", at: span, fix: "'history' lists the cells.")
    }
    let known = kind.map { names(ofKinds: [$0]) } ?? state.names
    let noun = kind?.rawValue ?? "variable"
    let plural = noun.prefix(1).uppercased() + noun.dropFirst() + "s: " + known.joined(separator: ", ")
    let fix = Suggestion.question(name, in: known) ?? (known.isEmpty ? howToMake(kind) : plural)
    return Fault(.unknownVariable, "no \(noun) named '\(name)'", at: span, fix: fix)
  }

  private func howToMake(_ kind: ValueKind?) -> String? {
    switch kind {
    case .model: "Make one: model m conv latent=20"
    case .dataset: "Load one: load digits as=d"
    case .tensor: "Make one: z = encode m d"
    default: nil
    }
  }

  /// The fault for a name that cannot be a variable's.
  func reserved(_ name: String, at span: Range<Int>?) -> Fault {
    let owner = table[name] != nil ? "a command" : FunctionTable.shared[name] != nil ? "a function" : "a word of elbo"
    return Fault(.reservedName, "'\(name)' is \(owner)", at: span, fix: "Choose another name: \(name)1 = …")
  }

  /// Whether a variable may have this name.
  func isReserved(_ name: String) -> Bool {
    Reserved.names.contains(name) || table[name] != nil || FunctionTable.shared[name] != nil
      || (name.hasPrefix("_") && Int(name.dropFirst()) != nil)
  }

  // MARK: Expressions

  /// Whether all names in a short expression are known, so that it can stand for a number.
  func canEvaluate(_ text: String) -> Bool { text.hasPrefix("(") || lookup(text) != nil }

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
