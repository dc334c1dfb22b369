/// A message in the wire format of protocol buffers, as far as a writer needs it: numbers, text, bytes and messages,
/// each behind a key of its field and kind. https://protobuf.dev/programming-guides/encoding
///
/// Fields are written in the order of the calls; a repeated field is written once for each element.
package struct WireMessage: Sendable {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  private enum Kind: UInt64 { case varint = 0, fixed64 = 1, delimited = 2, fixed32 = 5 }

  private mutating func key(_ field: Int, _ kind: Kind) { varint(UInt64(field) << 3 | kind.rawValue) }

  /// Seven bits a byte, the lowest first; the highest bit of all but the last byte is set.
  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// int64, int32, bool and enum: negative numbers take ten bytes.
  package mutating func integer(_ field: Int, _ value: Int) {
    key(field, .varint)
    varint(UInt64(bitPattern: Int64(value)))
  }

  package mutating func float(_ field: Int, _ value: Float) {
    key(field, .fixed32)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  package mutating func double(_ field: Int, _ value: Double) {
    key(field, .fixed64)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  package mutating func text(_ field: Int, _ value: String) { data(field, Array(value.utf8)) }

  package mutating func data(_ field: Int, _ value: [UInt8]) {
    key(field, .delimited)
    varint(UInt64(value.count))
    bytes += value
  }

  /// The same of bytes elsewhere, copied once.
  package mutating func data(_ field: Int, _ value: UnsafeRawBufferPointer) {
    key(field, .delimited)
    varint(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  package mutating func message(_ field: Int, _ value: WireMessage) { data(field, value.bytes) }

  /// A message that `write` fills.
  package mutating func message(_ field: Int, _ write: (inout WireMessage) -> Void) {
    var inner = WireMessage()
    write(&inner)
    message(field, inner)
  }

  /// Repeated doubles, packed.
  package mutating func doubles(_ field: Int, _ values: [Double]) {
    key(field, .delimited)
    varint(UInt64(8 * values.count))
    for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) } }
  }
}
