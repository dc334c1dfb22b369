import Dispatch
import Glibc
import JSONText
import Kernel
import Notebook
import SessionCore
import Synchronization
import Testing
import WorkspaceStore

/// While a workspace takes seconds for a commit, everything that shows no result of a cell is answered.
@Suite(.timeLimit(.minutes(1))) struct LongCommitTests {
  private static let begun = DispatchSemaphore(value: 0)
  private static let mayGoOn = DispatchSemaphore(value: 0)

  /// A value whose writing into the workspace takes as long as the test wants.
  private struct Hold: DeclaredCommand {
    static let about = About(
      "hold", family: .session, summary: "a value that is long in writing", examples: [.init("hold", "waits")])

    func run(_ call: Call) -> Value {
      call.execution.set("slow", to: .object(Slow()))
      return .nothing
    }
  }

  private struct Slow: ObjectValue {
    var kind: ValueKind { .dataset }
    var summary: String { "slow" }
    var byteCount: Int { 0 }
    var attributeNames: [String] { [] }
    func attribute(_ name: String) -> Value? { nil }
    var report: Report? { nil }
    func stored() throws -> StoredValue {
      begun.signal()
      mayGoOn.wait()
      return StoredValue(kind: "nothing", detail: .null)
    }
  }

  @Test func everyRequestIsAnsweredDuringACommit() throws {
    let path = "/tmp/elbo-commit-\(getpid()).elbodb"
    defer { for ending in ["", "-wal", "-shm", "-lock"] { unlink(path + ending) } }
    let table = KernelCommands.table.adding([Hold.self])
    let session = try Session(SessionOptions(workspace: path), table: table)
    let transport = Recorder()
    let dispatcher = try Dispatcher(session: session, transport: transport, onExit: {})
    func send(_ id: String, _ type: String, _ content: [(String, JSON)] = []) throws {
      let header = JSON.object([.init("msg_id", .string(id)), .init("msg_type", .string(type))])
      let content = JSON.object(content.map { JSON.Member($0.0, $0.1) })
      dispatcher.receive(try #require(Request(channel: .shell, header: header, content: content)))
    }
    try send("1", "execute_request", [("code", .string("a = 1"))])
    transport.waitForIdle("1")
    try send("2", "execute_request", [("code", .string("hold"))])
    Self.begun.wait()
    defer { Self.mayGoOn.signal() }
    for (index, access) in ["tail", "search", "range"].enumerated() {
      try send(
        "h\(index)", "history_request",
        [("hist_access_type", .string(access)), ("n", .integer(5)), ("session", .integer(0)), ("start", .integer(1))])
      #expect(transport.content("h\(index)", "history_reply")?["history"]?.text() == #"[[1,1,"a = 1"]]"#)
    }
    try send("c", "complete_request", [("code", .string("hist")), ("cursor_pos", .integer(4))])
    try send("i", "inspect_request", [("code", .string("a")), ("cursor_pos", .integer(1))])
    try send("s", "is_complete_request", [("code", .string("1 +"))])
    try send("k", "kernel_info_request")
    // They were answered on this thread, and the cell has not.
    for (id, reply) in [
      ("c", "complete_reply"), ("i", "inspect_reply"), ("s", "is_complete_reply"), ("k", "kernel_info_reply"),
    ] {
      #expect(transport.content(id, reply) != nil)
    }
    #expect(transport.content("2", "execute_reply") == nil)
  }
}
