extension Session {
  /// What could stand at `cursor` (in Unicode scalars), from the command table and the variables.
  ///
  /// Safe to call while a cell runs.
  package func complete(_ source: String, cursor: Int) -> Completion {
    let text = SourceText(source)
    let offset = Session.byteOffset(in: source, scalars: cursor)
    let context = CursorContext(text, cursor: offset)
    let partial = text.text(context.partial)
    let completer = Completer(session: self, state: state, context: context, partial: partial)
    let candidates = completer.candidates()
    let start = text.text(0..<context.partial.lowerBound).unicodeScalars.count
    return Completion(range: start..<start + partial.unicodeScalars.count, candidates: candidates)
  }

  /// The UTF-8 offset of a position in Unicode scalars, kept inside the text.
  static func byteOffset(in source: String, scalars: Int) -> Int {
    let view = source.unicodeScalars
    let index = view.index(view.startIndex, offsetBy: max(0, scalars), limitedBy: view.endIndex) ?? view.endIndex
    return source.utf8.distance(from: source.startIndex, to: index)
  }
}

/// Finds the candidates for one place.
struct Completer {
  let session: Session
  let state: SessionState
  let context: CursorContext
  let partial: String

  private typealias Candidate = Completion.Candidate

  func candidates() -> [Completion.Candidate] {
    var found: [Completion.Candidate]
    switch context.place {
    case .nothing: return []
    case .path: return PathCompletion.candidates(partial, home: session.options.homeDirectory)
    case .start: found = verbs() + variables() + functions()
    case .expression: found = variables() + functions()
    case .attribute(let base): found = attributes(of: base)
    case .label(let base): found = labels(of: base)
    case .word(let position): found = word(position)
    case .optionValue(let key): found = optionValue(key)
    }
    if found.contains(where: { $0.kind == .path }) { return found }
    var seen: Set<String> = []
    return found.filter { $0.text.hasPrefix(partial) && seen.insert($0.text).inserted }
  }

  private func verbs() -> [Completion.Candidate] {
    session.table.commands.map { Candidate(text: $0.verb, kind: .command, help: $0.summary) }.sorted {
      $0.text < $1.text
    }
  }

  private func variables(_ kinds: [ValueKind]? = nil) -> [Completion.Candidate] {
    state.names.compactMap { name in
      guard let value = state.variables[name]?.value, kinds?.contains(value.kind) ?? true else { return nil }
      return Candidate(text: name, kind: .variable, help: "\(value.kind.rawValue): \(value.summary)")
    }
  }

  private func functions() -> [Completion.Candidate] {
    FunctionTable.shared.functions.map { Candidate(text: $0.name + "(", kind: .function, help: $0.summary) }
      .sorted { $0.text < $1.text }
  }

  private func value(of path: String) -> Value? {
    let parts = path.split(separator: ".").map(String.init)
    guard let first = parts.first, var value = state.variables[first]?.value else { return nil }
    for part in parts.dropFirst() {
      guard let next = try? value.attribute(part) else { return nil }
      value = next
    }
    return value
  }

  private func attributes(of base: String) -> [Completion.Candidate] {
    guard let value = value(of: base) else { return [] }
    return value.attributeNames.map { name in
      let help = ((try? value.attribute(name)) ?? nil)?.summary ?? ""
      return Candidate(text: name, kind: .attribute, help: help)
    }
  }

  private func labels(of base: String) -> [Completion.Candidate] {
    var labels: [Int32]?
    switch value(of: base) {
    case .tensor(let array): labels = array.labels
    case .object(let object as any SelectableValue): labels = (try? object.rowLabels()) ?? nil
    default: break
    }
    return Set(labels ?? []).sorted().map { Candidate(text: String($0), kind: .label, help: "rows with this label") }
  }

  private var command: Command? {
    guard let verb = context.verb else { return nil }
    if let command = session.table[verb] { return command }
    let matches = session.table.commands(startingWith: verb)
    return session.options.isInteractive && matches.count == 1 ? matches[0] : nil
  }

  private func word(_ position: Int) -> [Completion.Candidate] {
    guard let command else { return [] }
    if command.verb == "help" || command.verb == "examples" {
      return HelpPages(table: session.table).names.sorted().map {
        Candidate(text: $0, kind: .topic, help: session.table[$0]?.summary ?? "")
      }
    }
    if command.verb == "explain" {
      return Theory.pages.map { Candidate(text: $0.term, kind: .topic, help: $0.title) }
    }
    var found: [Completion.Candidate] = []
    let positional =
      position < command.positionals.count
      ? command.positionals[position] : command.positionals.last.flatMap { $0.isVariadic ? $0 : nil }
    if let positional { found += values(of: positional.type, help: positional.help, name: positional.name) }
    if found.contains(where: { $0.kind == .path }) { return found }
    if command.takesAnyOption || command.verb == "drop" { found += variables() }
    let used = Set(context.words.compactMap { $0.key?.value })
    found += command.options.filter { !used.contains($0.name) }.map { option in
      let note = option.defaultText.map { " (default \($0))" } ?? ""
      return Candidate(text: option.name + "=", kind: .option, help: option.help + note)
    }
    if command.verb == "set", let subject = context.words.first?.text {
      found = settable(subject).filter { !used.contains($0) }.map {
        Candidate(text: $0 + "=", kind: .option, help: "")
      }
    }
    return found
  }

  private func settable(_ subject: String) -> [String] {
    if subject == "plot" { return ["terminal", "size", "theme"] }
    if case .object(let object as any AdjustableValue) = state.variables[subject]?.value {
      return object.adjustableNames
    }
    return []
  }

  private func optionValue(_ key: String) -> [Completion.Candidate] {
    guard let option = command?.options.first(where: { $0.name == key }) else { return [] }
    return values(of: option.type, help: option.help, name: option.name)
  }

  private func values(of type: ArgumentType, help: String, name: String) -> [Completion.Candidate] {
    switch type {
    case .value(let kinds):
      return variables(kinds) + (kinds.contains(.dataset) || kinds.contains(.tensor) ? holders(of: kinds) : [])
    case .anyValue: return variables() + functions()
    case .path: return PathCompletion.candidates(partial, home: session.options.homeDirectory)
    default: return type.suggestions.map { Candidate(text: $0, kind: .value, help: help) }
    }
  }

  /// Variables of other kinds that have such values after a dot.
  private func holders(of kinds: [ValueKind]) -> [Completion.Candidate] { [] }
}
