import Foundation

extension JSON {
  /// A Codable value as JSON text. Seeds are whole 64-bit numbers, of which a `JSON.number` would lose the last digits.
  package static func text(encoding value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode([value]), as: UTF8.self)
  }

  /// The Codable value that `text(encoding:)` made this of.
  package static func decoded<T: Decodable>(_ type: T.Type, from text: String) throws -> T {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let values = try decoder.decode([T].self, from: Data(text.utf8))
    guard let first = values.first else {
      throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "no value"))
    }
    return first
  }

  /// A Codable value as JSON; numbers keep all the digits of a Double.
  package init(encoding value: some Encodable) throws {
    guard case .array(let elements) = try JSON(parsing: Data(Self.text(encoding: value).utf8)),
      let first = elements.first
    else {
      throw JSONError(offset: 0, message: "a value could not be encoded")
    }
    self = first
  }

  /// The Codable value that `init(encoding:)` made this of.
  package func decoded<T: Decodable>(_ type: T.Type) throws -> T {
    try Self.decoded(type, from: JSON.array([self]).text())
  }
}
