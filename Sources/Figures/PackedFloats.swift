import Foundation

/// Many floats, written in one piece (base64 of little-endian float32) where figures are stored.
@propertyWrapper
package struct PackedFloats: Sendable, Equatable, Codable {
  package var wrappedValue: [Float]

  package init(wrappedValue: [Float]) { self.wrappedValue = wrappedValue }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let bytes = Data(base64Encoded: try container.decode(String.self)), bytes.count % 4 == 0 else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not float32 in base64")
    }
    wrappedValue = stride(from: 0, to: bytes.count, by: 4).map { (at: Int) -> Float in
      var bits: UInt32 = 0
      for index in 0..<4 { bits |= UInt32(bytes[at + index]) << UInt32(8 * index) }
      return Float(bitPattern: bits)
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var bytes = Data(capacity: wrappedValue.count * 4)
    for value in wrappedValue { for shift in 0..<4 { bytes.append(UInt8(value.bitPattern >> (8 * shift) & 255)) } }
    var container = encoder.singleValueContainer()
    try container.encode(bytes.base64EncodedString())
  }
}
