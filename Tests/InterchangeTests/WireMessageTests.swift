import Interchange
import Testing

/// Bytes that the specification of protocol buffers gives as examples, and others that follow from it.
@Suite struct WireMessageTests {
  @Test func numbersAreVarints() {
    var message = WireMessage()
    message.integer(1, 150)
    message.integer(2, 0)
    message.integer(3, -1)
    #expect(
      message.bytes == [0x08, 0x96, 0x01, 0x10, 0x00, 0x18] + [UInt8](repeating: 0xFF, count: 9) + [0x01])
  }

  @Test func textAndMessagesHaveTheirLength() {
    var message = WireMessage()
    message.text(2, "testing")
    message.message(3) { $0.integer(1, 150) }
    #expect(
      message.bytes == [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6E, 0x67, 0x1A, 0x03, 0x08, 0x96, 0x01])
  }

  @Test func aFieldAbove15TakesTwoBytesOfKey() {
    var message = WireMessage()
    message.integer(20, 7)
    #expect(message.bytes == [0xA0, 0x01, 0x07])
  }

  @Test func floatsAndDoublesAreLittleEndian() {
    var message = WireMessage()
    message.float(2, 1)
    message.double(1, -2)
    message.doubles(6, [1])
    let one: [UInt8] = [0, 0, 0, 0, 0, 0, 0xF0, 0x3F]
    #expect(message.bytes == [0x15, 0, 0, 0x80, 0x3F, 0x09, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0x32, 0x08] + one)
  }

  /// RFC 3720, appendix B.4.
  @Test func checksumsAreCastagnolis() {
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.checksum((0..<32).map { UInt8($0) }) == 0x46DD_794E)
    #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
  }
}
