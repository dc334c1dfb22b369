extension Session {
  /// What the word at `cursor` (in Unicode scalars) is: a variable's value, a command's or function's page; nil when it
  /// is nothing known.
  ///
  /// Safe to call while a cell runs.
  package func inspect(_ source: String, cursor: Int) -> Output? {
    let text = SourceText(source)
    let offset = Session.byteOffset(in: source, scalars: cursor)
    var start = min(offset, text.count)
    var end = start
    while start > 0, text.bytes[start - 1].isNamePart { start -= 1 }
    while end < text.count, text.bytes[end].isNamePart { end += 1 }
    let context = CursorContext(text, cursor: min(end, text.count))
    let pages = HelpPages(table: table)
    if start < end {
      let word = text.text(start..<end)
      if case .attribute(let base) = context.place, let value = state.variables[base]?.value,
        let attribute = (try? value.attribute(word)) ?? nil
      {
        return attribute.output(width: 80)
      }
      if let command = context.verb.flatMap({ table[$0] }),
        let option = command.options.first(where: { $0.name == word }), end < text.count,
        text.bytes[end] == UInt8(ascii: "=")
      {
        return Output(text: pages.page(option))
      }
      if let variable = state.variables[word] { return variable.value.output(width: 80) }
      if let page = pages.page(word) { return Output(text: page) }
      if let page = Theory.page(word) { return Output(text: page.text(for: state, width: 80)) }
    }
    if case .optionValue(let key) = context.place, let command = context.verb.flatMap({ table[$0] }),
      let option = command.options.first(where: { $0.name == key })
    {
      return Output(text: pages.page(option))
    }
    // In the middle of a command, its page helps.
    return context.verb.flatMap { pages.page($0) }.map { Output(text: $0) }
  }
}
