import Language

/// `… as NAME` at the end of a command: its result gets the name, as with `as=NAME` or `NAME = …`.
package enum Naming {
  /// The words before `as NAME` and the two words of it; nil when the words do not end with it.
  package static func trailing(_ words: [Word]) -> (rest: [Word], keyword: Word, name: Word)? {
    guard words.count >= 2, let name = words.last, name.key == nil else { return nil }
    let keyword = words[words.count - 2]
    guard keyword.key == nil, !keyword.isQuoted, keyword.text == "as" else { return nil }
    return (words.dropLast(2), keyword, name)
  }

  /// `as NAME` as `as=NAME`, for a command that has the option; it may stand before further options.
  package static func asOption(_ words: [Word], of command: Command) -> [Word] {
    guard command.options.contains(where: { $0.name == "as" }) else { return words }
    let plain = words.lastIndex { $0.key == nil }
    guard let plain, let (_, keyword, name) = trailing(Array(words[...plain])) else { return words }
    var option = name
    option.key = Spanned(value: "as", span: keyword.span)
    option.span = keyword.span.lowerBound..<name.span.upperBound
    return Array(words[..<(plain - 1)]) + [option] + words[(plain + 1)...]
  }

  /// `encode m d as z` as `z = encode m d`, for a command that makes a value and has no such option.
  package static func asTarget(_ statement: Statement, in table: CommandTable) -> Statement {
    guard statement.target == nil, let stage = statement.stages.last,
      case .command(let verb, let words) = stage.content,
      let command = table[verb.value], command.returns != nil, !command.takesAnyOption,
      !command.options.contains(where: { $0.name == "as" }), let (rest, _, name) = trailing(words), name.text.isName
    else { return statement }
    var named = statement
    named.target = Spanned(value: name.text, span: name.valueSpan)
    named.stages[named.stages.count - 1].content = .command(verb: verb, words: rest)
    return named
  }
}
