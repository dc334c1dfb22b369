import Figures
import Foundation
import Testing

/// Numbers of a figure as they are stored: base64 (RFC 4648) of little-endian float32.
@Suite struct PackedFloatsTests {
  private func decoded(_ text: String) throws -> [Float] {
    try JSONDecoder().decode([PackedFloats].self, from: Data("[\"\(text)\"]".utf8))[0].wrappedValue
  }

  @Test(
    arguments: [
      ([], ""), ([1], "AACAPw=="), ([1, -2], "AACAPwAAAMA="), ([0.5, 0, 1], "AAAAPwAAAAAAAIA/"),
    ] as [([Float], String)])
  func theyAreWhatTheStandardSays(values: [Float], text: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    let written = try encoder.encode([PackedFloats(wrappedValue: values)])
    #expect(String(decoding: written, as: UTF8.self) == "[\"\(text)\"]")
    #expect(try decoded(text) == values)
  }

  /// A letter too few, padding within the text, a blank, five bytes.
  @Test(arguments: ["A", "AACAP", "AACAPw", "AACAPw=", "AAC=Pw==", "AAC Pw==", "AACAPwA="])
  func anythingElseIsRefused(text: String) {
    #expect(throws: DecodingError.self) { try decoded(text) }
  }
}
