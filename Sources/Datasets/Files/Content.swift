import Tensors
import Text

/// The content of a file before it becomes a dataset.
struct Content {
  var tensor: Tensor
  /// One label per example, `ClassTable.unlabeled` for none.
  var labels: [Int32]?
  var labelNames: [String] = []
  /// Names of the elements of an example, of tables.
  var columns: [String] = []
  var factors: Factors?
  var parts: [String: Range<Int>] = [:]
  /// What integers are multiplied with, where they stand for a brightness.
  var scale: Float?
  /// The files of the examples, of folders.
  var files: [String] = []
  /// Notes on choices that were made while loading.
  var notes: [String] = []

  mutating func take(_ column: LabelColumn) {
    (labels, labelNames) = (column.labels, column.names)
    notes += column.notes
  }
}
