import JSONText
import WorkspaceStore

extension Dispatcher {
  /// Answers what needs no executing thread; why the kernel is to leave, when it is.
  func answer(_ request: Request) -> Ending? {
    let content = request.content
    switch request.type {
    case "kernel_info_request": publisher.reply(to: request, "kernel_info_reply", KernelInfo.content(session, remarks))
    case "complete_request": publisher.reply(to: request, "complete_reply", completion(content))
    case "inspect_request": publisher.reply(to: request, "inspect_reply", inspection(content))
    case "is_complete_request": publisher.reply(to: request, "is_complete_reply", completeness(content))
    case "history_request": publisher.reply(to: request, "history_reply", history(content))
    case "comm_info_request":
      publisher.reply(to: request, "comm_info_reply", .members(["status": .string("ok"), "comms": .empty]))
    case "comm_open":
      // There are no comm targets; the protocol requires closing the comm.
      publisher.publish(
        "comm_close", parent: request.header,
        .members(["comm_id": content["comm_id"] ?? .string(""), "data": .empty]))
    case "comm_msg", "comm_close": break
    case "interrupt_request":
      interrupt()
      publisher.reply(to: request, "interrupt_reply", .members(["status": .string("ok")]))
    case "shutdown_request":
      let restarts = content["restart"]?.boolValue ?? false
      let reply = JSON.members(["status": .string("ok"), "restart": .bool(restarts)])
      publisher.reply(to: request, "shutdown_reply", reply)
      publisher.publish("shutdown_reply", parent: request.header, reply)
      return restarts ? .restart : .orderly
    default: publisher.error("UnknownMessage", "unknown message type '\(request.type)'", parent: request.header)
    }
    return nil
  }

  private func code(_ content: JSON) -> String { content["code"]?.stringValue ?? "" }

  private func cursor(_ content: JSON) -> Int {
    content["cursor_pos"]?.integerValue ?? code(content).unicodeScalars.count
  }

  private func completion(_ content: JSON) -> JSON {
    let completion = session.complete(code(content), cursor: cursor(content))
    let range = completion.range
    let types = completion.candidates.map { candidate -> JSON in
      .members([
        "start": .integer(range.lowerBound), "end": .integer(range.upperBound), "text": .string(candidate.text),
        "type": .string(candidate.kind.rawValue), "signature": .string(candidate.help),
      ])
    }
    return .members([
      "status": .string("ok"), "matches": .array(completion.candidates.map { .string($0.text) }),
      "cursor_start": .integer(range.lowerBound), "cursor_end": .integer(range.upperBound),
      "metadata": .members(["_jupyter_types_experimental": .array(types)]),
    ])
  }

  private func inspection(_ content: JSON) -> JSON {
    // Without figures: drawing takes time, and an interrupt may be queued behind this request.
    let found = session.inspect(code(content), cursor: cursor(content))
    return .members([
      "status": .string("ok"), "found": .bool(found != nil),
      "data": .object(found.map { MimeBundle($0, draw: nil, isNotebook: publisher.isNotebook).data } ?? []),
      "metadata": .empty,
    ])
  }

  private func completeness(_ content: JSON) -> JSON {
    let code = code(content)
    if code.drop(while: { $0.isWhitespace }).hasPrefix("!") { return .members(["status": .string("complete")]) }
    switch session.completeness(code) {
    case .complete: return .members(["status": .string("complete")])
    case .incomplete(let indent): return .members(["status": .string("incomplete"), "indent": .string(indent)])
    case .invalid: return .members(["status": .string("invalid")])
    }
  }

  private func history(_ content: JSON) -> JSON {
    let withOutputs = content["output"]?.boolValue ?? false
    let history = session.history
    let count = content["n"]?.integerValue
    let entries: [HistoryEntry]
    switch content["hist_access_type"]?.stringValue ?? "tail" {
    case "range":
      entries = history.range(
        session: content["session"]?.integerValue ?? 0, start: content["start"]?.integerValue ?? 1,
        stop: content["stop"]?.integerValue, withOutputs: withOutputs)
    case "search":
      entries = history.search(
        content["pattern"]?.stringValue ?? "*", unique: content["unique"]?.boolValue ?? false, limit: count,
        withOutputs: withOutputs)
    default: entries = history.tail(count ?? 10, withOutputs: withOutputs)
    }
    let items = entries.map { entry -> JSON in
      let source = JSON.string(entry.source)
      let output = entry.outputs.isEmpty ? JSON.null : .string(entry.outputs.joined(separator: "\n"))
      return .array([
        .integer(entry.session), .integer(entry.number), withOutputs ? .array([source, output]) : source,
      ])
    }
    return .members(["status": .string("ok"), "history": .array(items)])
  }
}
