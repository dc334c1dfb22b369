import Kernel
import Testing

@Suite(.timeLimit(.minutes(2))) struct LineReaderTests {
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
    for _ in 0..<Noise.messages {
      let bytes = generator.bytes(upTo: 60)
      guard case .failure = StdioTransport.parse(bytes) else {
        Issue.record("\(bytes) was taken for a message")
        return
      }
    }
  }

  /// Some are still requests and most are not; each is read to its end or refused with a reason, however it was cut.
  @Test func spoiledRequestsAreReadOrRefused() {
    let good = Array(
      #"{"channel":"shell","header":{"msg_type":"execute_request","msg_id":"\u00e9"},"content":{"code":"6*7","n":[1e3]}}"#
        .utf8)
    var generator = RandomBytes(seed: 13)
    var reader = LineReader(limit: 400)
    var taken = 0
    var refused = 0
    for _ in 0..<Noise.messages {
      var line = good
      for _ in 0..<generator.next() % 4 {
        line[Int(generator.next() % UInt64(line.count))] = UInt8(truncatingIfNeeded: generator.next())
      }
      let cut = Int(generator.next() % UInt64(line.count))
      for part in [line[..<cut], line[cut...], [UInt8(ascii: "\n")]] {
        reader.feed(part) { found in
          guard case .bytes(let bytes) = found else { return }
          switch StdioTransport.parse(bytes) {
          case .success(let request): taken += request.type.isEmpty ? 0 : 1
          case .failure(let problem): refused += problem.text.isEmpty ? 0 : 1
          }
        }
      }
    }
    #expect(taken > Noise.messages / 10)
    #expect(refused > Noise.messages / 10)
  }
}
