import Foundation
import Notebook
import Rendering
import SessionCore
import Testing

/// Users read standard terms in American English: no phrase from this list is in a message, a page of help, a document
/// or a lesson. Messages are checked in the sources, as the string literals of every file, so that those of rare errors
/// count.
@Suite struct VocabularyTests {
  /// A regular expression for each phrase, with what to write instead.
  static let phrases = [
    (#"\btakes? no(thing)? (further|from)\b"#, "unexpected argument; does not accept piped input"),
    (#"\bstands? between the words\b"#, "unexpected operator; parenthesize the expression"),
    (#"\bmeans nothing (to|for|without)\b"#, "option … does not apply to …"),
    (#"\bof the last time\b"#, "previous"), (#"\b(is|are) gone\b"#, "no longer exists"),
    (#"\bhas had .{1,40} epochs"#, "already trained for N epochs"),
    (#"\bstopping at the best ones\b"#, "restore the best weights"),
    (#"\b(begun anew|anew)\b"#, "fresh, again, redrawn"), (#"\bwith (its|their) beginnings\b"#, "initial values"),
    (#"\bgets what is done\b"#, "checkpoint interval"), (#"\bis no value\b"#, "cannot be assigned or piped"),
    (#"\bended badly\b"#, "did not exit cleanly"), (#"\ball the same\?"#, "Quit anyway?"),
    (#"\b(some|no)body\b"#, "name who it is: the subscriber, the client"), (#"\bparted by\b"#, "separated by"),
    (#"\bmay be left out\b"#, "optional"), (#"\bof the order of the examples\b"#, "shuffle seed"),
    (#"\b[0-9a-z]+ at first\b"#, "default …"), (#"\bGives an? "#, "Returns"), (#"\bendings?\b"#, "file extension"),
    (#"\bcannot be\.|\bclasses cannot be\b"#, "at most …"), (#"\bmend\b"#, "fix"),
    (#"\bstranger\b"#, "name what it is"),
    (#"\bgoes? on (in|to|with)\b"#, "continues"), (#"\bnot all there\b"#, "incomplete"),
    (#"\bwould race itself\b"#, "is listed twice"), (#"\b(would )?leave nothing of\b"#, "leaves none of"),
    (#"\bat hand\b"#, "available offline"), (#"\bneeds to (know|be told)\b"#, "needs"),
    (
      #"\b(grey|colour|centred?\b|neighbour|labelled|optimiser|behaviour|licence|honour)"#,
      "American English"
    ),
    (
      #"\b(normal|binar|discret|minim|maxim|initial|standard|recogn|general|penal)is(e|ed|es|ing|ation)\b"#,
      "American English"
    ),
  ]

  let regexes = Self.phrases.compactMap { phrase in
    (try? Regex(phrase.0).ignoresCase()).map { (regex: $0, instead: phrase.1) }
  }

  func findings(_ text: some StringProtocol) -> [String] {
    let text = String(text)
    return regexes.compactMap { rule in
      text.firstMatch(of: rule.regex).map { "'\(text[$0.range])', say: \(rule.instead)" }
    }
  }

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static func files(_ folder: String, _ extensions: Set<String>) -> [URL] {
    let all = FileManager.default.enumerator(at: root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
    return (all?.allObjects as? [URL] ?? []).filter { extensions.contains($0.pathExtension) }
  }

  /// The string literals of a source file without their interpolations, with the line that each piece is on.
  static func literals(_ source: String) -> [(line: Int, text: String)] {
    var found: [(Int, String)] = []
    var isInside = false
    for (index, line) in source.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let parts = line.components(separatedBy: "\"\"\"")
      if parts.count == 2 {
        isInside.toggle()
        if isInside == false { continue }
      } else if isInside {
        found.append((index + 1, String(line)))
      } else if !line.drop(while: { $0 == " " }).hasPrefix("//") {
        found += quoted(line).map { (index + 1, $0) }
      }
    }
    return found
  }

  private static func quoted(_ line: Substring) -> [String] {
    var pieces: [String] = []
    // For every literal that is open, the parentheses that are open in its interpolation; 0 in the text itself.
    var open: [Int] = []
    var piece = ""
    var rest = line
    while let character = rest.popFirst() {
      if open.last == 0 {
        if character == "\\", let next = rest.popFirst() {
          if next == "(" {
            open[open.count - 1] = 1
            piece += "…"
          } else {
            piece.append(next)
          }
        } else if character == "\"" {
          open.removeLast()
          if open.isEmpty {
            pieces.append(piece)
            piece = ""
          }
        } else {
          piece.append(character)
        }
      } else if character == "\"" {
        open.append(0)
      } else if let depth = open.last, "()".contains(character) {
        open[open.count - 1] = depth + (character == "(" ? 1 : -1)
      } else if open.isEmpty, character == "/", rest.first == "/" {
        break
      }
    }
    return pieces
  }

  @Test func everyRuleIsARegularExpression() {
    #expect(regexes.count == Self.phrases.count)
    #expect(findings("undo takes no further argument 'everything'").count == 1)
    #expect(findings("k means nothing to plot loss").count == 1)
    #expect(findings("at most 1,000,000 classes").isEmpty)
    #expect(Self.literals(#"f("a \(g("b")) c", 1) // "d""#).map(\.text) == ["a …b c"])
  }

  @Test func messagesUseStandardTerms() throws {
    let files = Self.files("Sources", ["swift"]).filter {
      // Commands of gnuplot have words of their own ('set label … at first 2.0').
      !$0.path.contains("/Plotting/Gnuplot/GnuplotScript")
    }
    try #require(files.count > 200)
    for file in files {
      for literal in Self.literals(try String(contentsOf: file, encoding: .utf8)) {
        let findings = findings(literal.text)
        #expect(findings.isEmpty, "\(file.lastPathComponent):\(literal.line): \(findings.joined(separator: "; "))")
      }
    }
  }

  @Test func documentsAndLessonsUseStandardTerms() throws {
    let files =
      [Self.root.appendingPathComponent("README.md")] + Self.files("Sources", ["md"])
      + Self.files("sessions", ["session"]) + Self.files("examples", ["md", "session", "ipynb", "elbo"])
    try #require(files.count > 20)
    for file in files {
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
      for (index, line) in lines.enumerated() where line.utf8.count < 10_000 {
        let findings = findings(line)
        #expect(findings.isEmpty, "\(file.lastPathComponent):\(index + 1): \(findings.joined(separator: "; "))")
      }
    }
  }

  @Test func helpUsesStandardTerms() throws {
    let bench = try Bench()
    let topics =
      CommandTable.standard.verbs.map { "help \($0)" } + [
        "help language", "help functions", "help errors", "help results",
      ]
    for line in topics + ["help", "examples", "explain"] {
      let findings = findings(bench.shown(line).joined(separator: "\n"))
      #expect(findings.isEmpty, "\(line): \(findings.joined(separator: "; "))")
    }
  }
}
