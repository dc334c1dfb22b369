import Dispatch
import JSONText
import Kernel
import Notebook
import SessionCore
import Testing

@Suite(.timeLimit(.minutes(2))) struct DispatcherTests {
  private let transport = Recorder()

  private func dispatcher(onExit: @escaping @Sendable () -> Void = {}) throws -> Dispatcher {
    let session = try Session(SessionOptions(), table: KernelCommands.table)
    return try Dispatcher(session: session, transport: transport, onExit: onExit)
  }

  private func request(_ id: String, _ type: String, _ content: [(String, JSON)] = []) throws -> Request {
    let header = JSON.object([.init("msg_id", .string(id)), .init("msg_type", .string(type))])
    let content = JSON.object(content.map { JSON.Member($0.0, $0.1) })
    return try #require(Request(channel: .shell, header: header, content: content))
  }

  private func cell(_ id: String, _ code: String) throws -> Request {
    try request(id, "execute_request", [("code", .string(code))])
  }

  /// A cell that may ask, and gives up nothing behind it when it fails.
  private func asking(_ id: String) throws -> Request {
    try request(
      id, "execute_request",
      [("code", .string("ask \"which?\"")), ("allow_stdin", .bool(true)), ("stop_on_error", .bool(false))])
  }

  @Test func aCellIsBusyInputOutputReplyIdle() throws {
    let dispatcher = try dispatcher()
    dispatcher.receive(try cell("1", "6*7"))
    transport.waitForIdle("1")
    #expect(transport.kinds("1") == ["busy", "execute_input", "execute_result", "execute_reply", "idle"])
  }

  /// A question keeps the first cell waiting until the second stands in line; the interrupt gives both up.
  private func interruptTwo(_ dispatcher: Dispatcher) throws {
    let question = [("code", JSON.string("ask \"which?\"")), ("allow_stdin", .bool(true))]
    dispatcher.receive(try request("1", "execute_request", question))
    transport.waitFor { $0.type == "input_request" }
    dispatcher.receive(try cell("2", "1"))
    dispatcher.interrupt()
    transport.waitForIdle("2")
  }

  @Test func cellsBehindAFailureAreGivenUpAndLaterOnesRun() throws {
    let dispatcher = try dispatcher()
    try interruptTwo(dispatcher)
    #expect(transport.kinds("1").suffix(3) == ["error", "execute_reply", "idle"])
    // A question that was given up was answered by nobody, which is another thing than that nobody can.
    #expect(transport.content("1", "execute_reply")?["ename"]?.stringValue == "Interrupted")
    #expect(transport.kinds("2") == ["busy", "execute_reply", "idle"])
    #expect(transport.content("2", "execute_reply")?.text() == #"{"status":"aborted"}"#)
    dispatcher.receive(try cell("3", "1"))
    transport.waitForIdle("3")
    #expect(transport.kinds("3").contains("execute_result"))
  }

  @Test func anInterruptWhenOnlyCellsToBeGivenUpWaitStopsNoLaterOne() throws {
    let dispatcher = try dispatcher()
    // It comes when the first has ended and the second is not yet given up.
    transport.listen { message in
      let isIdle = message.content["execution_state"]?.stringValue == "idle"
      if isIdle, message.parent["msg_id"]?.stringValue == "1" { dispatcher.interrupt() }
    }
    try interruptTwo(dispatcher)
    #expect(transport.kinds("2") == ["busy", "execute_reply", "idle"])
    // Two statements: an interrupt is noticed between them.
    dispatcher.receive(try cell("3", "1\n2"))
    transport.waitForIdle("3")
    #expect(transport.content("3", "execute_reply")?["status"]?.stringValue == "ok")
  }

  @Test func theEndOfInputGivesUpTheOpenQuestionAndLaterOnes() throws {
    let ended = DispatchSemaphore(value: 0)
    let dispatcher = try dispatcher(onExit: { ended.signal() })
    dispatcher.receive(try asking("1"))
    transport.waitFor { $0.type == "input_request" }
    dispatcher.receive(try asking("2"))
    dispatcher.finish()
    // The limit is for a kernel that never ends.
    let result = ended.wait(timeout: .now() + .seconds(20))
    try #require(result == .success)
    #expect(transport.kinds("1") == ["busy", "execute_input", "input_request", "error", "execute_reply", "idle"])
    #expect(transport.kinds("2") == ["busy", "execute_input", "error", "execute_reply", "idle"])
    for id in ["1", "2"] {
      let why = transport.content(id, "execute_reply")?["evalue"]?.stringValue ?? ""
      #expect(why.hasPrefix("this client does not accept questions"))
    }
  }

  // A child in a session of its own gets no signal and holds the output: who waits for it hears `late`.

  @Test func aShellCommandEndsWithItsShellWhoeverHoldsItsOutput() throws {
    let dispatcher = try dispatcher()
    dispatcher.receive(try cell("1", "!setsid sh -c 'sleep 20; echo late' & echo first; exit 3"))
    transport.waitForIdle("1")
    #expect(transport.text("1") == "first\n")
    let reply = transport.content("1", "execute_reply")
    #expect(reply?["evalue"]?.stringValue == "the command ended with exit code 3")
  }

  @Test(arguments: ["", "trap '' TERM; "])
  func anInterruptWaitsForNoChildInASessionOfItsOwn(preparation: String) throws {
    let dispatcher = try dispatcher()
    let command = "!\(preparation)setsid sh -c 'echo begun; sleep 20; echo late'; echo after"
    dispatcher.receive(try cell("1", command))
    transport.waitFor { $0.type == "stream" }
    dispatcher.interrupt()
    transport.waitForIdle("1")
    #expect(transport.text("1") == "begun\n")
    #expect(transport.content("1", "execute_reply")?["ename"]?.stringValue == "Interrupted")
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

  /// Jupyter: a silent cell is not stored, whatever `store_history` says, and its number is that of the last one.
  @Test(arguments: [nil, true]) func aSilentCellHasNoNumberOfItsOwn(_ stores: Bool?) throws {
    let dispatcher = try dispatcher()
    dispatcher.receive(try cell("1", "1"))
    for (id, code) in [("2", "2"), ("3", "!true")] {
      let store = stores.map { [("store_history", JSON.bool($0))] } ?? []
      dispatcher.receive(
        try request(id, "execute_request", [("code", .string(code)), ("silent", .bool(true))] + store))
      transport.waitForIdle(id)
      #expect(transport.content(id, "execute_reply")?["execution_count"]?.integerValue == 1)
    }
    dispatcher.receive(try cell("4", "6*7"))
    transport.waitForIdle("4")
    #expect(transport.content("4", "execute_reply")?["execution_count"]?.integerValue == 2)
    dispatcher.receive(
      try request("5", "history_request", [("hist_access_type", .string("tail")), ("n", .integer(9))]))
    #expect(transport.content("5", "history_reply")?["history"]?.text() == #"[[1,1,"1"],[1,2,"6*7"]]"#)
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
