import Language
import Tensors
import Text

/// Runs the statements of a cell.
package struct Interpreter {
  package let execution: Execution

  package init(execution: Execution) { self.execution = execution }

  /// The value of a statement, its redirection done. Throws `Fault`.
  package func run(_ statement: Statement) throws -> Value {
    if let target = statement.target, execution.isReserved(target.value) {
      throw execution.reserved(target.value, at: target.span)
    }
    var value: Value?
    for (position, stage) in statement.stages.enumerated() {
      execution.piped = value
      defer { execution.piped = nil }
      let isLast = position == statement.stages.count - 1
      value = try run(stage, target: isLast ? statement.target?.value : nil, piped: value)
    }
    let result = value ?? .nothing
    if let target = statement.target {
      guard result.kind != .nothing || isNone(statement) else {
        throw Fault(
          .wrongKind, "the statement returns no value to assign to '\(target.value)'", at: statement.stages.last?.span)
      }
      execution.set(target.value, to: result)
    }
    return result
  }

  /// `x = None` is meant; a command or an attribute that gives nothing is not.
  private func isNone(_ statement: Statement) -> Bool {
    guard case .expression(let expression)? = statement.stages.last?.content, case .name(let name) = expression.node
    else {
      return false
    }
    return name == "None" || execution.state.variables[name]?.value.kind == .nothing
  }

  private func run(_ stage: Stage, target: String?, piped: Value?) throws -> Value {
    switch stage.content {
    case .expression(let expression):
      if let value = try bareName(expression, target: target, piped: piped) { return value }
      return try Evaluator(execution: execution).evaluate(expression)
    case .command(let verb, let words) where verb.value == "!":
      return try shell(words.first?.text ?? "", at: stage.span, target: target)
    case .command(let verb, let words):
      let command = try resolve(verb, words: words)
      return try run(command, verb: verb, words: words, target: target, piped: piped)
    }
  }

  private func run(
    _ command: Command, verb: Spanned<String>, words: [Word], target: String?, piped: Value?
  ) throws -> Value {
    let binder = Binder(command: command, verb: verb, execution: execution, target: target)
    let uses = words.contains { $0.text == "_" || $0.text.hasPrefix("_[") || $0.text.hasPrefix("_.") }
    let arguments = try binder.bind(words, piped: uses ? nil : piped)
    do {
      let value = try command.run(arguments, execution)
      execution.remarkCaveats(arguments)
      return value
    } catch let stopped as Stopped {
      throw stopped
    } catch {
      throw Fault.translated(error, of: arguments).placed(at: verb.span)
    }
  }

  /// `x = !command`: the lines that the command wrote.
  private func shell(_ command: String, at span: Range<Int>, target: String?) throws -> Value {
    guard let captured = execution.frontEnd.capture(command, execution.interruption) else {
      throw Fault(
        .shellNotAvailable, "shell commands run at the prompt and in notebooks, not in scripts and replays",
        at: span, fix: "Remove the line.")
    }
    if execution.interruption.isRequested { throw Stopped() }
    if let failure = captured.failure { execution.note(failure) }
    var lines = captured.text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last == "" { lines.removeLast() }
    return .list(lines.map { .string(String($0)) })
  }

  /// A stage that is one bare name: in a pipeline a function of the piped value, else perhaps a shortened verb.
  private func bareName(_ expression: Expression, target: String?, piped: Value?) throws -> Value? {
    guard case .name(let name) = expression.node, execution.lookup(name) == nil else { return nil }
    let spanned = Spanned(value: name, span: expression.span)
    if let function = FunctionTable.shared[name], let piped {
      var call = FunctionCall(function: function, seed: { execution.seed(given: $0) })
      call.positional = [piped]
      guard function.arity.contains(1) else {
        throw Fault(
          .wrongFunctionArguments, "\(name) expects \(function.arityText), got 1", at: expression.span,
          fix: "Write \(function.signature).")
      }
      let ready = call
      return try Evaluator(execution: execution).at(expression.span) { try function.apply(ready) }
    }
    if FunctionTable.shared[name] != nil || Reserved.names.contains(name) || name.hasPrefix("_") { return nil }
    let isShortened = name.count > 2 && execution.table.commands(startingWith: name).count == 1
    if target != nil, !isShortened {
      throw execution.noVariable(name, at: expression.span)
    }
    let command = try resolve(spanned, words: [])
    return try run(command, verb: spanned, words: [], target: target, piped: piped)
  }

  /// The command of a verb: exact, shortened at a prompt, or a fault that helps.
  private func resolve(_ verb: Spanned<String>, words: [Word]) throws -> Command {
    if let command = execution.table[verb.value] { return command }
    if execution.lookup(verb.value) != nil, let next = words.first {
      throw Fault(
        .syntax, "'\(verb.value)' is a variable, and '\(next.text)' cannot follow it", at: next.span,
        fix: "Start with a command, for example: show \(verb.value)")
    }
    if FunctionTable.shared[verb.value] != nil {
      throw Fault(
        .syntax, "'\(verb.value)' is a function", at: verb.span,
        fix: "Write \(verb.value)(\(words.map(\.text).joined(separator: ", "))).")
    }
    let matches = execution.table.commands(startingWith: verb.value)
    let names = matches.map {
      $0.verb.hasPrefix(verb.value) ? $0.verb : $0.aliases.first { $0.hasPrefix(verb.value) } ?? $0.verb
    }
    if execution.options.isInteractive {
      if matches.count == 1 { return matches[0] }
      if matches.count > 1 {
        throw Fault(
          .prefixNotAllowed, "'\(verb.value)' is ambiguous", at: verb.span,
          fix: "It could be \(names.joined(separator: ", ")).")
      }
    } else if matches.count == 1, verb.value.count >= 2 {
      throw Fault(
        .prefixNotAllowed, "'\(verb.value)' is an abbreviated command; scripts need the full name", at: verb.span,
        fix: "Write '\(names[0])'.")
    }
    let noun = words.isEmpty ? "command or variable" : "command"
    let candidates = execution.table.verbs + (words.isEmpty ? execution.state.names : [])
    let fix = Suggestion.question(verb.value, in: candidates) ?? "'help' lists the commands."
    throw Fault(.unknownCommand, "unknown \(noun) '\(verb.value)'", at: verb.span, fix: fix)
  }
}
