import Language
import Notebook
import Testing
import Text

@Suite struct DiagnosticTests {
  @Test func theEndsOfALongErrorAreSaidAroundItsPlace() {
    let source = "x = " + String(repeating: "1 + ", count: 30) + "wrong" + String(repeating: " + 2", count: 30)
    let start = source.utf8.count - 125
    let diagnostic = Diagnostic(
      code: "E104", message: "no variable named 'wrong'", source: source, span: start..<start + 5)
    let lines = diagnostic.rendered(color: false, width: 40).split(separator: "\n")
    #expect(lines.allSatisfy { TextWidth.columns($0) <= 40 })
    let (shown, caret) = (Array(lines[lines.count - 2]), Array(lines[lines.count - 1]))
    let place = caret.firstIndex(of: "^") ?? 0
    #expect(String(shown[place..<(place + 5)]) == "wrong")
    #expect(diagnostic.rendered(color: false).split(separator: "\n")[1] == "  " + source)
  }
}
