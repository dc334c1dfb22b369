import Kernel
import Testing

@Suite(.timeLimit(.minutes(2))) struct ConnectionFileTests {
  private let good = """
    {"shell_port":1,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5,"ip":"127.0.0.1","key":"k",
     "transport":"tcp","signature_scheme":"hmac-sha256"}
    """

  @Test func endpointsAreWhereTheFileSays() throws {
    let file = try ConnectionFile(parsing: Array(good.utf8))
    #expect(file.endpoint(.shell) == "tcp://127.0.0.1:1")
    #expect(file.endpoint(.heartbeat) == "tcp://127.0.0.1:5")
  }

  @Test(arguments: ["\"hb_port\":5", "\"ip\":\"127.0.0.1\"", "\"hmac-sha256\"", "\"tcp\""])
  func whatIsWrongIsRefused(part: String) {
    let bad = good.replacing(part, with: part == "\"tcp\"" || part.contains("hmac") ? "\"odd\"" : "\"x\":0")
    #expect(throws: ConnectionFile.Fault.self) { try ConnectionFile(parsing: Array(bad.utf8)) }
  }
}
