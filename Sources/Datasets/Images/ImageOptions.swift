/// How pictures become examples.
package struct ImageOptions: Codable, Hashable, Sendable {
  package enum Color: String, Codable, Sendable, CaseIterable {
    /// Colour when any picture is in colour.
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

  /// All pictures are brought to this size; without it they must have one size.
  package var height: Int?
  package var width: Int?
  package var color = Color.auto

  package init() {}
}
