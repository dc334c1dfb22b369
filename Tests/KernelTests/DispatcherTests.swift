import Dispatch
import Kernel
import Notebook
import Synchronization
import Testing

@Suite struct DispatcherTests {
  private let transport = Recorder()

  private func dispatcher() throws -> Dispatcher {
    Dispatcher(session: try Session(SessionOptions(), table: KernelCommands.table), transport: transport, onExit: {})
  }

  private func request(_ id: String, _ type: String, _ content: [(String, JSON)] = []) throws -> Request {
    let header = JSON.object([.init("msg_id", .string(id)), .init("msg_type", .string(type))])
    let content = JSON.object(content.map { JSON.Member($0.0, $0.1) })
    return try #require(Request(channel: .shell, header: header, content: content))
  }

  private func cell(_ id: String, _ code: String) throws -> Request {
    try request(id, "execute_request", [("code", .string(code))])
  }

  @Test func aCellIsBusyInputOutputReplyIdle() throws {
    let dispatcher = try dispatcher()
    dispatcher.receive(try cell("1", "6*7"))
    transport.waitForIdle("1")
    #expect(transport.kinds("1") == ["busy", "execute_input", "execute_result", "execute_reply", "idle"])
  }

  @Test func cellsBehindAFailureAreGivenUpAndLaterOnesRun() throws {
    let dispatcher = try dispatcher()
    // A question keeps the first waiting until the second stands in line.
    let question = [("code", JSON.string("ask \"which?\"")), ("allow_stdin", .bool(true))]
    dispatcher.receive(try request("1", "execute_request", question))
    transport.waitFor { $0.type == "input_request" }
    dispatcher.receive(try cell("2", "1"))
    dispatcher.interrupt()
    transport.waitForIdle("2")
    #expect(transport.kinds("1").suffix(3) == ["error", "execute_reply", "idle"])
    #expect(transport.kinds("2") == ["busy", "execute_reply", "idle"])
    dispatcher.receive(try cell("3", "1"))
    transport.waitForIdle("3")
    #expect(transport.kinds("3").contains("execute_result"))
  }

  @Test func aShellCommandHasItsNumberAndItsPlaceInTheHistory() throws {
    let dispatcher = try dispatcher()
    dispatcher.receive(try cell("1", "!echo hello"))
    dispatcher.receive(try cell("2", "6*7"))
    transport.waitForIdle("2")
    dispatcher.receive(
      try request(
        "3", "history_request",
        [("hist_access_type", .string("tail")), ("n", .integer(5)), ("output", .bool(true))]))
    #expect(
      transport.content("3", "history_reply")?["history"]?.text()
        == #"[[1,1,["!echo hello","hello\n"]],[1,2,["6*7","42"]]]"#)
  }

  @Test func aCellWithoutEndWaitsForItsReaderUntilItIsInterrupted() throws {
    transport.unread.store(1 << 30, ordering: .relaxed)
    let dispatcher = try dispatcher()
    dispatcher.receive(try cell("1", "!yes"))
    transport.waitFor { $0.type == "stream" }
    // Everything else is answered meanwhile.
    dispatcher.receive(try request("2", "kernel_info_request"))
    #expect(transport.kinds("2") == ["busy", "kernel_info_reply", "idle"])
    dispatcher.receive(try request("3", "interrupt_request"))
    transport.waitForIdle("1")
    #expect(transport.content("1", "execute_reply")?["ename"]?.stringValue == "Interrupted")
  }

  @Test func nothingFollowsTheIdleOfACellThatRanAmongRequests() throws {
    let dispatcher = try dispatcher()
    for number in 0..<200 {
      dispatcher.receive(try cell("c\(number)", "1"))
      dispatcher.receive(try request("i\(number)", "kernel_info_request"))
    }
    for number in 0..<200 { transport.waitForIdle("c\(number)") }
    for number in 0..<200 { #expect(transport.kinds("c\(number)").last == "idle") }
  }
}

/// Keeps what is sent, as a notebook would.
private final class Recorder: Transport {
  let isNotebook = true
  let unread = Atomic<Int>(0)
  private let messages = Mutex<[Message]>([])
  private let arrived = DispatchSemaphore(value: 0)

  var backlog: Int { unread.load(ordering: .relaxed) }

  func send(_ message: Message) {
    messages.withLock { $0.append(message) }
    arrived.signal()
  }

  func about(_ id: String) -> [Message] {
    messages.withLock { $0.filter { $0.parent["msg_id"]?.stringValue == id } }
  }

  func kinds(_ id: String) -> [String] {
    about(id).map { $0.content["execution_state"]?.stringValue ?? $0.type }
  }

  func content(_ id: String, _ type: String) -> JSON? { about(id).first { $0.type == type }?.content }

  func waitFor(_ condition: (Message) -> Bool) {
    while !messages.withLock({ $0.contains(where: condition) }) { arrived.wait() }
  }

  func waitForIdle(_ id: String) {
    waitFor { $0.parent["msg_id"]?.stringValue == id && $0.content["execution_state"]?.stringValue == "idle" }
  }
}
