import Kernel
import Testing

@Suite struct LineReaderTests {
  private func lines(_ chunks: [String], limit: Int = 100) -> [LineReader.Line] {
    var reader = LineReader(limit: limit)
    var found: [LineReader.Line] = []
    for chunk in chunks { reader.feed(Array(chunk.utf8)) { found.append($0) } }
    reader.end { found.append($0) }
    return found
  }

  @Test func linesAreTheSameHoweverTheyAreCut() {
    let expected: [LineReader.Line] = [.bytes(Array("ab".utf8)), .bytes(Array("c".utf8))]
    #expect(lines(["ab\n\n \nc"]) == expected)
    #expect(lines(["a", "b", "\n", "c\n"]) == expected)
  }

  @Test func aLongLineIsSaidOnceAndTheNextIsRead() {
    let long = String(repeating: "x", count: 60)
    #expect(lines([long, long, long, "\nok\n"]) == [.tooLong(100), .bytes(Array("ok".utf8))])
  }

  @Test func noiseNeverParsesAsARequest() {
    var generator = RandomBytes(seed: 11)
    for _ in 0..<20_000 {
      let bytes = (0..<Int(generator.next() % 60)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      guard case .failure = StdioTransport.parse(bytes) else {
        Issue.record("\(bytes) was taken for a message")
        return
      }
    }
  }
}
