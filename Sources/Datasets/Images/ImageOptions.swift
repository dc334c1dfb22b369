/// How images are converted to examples. Fields that were added later are optional, so that older workspaces can be opened.
package struct ImageOptions: Codable, Hashable, Sendable {
  package enum Color: String, Codable, Sendable, CaseIterable {
    /// Color when any image is in color.
    case auto
    case gray, rgb

    var channels: Int? {
      switch self {
      case .auto: nil
      case .gray: 1
      case .rgb: 3
      }
    }
  }

  /// What is done about an image that cannot be read.
  package enum Broken: String, Codable, Sendable, CaseIterable { case refuse, skip }

  /// All images are resized to this size; without it all must have the same size.
  package var height: Int?
  package var width: Int?
  package var color = Color.auto
  /// What lies behind transparent pixels, red, green and blue from 0 to 255; black where it is nil.
  package var background: [UInt8]?
  package var broken: Broken?

  package init() {}

  /// A background in words: `white`, `black`, `gray`, a brightness from 0 to 255, or `#rrggbb`.
  package static func background(_ text: String) -> [UInt8]? {
    switch text.lowercased() {
    case "black": return [0, 0, 0]
    case "white": return [255, 255, 255]
    case "gray": return [128, 128, 128]
    default:
      if let brightness = UInt8(text) { return [brightness, brightness, brightness] }
      let digits = text.drop { $0 == "#" }
      guard digits.count == 6, let value = UInt32(digits, radix: 16) else { return nil }
      return [UInt8(value >> 16), UInt8(value >> 8 & 255), UInt8(value & 255)]
    }
  }
}
