/// Identifies the data to load, so that a workspace can load them again.
package struct LoadRequest: Codable, Hashable, Sendable {
  /// A name of the catalogue, or a path.
  package var reference: String
  /// A file with one label per example; of an archive, the array's name.
  package var labels: String?
  /// The array of an archive that holds the examples.
  package var array: String?
  package var table = TableOptions()
  package var images = ImageOptions()
  /// What the content has to be; nil for whatever it is.
  package var format: DataFormat?
  /// Rows of numbers are images of this height and width.
  package var shape: [Int]?
  /// How many examples to make, and from which seed, of procedural data.
  package var count: Int?
  package var seed: UInt64?

  /// Whether it can be one that somebody made: a file may hold anything.
  package var isSound: Bool {
    let sides = (shape ?? []) + [images.height, images.width].compactMap { $0 }
    return sides.allSatisfy { (1...1 << 20).contains($0) } && (shape.map { $0.count == 2 } ?? true)
      && (count.map { (1...Sprites.largestCount).contains($0) } ?? true)
  }

  package init(_ reference: String, labels: String? = nil) { (self.reference, self.labels) = (reference, labels) }
}

/// Formats that a file may be required to have.
package enum DataFormat: String, Codable, Hashable, Sendable, CaseIterable {
  case csv, idx, npy, npz, hdf5, image

  /// As the content shows it.
  var content: FileFormat {
    switch self {
    case .csv: .text
    case .idx: .idx
    case .npy: .npy
    case .npz: .zip
    case .hdf5: .hdf5
    case .image: .image
    }
  }
}
