import Glibc
import JSONText
import SessionCore
import Synchronization
import Terminal

/// Writes one JSON object per line for each finished cell:
/// `{"cell":1,"line":1,"source":"…","status":"ok","seconds":0.12,"outputs":[{"role":"result","text":"…","json":{…}}]}`,
/// with `"figure":{"image/svg+xml":"…"}` (or base64 of `image/png`) where there is one, and `"error":{"code","message","fix","span"}` when it failed.
package final class JSONFrontEnd: BatchFrontEnd {
  package let width: Int
  private let interruption: Interruption
  private let closed = Mutex<Int32?>(nil)

  package init(width: Int, interruption: Interruption) {
    self.width = width
    self.interruption = interruption
  }

  package var closedBy: Int32? { closed.withLock { $0 } }
  package func emit(_ event: Event) {}
  package func ask(_ prompt: String) -> String? { nil }

  package func finish(_ cell: BatchScript.Cell, _ outcome: CellOutcome) {
    var members: [JSON.Member] = [
      .init("cell", .integer(outcome.number)), .init("line", .integer(cell.line)),
      .init("source", .string(cell.source)),
    ]
    var error: JSON?
    switch outcome.status {
    case .ok: members.append(.init("status", .string("ok")))
    case .interrupted(let note):
      members.append(.init("status", .string("interrupted")))
      error = .object([.init("message", .string(note))])
    case .failed(let diagnostic):
      members.append(.init("status", .string("error")))
      error = .object([
        .init("code", .string(diagnostic.code)), .init("message", .string(diagnostic.message)),
        .init("fix", diagnostic.fix.map { .string($0) } ?? .null),
        .init(
          "span", diagnostic.span.map { .array([.integer($0.lowerBound), .integer($0.upperBound)]) } ?? .null),
      ])
    }
    members.append(.init("seconds", .number(outcome.seconds)))
    members.append(.init("outputs", .array((outcome.outputs + outcome.remarks).map(Self.object(of:)))))
    if let error { members.append(.init("error", error)) }
    if !writeAll(JSON.object(members).text() + "\n", to: STDOUT_FILENO) {
      let failure = errno
      closed.withLock { $0 = failure }
    }
  }

  private static func object(of output: Output) -> JSON {
    let role =
      switch output.role {
      case .result: "result"
      case .display: "display"
      case .note: "note"
      }
    var members: [JSON.Member] = [
      .init("role", .string(role)), .init("text", .string(output.record)), .init("json", output.json ?? .null),
    ]
    if let figure = output.figure, let draw = FigureRendering.renderer {
      switch draw(figure, .best, { false }) {
      case .success(let drawings):
        members.append(.init("figure", .object(drawings.map { .init($0.type, .string($0.data)) })))
      case .failure(let failure):
        members.append(.init("figure", .null))
        members.append(.init("figure_error", .string(failure.reason)))
      }
    }
    return .object(members)
  }
}
