import JSONText
import Language
import SessionCore
import Tensors

/// One `execute_request` on the executing thread: busy, execute_input, outputs, execute_reply. The dispatcher publishes
/// idle.
struct CellExecution {
  enum Ending { case ok, failed, quits }

  let dispatcher: Dispatcher
  let request: Request
  private let code: String
  private let isSilent: Bool
  private let keeps: Bool
  private let stopsOnError: Bool
  private let allowsStdin: Bool
  private let count: Int
  private var publisher: Publisher { dispatcher.publisher }

  init(dispatcher: Dispatcher, request: Request) {
    self.dispatcher = dispatcher
    self.request = request
    let content = request.content
    code = content["code"]?.stringValue ?? ""
    isSilent = content["silent"]?.boolValue ?? false
    keeps = !isSilent && (content["store_history"]?.boolValue ?? true)
    stopsOnError = content["stop_on_error"]?.boolValue ?? true
    allowsStdin = content["allow_stdin"]?.boolValue ?? false
    count = dispatcher.session.cellNumber + (keeps ? 1 : 0)
  }

  func run() -> Ending {
    let parent = request.header
    publisher.status("busy", parent: parent)
    guard request.content["code"]?.stringValue != nil else {
      return fail("BadMessage", "execute_request needs 'code', a string", [])
    }
    if !isSilent {
      publisher.publish(
        "execute_input", parent: parent, .members(["code": .string(code), "execution_count": .integer(count)]))
    }
    let trimmed = code.drop { $0.isWhitespace }
    let frontEnd = CellFrontEnd(
      publisher: publisher, parent: parent, count: count, isSilent: isSilent, pages: trimmed.hasPrefix("?"),
      draw: draw, isInterrupted: { [interruption = dispatcher.interruption] in interruption.isRequested },
      asking: question)
    if !isSilent { for remark in dispatcher.takeRemarks() { frontEnd.stream("stdout", remark + "\n") } }
    if trimmed.hasPrefix("!") { return shell(String(trimmed.dropFirst()), frontEnd) }
    if trimmed.isEmpty { return succeed([], quits: false) }
    let outcome = dispatcher.session.execute(
      code, storeHistory: keeps, silent: isSilent, frontEnd: frontEnd, interruption: dispatcher.interruption)
    switch outcome.status {
    case .ok: return succeed(frontEnd.paged, quits: outcome.wantsToQuit)
    case .failed(let diagnostic):
      return fail(diagnostic.code, diagnostic.headline, diagnostic.rendered(color: true).split(separator: "\n"))
    case .interrupted(let note): return fail("Interrupted", note.isEmpty ? "interrupted" : note, [])
    }
  }

  /// Draws a figure for this cell; an interrupt cancels the drawing.
  private var draw: MimeBundle.Draw? {
    dispatcher.renderer.map { renderer in
      { [interruption = dispatcher.interruption] figure, set in renderer(figure, set) { interruption.isRequested } }
    }
  }

  private func question(_ prompt: String) -> String? {
    guard allowsStdin else { return nil }
    return dispatcher.questions.ask(
      prompt, for: request, publisher: publisher, interruption: dispatcher.interruption)
  }

  private static let rememberedOutput = 4096

  private func shell(_ command: String, _ frontEnd: CellFrontEnd) -> Ending {
    let start = WorkClock.now
    var output = ""
    let ending = ShellCommand(text: command, interruption: dispatcher.interruption).run { name, text in
      frontEnd.stream(name, text)
      // The history stores only the beginning of long output.
      if output.utf8.count < Self.rememberedOutput { output += text.prefix(Self.rememberedOutput) }
    }
    if keeps {
      let remark = dispatcher.session.remember(
        code, output: output, succeeded: ending == .exited(0), seconds: (WorkClock.now - start) / .seconds(1))
      if let remark { frontEnd.stream("stdout", remark + "\n") }
    }
    switch ending {
    case .exited(0): return succeed([], quits: false)
    case .exited(let code): return fail("ShellError", "the command ended with exit code \(code)", [])
    case .signaled(let signal): return fail("ShellError", "the command was ended by signal \(signal)", [])
    case .interrupted: return fail("Interrupted", "the command was stopped", [])
    case .notStarted(let why): return fail("ShellError", why, [])
    }
  }

  private func succeed(_ paged: [Output], quits: Bool) -> Ending {
    var payload: [JSON] = []
    if !paged.isEmpty {
      let text = paged.map(\.text).joined(separator: "\n\n")
      payload.append(
        .members([
          "source": .string("page"), "data": .members(["text/plain": .string(text)]), "start": .integer(0),
        ]))
    }
    if quits { payload.append(.members(["source": .string("ask_exit"), "keepkernel": .bool(false)])) }
    publisher.reply(
      to: request, "execute_reply",
      .members([
        "status": .string("ok"), "execution_count": .integer(count), "user_expressions": userExpressions(),
        "payload": .array(payload),
      ]))
    return quits ? .quits : .ok
  }

  private func fail(_ name: String, _ value: String, _ traceback: [Substring]) -> Ending {
    let content = Publisher.errorContent(name, value, traceback: traceback.map(String.init))
    if !isSilent { publisher.publish("error", parent: request.header, content) }
    guard case .object(let members) = content else { return .failed }
    if stopsOnError { dispatcher.abortWaitingCells() }
    publisher.reply(
      to: request, "execute_reply",
      .object(
        [.init("status", .string("error")), .init("execution_count", .integer(count))] + members
          + [.init("user_expressions", .empty), .init("payload", .array([]))]))
    return .failed
  }

  private func userExpressions() -> JSON {
    guard case .object(let wanted)? = request.content["user_expressions"] else { return .empty }
    return .object(
      wanted.map { member in
        guard let expression = member.value.stringValue else {
          return .init(member.key, errorResult("BadMessage", "an expression is a string", []))
        }
        do throws(Diagnostic) {
          let output = try dispatcher.session.evaluate(expression)
          let bundle = MimeBundle(output, draw: draw, isNotebook: publisher.isNotebook)
          return .init(member.key, .object([.init("status", .string("ok"))] + bundle.members))
        } catch {
          let lines = error.rendered(color: false).split(separator: "\n").map(String.init)
          return .init(member.key, errorResult(error.code, error.headline, lines))
        }
      })
  }

  private func errorResult(_ name: String, _ value: String, _ traceback: [String]) -> JSON {
    guard case .object(let members) = Publisher.errorContent(name, value, traceback: traceback) else { return .empty }
    return .object([.init("status", .string("error"))] + members)
  }
}
