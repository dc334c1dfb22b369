import Figures

extension Value {
  /// The value as images, where it is or holds some: what a notebook shows beside the text. nil for everything else.
  package var images: ImageGrid? {
    switch self {
    case .tensor(let array): array.images
    case .table(let table): table.images
    case .object(let object): object.images
    default: nil
    }
  }
}

extension HTML {
  private static let picture = "<pre class=\"elbo-picture\" style=\"line-height:1\">"

  /// A remark under a table: a paragraph, or as it stands where its lines are a picture in characters.
  package static func note(_ text: String) -> String {
    if text.isEmpty { return "" }
    return text.contains("\n") ? "\(picture)\(escaped(text))</pre>" : "<p>\(escaped(text))</p>"
  }

  /// `html` without pictures in characters, for where the picture itself stands beside it.
  package static func withoutTextPictures(_ html: String) -> String {
    var parts = html.components(separatedBy: picture)
    for index in parts.indices.dropFirst() {
      if let end = parts[index].firstRange(of: "</pre>") { parts[index].removeSubrange(..<end.upperBound) }
    }
    return parts.joined()
  }
}

extension String {
  /// The parts between `separator`.
  fileprivate func components(separatedBy separator: String) -> [String] {
    split(separator: separator, omittingEmptySubsequences: false).map(String.init)
  }
}
