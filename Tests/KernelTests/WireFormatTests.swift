import Foundation
import JSONText
import Kernel
import Testing

@Suite(.timeLimit(.minutes(2))) struct WireFormatTests {
  private let header = JSON.object([.init("msg_type", .string("kernel_info_request")), .init("msg_id", .string("1"))])

  private func frames(key: String, route: Route = [[1]]) -> [[UInt8]] {
    WireFormat(key: key).frames(
      Message(
        channel: .shell, route: route, type: "kernel_info_request", header: header, parent: .object([]),
        metadata: .object([]), content: .object([])))
  }

  @Test func signaturesAreThoseOfRFC4231() {
    let signature = Signature(key: "Jefe")
    let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    #expect(signature.sign([Array("what do ya want ".utf8), Array("for nothing?".utf8)]) == Array(expected.utf8))
  }

  @Test func whatIsSignedIsRead() throws {
    var format = WireFormat(key: "k")
    let request = try format.request(frames(key: "k"), on: .shell)
    #expect(request.type == "kernel_info_request")
    #expect(request.route == [[1]])
  }

  @Test func aReplayIsRefused() throws {
    var format = WireFormat(key: "k")
    _ = try format.request(frames(key: "k"), on: .shell)
    #expect(throws: WireFormat.Fault.replayed) { try format.request(frames(key: "k"), on: .shell) }
  }

  @Test func anotherKeyIsRefused() {
    var format = WireFormat(key: "k")
    #expect(throws: WireFormat.Fault.badSignature) { try format.request(frames(key: "j"), on: .shell) }
  }

  @Test func anyChangedByteIsRefused() {
    let good = frames(key: "k")
    var generator = RandomBytes(seed: 3)
    for _ in 0..<Noise.messages {
      var bad = good
      let frame = 2 + Int(generator.next() % 5)
      guard !bad[frame].isEmpty else { continue }
      let place = Int(generator.next() % UInt64(bad[frame].count))
      bad[frame][place] ^= UInt8(1 + generator.next() % 255)
      var format = WireFormat(key: "k")
      #expect(throws: WireFormat.Fault.self) { try format.request(bad, on: .shell) }
    }
  }

  @Test func noiseIsNoMessage() {
    var generator = RandomBytes(seed: 5)
    var format = WireFormat(key: "")
    for _ in 0..<Noise.messages {
      let frames = (0..<Int(generator.next() % 9)).map { _ -> [UInt8] in
        if generator.next() % 3 == 0 { return WireFormat.delimiter }
        return generator.bytes(upTo: 40)
      }
      #expect(throws: WireFormat.Fault.self) { try format.request(frames, on: .shell) }
    }
  }
}

/// How much noise: $FUZZ_MESSAGES, a few in CI.
enum Noise {
  static let messages = ProcessInfo.processInfo.environment["FUZZ_MESSAGES"].flatMap { Int($0) } ?? 20_000
}

/// Xorshift, so that a failure comes again.
struct RandomBytes {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }

  mutating func bytes(upTo count: UInt64) -> [UInt8] {
    (0..<Int(next() % count)).map { _ in UInt8(truncatingIfNeeded: next()) }
  }
}
