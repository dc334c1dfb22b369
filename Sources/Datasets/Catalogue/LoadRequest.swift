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
  /// Rows of numbers are images of this height and width.
  package var shape: [Int]?
  /// How many examples to make, and from which seed, of procedural data.
  package var count: Int?
  package var seed: UInt64?

  package init(_ reference: String, labels: String? = nil) { (self.reference, self.labels) = (reference, labels) }
}
