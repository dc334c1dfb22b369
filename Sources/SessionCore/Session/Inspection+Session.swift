import Language
import Text

extension Session {
  /// What the cursor (in Unicode scalars) is on: a variable's or attribute's value, the page of a command, function,
  /// option or term, the function whose arguments are being typed; nil when it is nothing known.
  ///
  /// Safe to call while a cell runs.
  ///
  /// - Parameter width: Columns of the screen.
  package func inspect(_ source: String, cursor: Int, width: Int = HelpLayout.usualWidth) -> Output? {
    let offset = Session.byteOffset(in: source, scalars: cursor)
    let prefix = CellPrefix(SourceText(source))
    let source = offset > prefix?.end ?? offset ? CellPrefix.blanked(source) : source
    return Inspector(session: self, text: SourceText(source), offset: offset, width: width).output
  }

  /// The value of a name with attributes, `d.test.labels` or `_3`, as the last finished statement left it.
  package func value(at path: String) -> Value? {
    let parts = path.split(separator: ".").map(String.init)
    guard let first = parts.first, var value = state.variables[first]?.value ?? result(first) else { return nil }
    for part in parts.dropFirst() {
      guard let next = (try? value.attribute(part)) ?? nil else { return nil }
      value = next
    }
    return value
  }
}

/// Finds what there is to say of one place.
private struct Inspector {
  let session: Session
  let text: SourceText
  /// The word at the cursor, UTF-8 offsets; empty between words.
  private let word: Range<Int>
  private let context: CursorContext
  private let pages: HelpPages

  private var width: Int { pages.layout.width }

  init(session: Session, text: SourceText, offset: Int, width: Int) {
    (self.session, self.text) = (session, text)
    var start = min(offset, text.count)
    var end = start
    while start > 0, text.bytes[start - 1].isNamePart { start -= 1 }
    while end < text.count, text.bytes[end].isNamePart { end += 1 }
    word = start..<end
    context = CursorContext(text, cursor: end)
    pages = HelpPages(table: session.table, width: width)
  }

  var output: Output? {
    if context.place == .shell { return Output(text: "!COMMAND runs in /bin/sh; what it writes is shown.") }
    if case .attribute(let base) = context.place { return attribute(of: base) }
    if !word.isEmpty, let found = named(text.text(word)) { return found }
    if let found = optionValue ?? call ?? indexed { return found }
    if context.place == .path, context.verb == nil { return page("results") }
    // In the middle of a command, its page helps.
    return command.flatMap { page($0.verb) } ?? context.verb.flatMap(page)
  }

  private func page(_ topic: String) -> Output? { pages.page(topic).map { Output(text: $0) } }

  /// The command of the stage; at a prompt and in a notebook its verb may be shortened.
  private var command: Command? {
    guard let verb = context.verb else { return nil }
    if let command = session.table[verb] { return command }
    let matches = session.table.commands(startingWith: verb)
    return session.options.isInteractive && verb.count > 1 && matches.count == 1 ? matches[0] : nil
  }

  // MARK: Words

  private func named(_ name: String) -> Output? {
    let isKey = word.upperBound < text.count && text.bytes[word.upperBound] == UInt8(ascii: "=")
    if isKey, let option = option(name) { return Output(text: pages.page(option)) }
    if isKey, let call, !isComparison { return call }
    if let value = session.value(at: name) { return shown(value, name) }
    if let meaning { return meaning }
    if let page = page(name) { return page }
    if let theory = session.table.knowledge.theory.page(name) {
      return Output(text: theory.text(for: session.state, width: width))
    }
    if let constant = Self.constants[name] { return Output(text: "\(name): \(constant)") }
    // A verb that is not finished.
    let matches = session.table.commands(startingWith: name)
    guard context.place == .start, session.options.isInteractive, name.count > 1, matches.count == 1 else { return nil }
    return page(matches[0].verb)
  }

  private static let constants = [
    "pi": "3.14159…, a circle's circumference over its diameter", "label": "selects rows by class: z[label=3]",
    "yes": "a flag that is set; also true, on, True", "no": "a flag that is not set; also false, off, False",
    "true": "a flag that is set; also yes, on, True", "false": "a flag that is not set; also no, off, False",
    "True": "a flag that is set; also yes, on, true", "False": "a flag that is not set; also no, off, false",
    "None": "no value; an option with this value is omitted",
    "float": "text as a number: float(\"inf\"), float(\"nan\")",
  ]

  private var isComparison: Bool {
    word.upperBound + 1 < text.count && text.bytes[word.upperBound + 1] == UInt8(ascii: "=")
  }

  /// An option of the stage's command, or of what `set` changes.
  private func option(_ name: String) -> CommandOption? {
    guard let command else { return nil }
    let subject = context.words.first?.text
    let ofSubject = subject.flatMap { command.optionsOfSubject($0, session.value(at: $0)) } ?? []
    return (ofSubject + command.options).first { $0.name == name }
  }

  /// What a word means where it stands in a command: `conv`, `adam`, `loss`.
  private var meaning: Output? {
    guard let command else { return nil }
    let name = text.text(word)
    switch context.place {
    case .optionValue(let key):
      guard let option = option(key), option.type.meaning(of: name) != nil else { return nil }
      return Output(text: pages.page(option))
    case .word(let position):
      let positionals = command.positionals
      let place = position < positionals.count ? positionals[position] : positionals.last { $0.isVariadic }
      guard let place, let meaning = place.type.meaning(of: name) else { return nil }
      return Output(text: pages.layout.entry("\(name): ", meaning) + "\n\n" + pages.page(command))
    default: return nil
    }
  }

  private var optionValue: Output? {
    guard case .optionValue(let key) = context.place, let option = option(key) else { return nil }
    return Output(text: pages.page(option))
  }

  // MARK: Expressions

  /// An attribute's value; after the dot alone, all of them.
  private func attribute(of base: String) -> Output? {
    guard let value = session.value(at: base) else { return nil }
    let name = text.text(word)
    if !name.isEmpty {
      guard let attribute = (try? value.attribute(name)) ?? nil else { return nil }
      return shown(attribute, "\(base).\(name)")
    }
    let names = value.attributeNames
    guard !names.isEmpty else { return shown(value, base) }
    let width = names.map(\.count).max() ?? 0
    let lines = names.map { name in
      "  " + TextWidth.pad(name, to: width + 2) + (((try? value.attribute(name)) ?? nil)?.summary ?? "")
    }
    return Output(text: "attributes of \(base)\n" + lines.joined(separator: "\n"))
  }

  /// A value as it is shown, or why there is nothing to show.
  private func shown(_ value: Value, _ name: String) -> Output {
    guard value.kind == .nothing else {
      return value.output(width: width, writers: session.table.knowledge.writers)
    }
    guard let dot = name.lastIndex(of: ".") else { return Output(text: "\(name) is None, no value") }
    let owner = String(name[..<dot])
    let data = session.state.names.first { session.state.variables[$0]?.value.kind == .dataset } ?? "DATA"
    guard case .object(let object)? = session.value(at: owner), let why = object.absence(in: owner, data: data) else {
      return Output(text: "\(name) has no value")
    }
    return Output(text: "\(name) has no value yet: \(why)")
  }

  /// The function whose arguments the cursor is among.
  private var call: Output? {
    for bracket in context.brackets.reversed() where text.bytes[bracket] == UInt8(ascii: "(") {
      var start = bracket
      while start > 0, text.bytes[start - 1].isNamePart { start -= 1 }
      let name = text.text(start..<bracket)
      if FunctionTable.shared[name] != nil { return page(name) }
      if let constant = Self.constants[name] { return Output(text: "\(name): \(constant)") }
    }
    return nil
  }

  /// What is being indexed.
  private var indexed: Output? {
    guard let bracket = context.brackets.last, text.bytes[bracket] == UInt8(ascii: "[") else { return nil }
    var start = bracket
    while start > 0, text.bytes[start - 1].isNamePart || text.bytes[start - 1] == UInt8(ascii: ".") { start -= 1 }
    let name = text.text(start..<bracket)
    return session.value(at: name).map { shown($0, name) }
  }
}
