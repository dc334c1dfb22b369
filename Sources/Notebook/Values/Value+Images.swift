import Datasets
import Figures

extension Value {
  /// The value as images, where it is or holds some: what a notebook shows beside the text. nil for everything else.
  var images: ImageGrid? {
    switch self {
    case .tensor(let array): array.images
    case .table(let table): table.images
    case .object(let data as DatasetValue): (try? data.images(first: data.dataset.count <= 100 ? 100 : 10)) ?? nil
    default: nil
    }
  }
}

extension DatasetValue {
  /// The first examples as a grid, no larger than 128 pixels each; nil when they are no images of one or three
  /// channels.
  func images(first count: Int) throws -> ImageGrid? {
    let shape = dataset.exampleShape
    let count = min(count, dataset.count)
    guard shape.rank == 3, shape[0] == 1 || shape[0] == 3, count > 0 else { return nil }
    let images = try shrunk(to: 128).examples(Array(0..<count))
    return ImageGrid(
      pixels: images.elements(as: Float.self), count: count, channels: shape[0], height: images.shape[2],
      width: images.shape[3], columns: count <= 12 ? count : 10)
  }

  /// The dataset with images no larger than `side`, in their proportions.
  func shrunk(to side: Int) throws -> Dataset {
    let shape = dataset.exampleShape
    let largest = max(shape[1], shape[2])
    guard largest > side else { return dataset }
    return try dataset.adding([
      .resize(height: max(1, shape[1] * side / largest), width: max(1, shape[2] * side / largest))
    ])
  }
}

extension HTML {
  private static let picture = "<pre class=\"elbo-picture\" style=\"line-height:1\">"

  /// A remark under a table: a paragraph, or as it stands where its lines are a picture in characters.
  static func note(_ text: String) -> String {
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
