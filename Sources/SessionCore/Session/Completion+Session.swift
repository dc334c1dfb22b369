import Language

extension Session {
  /// What could stand at `cursor` (in Unicode scalars), from the command table and the variables.
  ///
  /// Safe to call while a cell runs.
  package func complete(_ source: String, cursor: Int) -> Completion {
    // What is timed or watched is completed as by itself.
    let source = CellPrefix.blanked(source)
    let text = SourceText(source)
    let offset = Session.byteOffset(in: source, scalars: cursor)
    let context = CursorContext(text, cursor: offset)
    let partial = text.text(context.partial)
    let before = context.partial.lowerBound > 0 ? text.bytes[context.partial.lowerBound - 1] : 0
    let isClosed = before.isQuote && offset < text.count && text.bytes[offset] == before
    let completer = Completer(
      session: self, state: state, context: context, partial: partial, quote: before.isQuote ? before : nil,
      isClosed: isClosed)
    var range = context.partial
    var candidates: [Completion.Candidate] = []
    if context.place == .shell {
      let word = ShellWord(partial)
      candidates = completer.shellWords(word)
      range = range.lowerBound + word.start..<range.upperBound
    } else {
      // A word that names a file is no expression, whatever brackets and dots it has.
      if let word = context.word, word.range != context.partial || context.place != word.place {
        var whole = completer
        whole.context.place = word.place
        whole.partial = text.text(word.range)
        candidates = whole.candidates().filter { $0.kind == .path }
        if !candidates.isEmpty { range = word.range }
      }
      if candidates.isEmpty { candidates = completer.candidates() }
    }
    let start = text.text(0..<range.lowerBound).unicodeScalars.count
    let count = text.text(range).unicodeScalars.count
    return Completion(range: start..<start + count, candidates: candidates)
  }

  /// The UTF-8 offset of a position in Unicode scalars, kept inside the text.
  package static func byteOffset(in source: String, scalars: Int) -> Int {
    let view = source.unicodeScalars
    let index = view.index(view.startIndex, offsetBy: max(0, scalars), limitedBy: view.endIndex) ?? view.endIndex
    return source.utf8.distance(from: source.startIndex, to: index)
  }
}

/// Finds the candidates for one place.
package struct Completer {
  package let session: Session
  package let state: SessionState
  package var context: CursorContext
  package var partial: String
  /// The quote that what is completed stands in, and whether its other half follows the cursor.
  package let quote: UInt8?
  package let isClosed: Bool

  private typealias Candidate = Completion.Candidate

  package func candidates() -> [Completion.Candidate] {
    var found: [Completion.Candidate]
    switch context.place {
    case .nothing, .shell: return []
    case .path: return paths()
    case .start: found = verbs() + variables() + functions()
    case .expression: found = variables() + functions()
    case .attribute(let base): found = attributes(of: base)
    case .label(let base): found = labels(of: value(of: base))
    case .index(let base): found = (labels(of: value(of: base)).isEmpty ? [] : [Self.byLabel]) + variables([.tensor])
    case .word(let position): found = word(position)
    case .optionValue(let key): found = optionValue(key)
    }
    var seen: Set<String> = []
    return found.filter { ($0.kind == .path || $0.text.hasPrefix(partial)) && seen.insert($0.text).inserted }
  }

  private static let byLabel = Candidate(text: "label=", kind: .label, help: "the rows with a label")

  /// Files and folders, as words that the line can hold: all in quotes where one of them needs them, so that what they
  /// have in common can be put in.
  ///
  /// - Parameter names: Words that mean something else; a file of such a name is reached as `./name`.
  private func paths(besides names: [String] = []) -> [Completion.Candidate] {
    let typed = quote.map { PathWord.unescaped(partial, quote: $0) } ?? partial
    let entries = PathCompletion.entries(typed, home: session.options.homeDirectory).map { entry in
      guard names.contains(entry.path) else { return entry }
      return PathCompletion.Entry(path: "./" + entry.path, isFolder: entry.isFolder, help: entry.help)
    }
    let needsQuotes = entries.contains { !PathWord.isBare($0.path) }
    return entries.map { entry in
      let word = PathWord.word(entry, open: quote, isClosed: isClosed, needsQuotes: needsQuotes)
      return Candidate(text: word, kind: .path, help: entry.help)
    }
  }

  /// Programs where one is named, else files.
  package func shellWords(_ word: ShellWord) -> [Completion.Candidate] {
    if word.isProgram, !word.text.contains("/") {
      return PathCompletion.programs(word.text, in: session.options.programDirectories).map {
        Candidate(text: ShellWord.quoted($0.name), kind: .path, help: $0.folder)
      }
    }
    return PathCompletion.entries(word.text, home: session.options.homeDirectory).filter { !$0.path.hasSuffix("\n") }
      .map {
        Candidate(text: ShellWord.quoted($0.path), kind: .path, help: $0.help)
      }
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

  private var savable: [(candidate: Candidate, fileExtension: String)] {
    variables().compactMap { candidate in
      guard case .object(let object)? = state.variables[candidate.text]?.value,
        let fileExtension = object.savedExtension
      else { return nil }
      return (candidate, fileExtension)
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

  private func labels(of value: Value?) -> [Completion.Candidate] {
    var (labels, names): ([Int32]?, [String]) = (nil, [])
    switch value {
    case .tensor(let array): (labels, names) = (array.labels, array.labelNames)
    case .object(let object as any SelectableValue):
      (labels, names) = ((try? object.rowLabels()) ?? nil, object.rowLabelNames)
    default: break
    }
    return Set(labels ?? []).filter { $0 >= 0 }.sorted().map { label in
      Candidate(text: labelWord(LabelNames.name(of: label, names)), kind: .label, help: "rows with this label")
    }
  }

  /// A class as the line can hold it, behind a quote that was opened too.
  private func labelWord(_ name: String) -> String {
    guard let quote else { return LabelNames.word(name) }
    let character = Character(Unicode.Scalar(quote))
    return LabelNames.escaped(name, quote: character) + (isClosed ? "" : String(character))
  }

  private var command: Command? {
    guard let verb = context.verb else { return nil }
    if let command = session.table[verb] { return command }
    let matches = session.table.commands(startingWith: verb)
    return session.options.isInteractive && matches.count == 1 ? matches[0] : nil
  }

  private func word(_ position: Int) -> [Completion.Candidate] {
    guard let command else { return [] }
    let positional =
      position < command.positionals.count
      ? command.positionals[position] : command.positionals.last.flatMap { $0.isVariadic ? $0 : nil }
    var found = positional.map(values) ?? []
    if case .path? = positional?.type, !found.isEmpty { return found }
    let used = Set(context.words.compactMap { $0.key?.value })
    found += options(of: command).filter { !used.contains($0.name) }.map { option in
      let note = option.defaultText.map { " (default \($0))" } ?? ""
      return Candidate(text: option.name + "=", kind: .option, help: option.help + note)
    }
    return found
  }

  /// `load`, `plot` and `set` take other options for each subject.
  private func options(of command: Command) -> [CommandOption] {
    guard let subject = context.words.first, subject.key == nil else { return command.options }
    return command.optionsOfSubject(subject.text, state.variables[subject.text]?.value) ?? command.options
  }

  private func optionValue(_ key: String) -> [Completion.Candidate] {
    guard let command, let option = options(of: command).first(where: { $0.name == key }) else { return [] }
    return values(of: option.type, help: option.help)
  }

  private func values(of positional: Positional) -> [Completion.Candidate] {
    switch positional.completes {
    case nil: return values(of: positional.type, help: positional.help)
    case .variables: return values(of: positional.type, help: positional.help) + variables()
    case .savableVariables: return values(of: positional.type, help: positional.help) + savable.map(\.candidate)
    case .fileToSave:
      let name = context.words.first?.text ?? ""
      let files = savable.filter { $0.candidate.text == name }.map {
        Candidate(text: "\(name).\($0.fileExtension)", kind: .path, help: "a new file")
      }
      return (partial.isEmpty || files.contains { $0.text.hasPrefix(partial) } ? files : []) + paths()
    case .topics:
      let pages = HelpPages(table: session.table)
      return pages.names.sorted().map { Candidate(text: $0, kind: .topic, help: pages.summary($0)) }
    case .terms:
      return session.table.knowledge.theory.pages.map { Candidate(text: $0.term, kind: .topic, help: $0.title) }
    }
  }

  private func values(of type: ArgumentType, help: String) -> [Completion.Candidate] {
    let words = type.words.map { Candidate(text: $0.text, kind: .value, help: $0.help ?? help) }
    switch type {
    case .value(let kinds): return variables(kinds)
    case .anyValue: return variables() + functions()
    case .path: return paths()
    case .nameOrPath(let names): return words + paths(besides: names.map(\.text))
    case .label: return classes(help: help)
    case .place:
      return labels(of: data).map { Candidate(text: $0.text, kind: .label, help: "an image of this class") }
        + variables([.tensor])
    default: return words
    }
  }

  /// The classes of the model that the statement names, else of its data.
  private func classes(help: String) -> [Completion.Candidate] {
    let names = context.words.compactMap { word -> [String]? in
      guard case .object(let object)? = value(of: word.text), !object.classNames.isEmpty else { return nil }
      return object.classNames
    }
    guard let names = names.first else { return labels(of: data) }
    return names.map { Candidate(text: labelWord($0), kind: .label, help: help) }
  }

  /// The dataset that the statement names.
  private var data: Value? {
    context.words.compactMap { value(of: $0.text) }.first { $0.kind == .dataset }
  }
}
