/// How images are converted to examples.
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

  /// All images are resized to this size; without it all must have the same size.
  package var height: Int?
  package var width: Int?
  package var color = Color.auto

  package init() {}
}
