import Datasets
import Figures
import SessionCore

extension DatasetValue {
  package var images: ImageGrid? { (try? images(first: dataset.count <= 100 ? 100 : 10)) ?? nil }

  /// The first examples as a grid, no larger than 128 pixels each; nil when they are no images of one or three
  /// channels.
  func images(first count: Int) throws -> ImageGrid? {
    let shape = dataset.exampleShape
    let count = min(count, dataset.count)
    guard shape.rank == 3, shape[0] == 1 || shape[0] == 3, count > 0 else { return nil }
    let shrunk = try shrunk(to: 128)
    let seen = try shrunk.examples(Array(0..<count))
    let images = try shrunk.transforms.undone(seen) ?? seen
    return ImageGrid(
      pixels: ArrayValue(images).floats, count: count, channels: shape[0], height: images.shape[2],
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
