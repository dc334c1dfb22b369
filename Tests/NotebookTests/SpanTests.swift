import Notebook
import Testing

/// Where a diagnostic points: at the smallest part of the line that is wrong, whole.
@Suite struct SpanTests {
  @Test(arguments: [
    ("1 + zeros(2) * zeros(3)", "zeros(2) * zeros(3)"), ("zeros(2) * zeros(3) + 1", "zeros(2) * zeros(3)"),
    ("1 - 2 * (zeros(2) + zeros(3)) - 4", "(zeros(2) + zeros(3))"), ("[1, 2] + zeros(3) + 1", "[1, 2] + zeros(3)"),
    ("1 - 2 - \"a\"", "1 - 2 - \"a\""), ("\"a\" - 2 - 1", "\"a\" - 2"), ("2 ^ \"a\" ^ 3", "\"a\" ^ 3"),
    ("1 + -\"a\" * 2", "-\"a\""), ("mean(1 + zeros(2) / zeros(3))", "zeros(2) / zeros(3)"),
    ("[1, zeros(2) - zeros(3), 2]", "zeros(2) - zeros(3)"), ("(zeros(2) == zeros(3)) + 1", "(zeros(2) == zeros(3))"),
    ("zeros(4)[1 + \"a\"]", "1 + \"a\""), ("1 + nosuch * 2", "nosuch"), ("1 + nosuch(2) * 2", "nosuch"),
    ("1 + sqrt(1, 2) * 2", "sqrt(1, 2)"), ("1 + zeros(3)[7] * 2", "7"), ("1 + zeros(3)[-4]", "-4"),
    ("zeros(4)[3..1] + 1", "3..1"), ("zeros(4)[1..9] + 1", "1..9"),
    ("1 + zeros(2, 2)[0, 1, 2]", "zeros(2, 2)[0, 1, 2]"),
    ("zeros(2).shape.nope + 1", "nope"), ("1 + mean(zeros(2), axes=1)", "axes"), ("1 + 2 @ 3", "@"), ("1 + * 3", "*"),
    ("1 + 2)", ")"), ("x = 1 + zeros(2) * zeros(3)", "zeros(2) * zeros(3)"),
    ("1; 2; 3 + zeros(2) * zeros(3); 4", "zeros(2) * zeros(3)"),
    ("1 +\\\n 2 - zeros(2) * zeros(3)", "zeros(2) * zeros(3)"),
    // Places are counted in bytes, whatever stands before them.
    ("s = \"é😀\"; zeros(2) * zeros(3)", "zeros(2) * zeros(3)"), ("\"日本\" + 1 + 2", "\"日本\" + 1"),
    ("# é\n1 + nosuch", "nosuch"),
  ])
  func diagnosticsPointAtWhatIsWrong(source: String, wrong: String) throws {
    let diagnostic = try Bench().failure(source)
    let span = try #require(diagnostic.span)
    #expect(String(decoding: Array(source.utf8)[span], as: UTF8.self) == wrong)
  }

  /// Under every column of it, a wide character having two.
  @Test(arguments: [
    ("1 + zeros(2) * zeros(3)", "      ^^^^^^^^^^^^^^^^^^^"), ("\"日本\" + 1 + 2", "  ^^^^^^^^^^"),
    ("\"é\"; 1 + nosuch", "           ^^^^^^"), ("1\n2 + nosuch\n3", "      ^^^^^^"),
    ("\"日\"; zeros(2)[5]", "                 ^"),
  ])
  func caretsStandUnderIt(source: String, carets: String) throws {
    let lines = try Bench().failure(source).rendered(color: false).split(separator: "\n")
    #expect(lines.last.map(String.init) == carets, "\(lines)")
  }

  /// In the words of a command, in options, behind pipes.
  @Test(arguments: [
    ("show zeros(2)[7]", "7"), ("z = zeros(3, 2); head z n=0", "0"), ("z = zeros(3, 2); head z nn=1", "nn"),
    ("zeros(3) | nosuch", "nosuch"), ("zeros(3) | head nosuch=3", "nosuch"), ("drop nosuch", "nosuch"),
    ("x = 1; drop x nosuch", "nosuch"),
  ])
  func wordsOfCommandsArePointedAtToo(source: String, wrong: String) throws {
    let span = try #require(Bench().failure(source).span)
    let text = String(decoding: Array(source.utf8)[span], as: UTF8.self)
    #expect(text.contains(wrong) && text.count <= wrong.count + 12, "'\(text)'")
  }
}
