/// RFC 4648.
package enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  package static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let count = min(3, bytes.count - start)
      var word = Int(bytes[start]) << 16
      if count > 1 { word |= Int(bytes[start + 1]) << 8 }
      if count > 2 { word |= Int(bytes[start + 2]) }
      text.append(alphabet[word >> 18 & 63])
      text.append(alphabet[word >> 12 & 63])
      text.append(count > 1 ? alphabet[word >> 6 & 63] : UInt8(ascii: "="))
      text.append(count > 2 ? alphabet[word & 63] : UInt8(ascii: "="))
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// nil when it is not base64.
  package static func decode(_ text: String) -> [UInt8]? {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count / 4 * 3)
    var (word, bits, padding) = (0, 0, 0)
    for letter in text.utf8 {
      if letter == UInt8(ascii: "=") {
        padding += 1
        continue
      }
      let value = values[Int(letter)]
      guard value < 64, padding == 0 else { return nil }
      word = word << 6 | Int(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(word >> bits & 255))
        word &= (1 << bits) - 1
      }
    }
    return padding <= 2 ? bytes : nil
  }
}
