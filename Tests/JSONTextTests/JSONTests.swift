import JSONText
import Testing

/// RFC 8259, and what stays the same when it is written and read again.
@Suite struct JSONTests {
  @Test(
    arguments: [
      ("null", .null), ("true", .bool(true)), (" -12 ", .integer(-12)), ("1.5e3", .number(1500)), ("1e2", .number(100)),
      ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("\"a\\u00e9\\n\"", .string("aé\n")),
      ("\"\\ud83d\\ude00\"", .string("😀")), ("\"\\ud800\"", .string("\u{FFFD}")), ("[]", .array([])),
      ("[1, [2]]", .array([.integer(1), .array([.integer(2)])])),
      ("{\"b\": 1, \"a\": {}}", .object([.init("b", .integer(1)), .init("a", .object([]))])),
    ] as [(String, JSON)])
  func itReadsWhatTheStandardSays(text: String, value: JSON) throws {
    #expect(try JSON(parsing: text) == value)
    #expect(try JSON(parsing: value.text()) == value)
    #expect(try JSON(parsing: value.text(pretty: true)) == value)
  }

  @Test(arguments: [
    "", "nul", "01", "+1", ".5", "1.", "1e", "'a'", "\"a", "\"\u{1}\"", "[1,]", "[1 2]", "{\"a\" 1}", "{a: 1}", "1 2",
    "\"\\x\"", "\"\\u12\"",
  ])
  func itRefusesEverythingElse(text: String) {
    #expect(throws: JSONError.self) { try JSON(parsing: text) }
  }

  @Test func bytesThatAreNoTextAndDepthsBeyondReasonAreRefused() {
    #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xFF, 0x22]) }
    #expect(throws: JSONError.self) { try JSON(parsing: String(repeating: "[", count: 100_000)) }
  }

  @Test func whatIsWrittenIsOneLineThatSteersNoTerminal() {
    let value = JSON.object([
      .init("k", .string("a\u{1B}[2J\u{7F}\u{202E}\"\\")), .init("n", .number(.nan)), .init("f", .number(0.1)),
    ])
    #expect(value.text() == #"{"k":"a\u001b[2J\u007f\u202e\"\\","n":null,"f":0.1}"#)
  }

  @Test func wholeNumbersAreIntegersUpToWhatADoubleHolds() {
    #expect(JSON.numeric(3) == .integer(3) && JSON.numeric(0.5) == .number(0.5) && JSON.numeric(.infinity) == .null)
    #expect(JSON.numeric(1e300) == .number(1e300))
  }

  private struct Settings: Codable, Equatable {
    var seed: UInt64 = .max
    var loss = -Double.infinity
    var rates: [Float] = [0.1, 1e-30]
    var name: String?
  }

  /// Seeds are whole 64-bit numbers, and a loss may be infinite.
  @Test func codableValuesComeBack() throws {
    let text = try JSON.text(encoding: Settings())
    #expect(try JSON.decoded(Settings.self, from: text) == Settings())
    var small = Settings()
    small.seed = 1 << 53
    #expect(try JSON(encoding: small).decoded(Settings.self) == small)
  }
}
