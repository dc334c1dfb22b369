import Language
import Text

/// Binds the words of a stage to the positionals and options of its command.
package struct Binder {
  package let command: Command
  package let verb: Spanned<String>
  package let execution: Execution
  package let target: String?

  package func bind(_ words: [Word], piped: Value?) throws -> Arguments {
    var options: [String: BoundArgument] = [:]
    var given: [GivenOption] = []
    var plain: [Word] = []
    for word in Naming.asOption(words, of: command) {
      guard let key = word.key else {
        plain.append(word)
        continue
      }
      if let option = command.options.first(where: { $0.name == key.value }) {
        guard options[key.value] == nil else {
          throw Fault(.repeatedOption, "option '\(key.value)' is given twice", at: word.span)
        }
        // A parameter of None leaves the option out.
        if isNone(word) { continue }
        let argument = try read(word, as: option.type, name: option.name)
        options[key.value] = argument
        given.append((key, argument))
      } else if command.takesAnyOption {
        guard !given.contains(where: { $0.key.value == key.value }) else {
          throw Fault(.repeatedOption, "option '\(key.value)' is given twice", at: word.span)
        }
        let text = BoundArgument(content: .text(word.text), raw: word.text, span: word.valueSpan)
        given.append((key, text))
      } else {
        throw unknownOption(key, value: word.text)
      }
    }
    let positionals = try place(plain, piped: piped)
    for option in command.options where options[option.name] == nil {
      guard !option.isRequired else { throw missing("'\(option.name)='") }
      if let text = option.defaultText {
        let word = Word(text: text, isQuoted: true, valueSpan: verb.span, span: verb.span)
        let read = try read(word, as: option.type, name: option.name)
        options[option.name] = BoundArgument(content: read.content, raw: text, span: nil)
      }
    }
    return Arguments(
      command: command, verbSpan: verb.span, target: target, positionals: positionals, options: options, given: given)
  }

  private func unknownOption(_ key: Spanned<String>, value: String) -> Fault {
    let names = command.options.map(\.name)
    let known = names.isEmpty ? "'\(command.verb)' has no options." : "Options: \(names.joined(separator: ", "))."
    let example = command.examples.first.map { " Example: \($0.line)" } ?? ""
    // A command with a positional path reads or writes that file.
    let takesFile = command.positionals.contains { $0.type.isPath }
    let fix =
      Suggestion.question(key.value, in: names) ?? (takesFile ? known + example : fileAdvice(key.value, value))
      ?? (names.isEmpty ? known + example : known)
    return Fault(.unknownOption, "unknown option '\(key.value)'", at: key.span, fix: fix)
  }

  private func fileAdvice(_ key: String?, _ value: String) -> String? {
    Redirection(execution: execution).advice(key, value)
  }

  private func missing(_ what: String) -> Fault {
    let example = command.examples.first.map { "Example: \($0.line)" }
    return Fault(.missingArgument, "\(command.verb) needs \(what)", at: verb.span, fix: example)
  }

  private func place(_ words: [Word], piped: Value?) throws -> [String: [BoundArgument]] {
    var bound: [String: [BoundArgument]] = [:]
    var rest = words[...]
    var pipe = piped
    // A piped value fills the first positional that accepts one, unless there are enough words for all of them.
    let places = command.positionals.count
    let fills = piped != nil && (words.count < places || command.positionals.last?.isVariadic == true)
    for positional in command.positionals {
      if fills, positional.takesPipe, let value = pipe {
        var value = value
        if case .value(let kinds) = positional.type, kinds.contains(.tensor), !kinds.contains(.dataset) {
          value = try Arithmetic.tensor(of: value, at: verb.span)
        }
        bound[positional.name] = [BoundArgument(content: .value(value), raw: "_", span: verb.span)]
        pipe = nil
        if case .value(let kinds) = positional.type, !kinds.contains(value.kind) {
          throw wrongKind(value, kinds, text: "the piped value", span: verb.span)
        }
        if !positional.isVariadic { continue }
      }
      repeat {
        guard let word = rest.popFirst() else { break }
        bound[positional.name, default: []].append(try read(word, as: positional.type, name: positional.name))
      } while positional.isVariadic
      if positional.isRequired, bound[positional.name] == nil {
        throw missing(positional.noun)
      }
    }
    if let extra = rest.first {
      let names = command.options.map(\.name)
      let option = names.contains(extra.text) ? "Write \(extra.text)=…" : nil
      throw Fault(
        .extraArgument, "unexpected argument '\(extra.text)'", at: extra.span,
        fix: option ?? "Usage: \(command.usage)")
    }
    if pipe != nil, !command.positionals.contains(where: \.takesPipe) {
      throw Fault(.extraArgument, "\(command.verb) does not accept piped input", at: verb.span)
    }
    return bound
  }

  private func read(_ word: Word, as type: ArgumentType, name: String) throws -> BoundArgument {
    func bound(_ content: BoundArgument.Content) -> BoundArgument {
      BoundArgument(content: content, raw: word.text, span: word.valueSpan)
    }
    if case .newName = type, execution.isReserved(word.text) { throw execution.reserved(word.text, at: word.valueSpan) }
    if let content = type.read(word.text) { return bound(content) }
    switch type {
    case .value(let kinds):
      var value = try self.value(word, kinds: kinds)
      // A dataset is a tensor where one is wanted.
      if kinds.contains(.tensor), !kinds.contains(.dataset) {
        value = try Arithmetic.tensor(of: value, at: word.valueSpan)
      }
      guard kinds.contains(value.kind) else {
        throw wrongKind(value, kinds, text: "'\(word.text)'", span: word.valueSpan)
      }
      return bound(.value(value))
    case .anyValue: return bound(.value(try value(word, kinds: [])))
    case .newName: break
    case .label where !word.text.isEmpty:
      // A variable that holds a class, else the name of one.
      guard !word.isQuoted, word.text.isName || word.text.hasPrefix("("), execution.canEvaluate(word.text) else {
        return bound(.text(word.text))
      }
      switch try execution.evaluate(text: word.text, span: word.valueSpan) {
      case .number(let number): return bound(.text(NumberText.short(number, digits: 17)))
      case .string(let text): return bound(.text(text))
      default: return bound(.text(word.text))
      }
    default:
      // Numbers may come from variables and expressions: epochs=n, n=(2*k).
      if !word.isQuoted, word.text.isName || word.text.hasPrefix("("), execution.canEvaluate(word.text) {
        let text: String? =
          switch try execution.evaluate(text: word.text, span: word.valueSpan) {
          case .number(let number): NumberText.short(number, digits: 17)
          // A parameter that another program sets: optimizer=method.
          case .string(let text): text
          case .flag(let flag): flag ? "yes" : "no"
          default: nil
          }
        if let text, let content = type.read(text) { return bound(content) }
      }
    }
    let shown = word.text.isEmpty ? "nothing" : "'\(word.text)'"
    var fix: String?
    if case .choice(let names) = type { fix = Suggestion.question(word.text, in: names.map(\.text)) }
    if case .number(let range) = type, let number = Double(word.text), number.isFinite, range.contains(number) {
      fix = "Numbers are float32: 0, or a magnitude from 1e-38 to 3e38."
    }
    throw Fault(
      .badOptionValue, "\(name): expected \(type.expectation), got \(shown)",
      at: word.valueSpan.isEmpty ? word.span : word.valueSpan, fix: fix)
  }

  private func isNone(_ word: Word) -> Bool {
    !word.isQuoted && (word.text == "None" || execution.state.variables[word.text]?.value.kind == .nothing)
  }

  private func value(_ word: Word, kinds: [ValueKind]) throws -> Value {
    if word.isQuoted { return .string(word.text) }
    if Operator(rawValue: word.text) != nil {
      throw Fault(
        .syntax, "unexpected operator '\(word.text)'", at: word.valueSpan,
        fix: "Parenthesize the expression: \(command.verb) (…)")
    }
    let name = word.text
    if name.isName, kinds.count == 1, let kind = kinds.first, kind == .model || kind == .dataset || kind == .tensor {
      guard let value = execution.lookup(name) else {
        throw execution.noVariable(name, kind: kind, at: word.valueSpan)
      }
      return value
    }
    do { return try execution.evaluate(text: word.text, span: word.valueSpan) } catch let fault as Fault {
      // plot loss m loss.png
      guard command.family == .plots, fault.code == .unknownVariable, let advice = fileAdvice(nil, word.text)
      else { throw fault }
      throw Fault(fault.code, "no variable named '\(word.text)'", at: word.valueSpan, fix: advice)
    }
  }

  private func wrongKind(_ value: Value, _ kinds: [ValueKind], text: String, span: Range<Int>) -> Fault {
    let wanted = kinds.map(\.phrase).joined(separator: " or ")
    let known = execution.names(ofKinds: kinds)
    let fix = known.isEmpty ? nil : "Available: \(known.joined(separator: ", "))."
    return Fault(
      .wrongKind, "\(text) is \(value.kind.phrase); \(command.verb) expects \(wanted)", at: span, fix: fix)
  }
}
