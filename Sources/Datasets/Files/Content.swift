import Tensors
import Text

/// The content of a file before it becomes a dataset.
struct Content {
  var tensor: Tensor
  var labels: [Int32]?
  var labelNames: [String] = []
  /// Names of the elements of an example, of tables.
  var columns: [String] = []
  var factors: Factors?
  var parts: [String: Range<Int>] = [:]
  /// Notes on choices that were made while loading.
  var notes: [String] = []
}

extension Content {
  /// Labels from an array of integers, one per example.
  ///
  /// - Throws: `FileError` that names the file when the number or the type does not fit.
  static func labels(_ array: Tensor, count: Int, path: String) throws(FileError) -> [Int32] {
    let extents = array.shape.dimensions.filter { $0 != 1 }
    guard array.count == count, extents.count <= 1 else {
      throw FileError(
        path: path, reason: "\(array.shape) labels for \(count) \(inflected("example", for: count))",
        fix: "There must be one label for every example, in the same order.")
    }
    let values: [Int32?]
    switch array.dtype {
    case .uint8: values = array.elements(as: UInt8.self).map { Int32($0) }
    case .int32: values = array.elements(as: Int32.self)
    case .float32: values = array.elements(as: Float.self).map { Int32(exactly: $0) }
    case .float64: values = array.elements(as: Double.self).map { Int32(exactly: $0) }
    }
    var labels: [Int32] = []
    labels.reserveCapacity(count)
    for (index, value) in values.enumerated() {
      guard let value, value >= 0, value < 1 << 20 else {
        throw FileError(
          path: path, reason: "the label of example \(index) is not an integer from 0 to 1048575",
          fix: "Labels are classes: 0, 1, 2 …")
      }
      labels.append(value)
    }
    return labels
  }
}
