import Language
import Testing

/// Statements as a tree, each part with its place in UTF-8 bytes of the source.
@Suite struct ParserTests {
  private func statements(_ source: String) throws -> [Statement] {
    try Parser(SourceText(source)) { ["train", "sample", "plot"].contains($0) }.statements()
  }

  @Test func aStatementHasATargetStagesAndAPath() throws {
    let source = "z = sample m n=64 | plot \"a b\" > out.png;"
    let all = try statements(source)
    let statement = try #require(all.first)
    #expect(all.count == 1 && statement.isSilent && statement.span == 0..<source.utf8.count)
    #expect(statement.target == Spanned(value: "z", span: 0..<1))
    #expect(statement.redirect == Spanned(value: "out.png", span: 33..<40))
    #expect(statement.stages.map(\.span) == [4..<17, 20..<30])
    guard case .command(let verb, let words) = statement.stages[0].content else {
      Issue.record("no command")
      return
    }
    #expect(verb == Spanned(value: "sample", span: 4..<10))
    #expect(words.map(\.text) == ["m", "64"] && words.map(\.span) == [11..<12, 13..<17])
    #expect(words[0].key == nil && words[1].key == Spanned(value: "n", span: 13..<14))
    #expect(words[1].valueSpan == 15..<17)
    guard case .command(_, let rest) = statement.stages[1].content else {
      Issue.record("no command")
      return
    }
    #expect(rest.map(\.text) == ["a b"] && rest[0].isQuoted && rest[0].span == 25..<30)
  }

  @Test func placesCountBytes() throws {
    let statement = try #require(try statements("z = \"日\" + x").first)
    #expect(statement.stages[0].span == 4..<13)
  }

  @Test func whatIsNoCommandIsAnExpression() throws {
    guard case .expression(let sum) = try statements("1 + 2*3")[0].stages[0].content,
      case .binary(.add, let one, let product) = sum.node, case .binary(.multiply, let two, let three) = product.node
    else {
      Issue.record("not 1 + (2*3)")
      return
    }
    #expect([one.node, two.node, three.node] == [.number(1), .number(2), .number(3)])
    #expect(product.span == 4..<7)
  }

  @Test(arguments: [
    ("(1 + 2", true), ("\"abc", true), ("x |", true), ("1 + \\", true), ("{\"a\": 1", true), ("1 + 2)", false),
    ("x | | y", false), ("a > b > c", false), ("train m lr = 1", false), ("1 +", false),
  ])
  func whatMoreInputCouldCompleteSaysSo(source: String, isIncomplete: Bool) {
    let fault = #expect(throws: Fault.self) { try statements(source) }
    #expect(fault?.isIncomplete == isIncomplete && fault?.code == .syntax)
  }
}
