/// How a table becomes examples.
package struct TableOptions: Codable, Hashable, Sendable {
  /// Whether the first row names the columns.
  package enum Header: String, Codable, Sendable, CaseIterable { case auto, yes, no }

  /// What a field without a value means.
  package enum Missing: String, Codable, Sendable, CaseIterable {
    /// An error that names row and column.
    case refuse
    /// The row is left out; how many were is said.
    case drop
    /// The column's mean, of numbers; a category of its own, of texts.
    case mean
    case zero
  }

  /// What a column of texts becomes.
  package enum Categories: String, Codable, Sendable, CaseIterable {
    /// A column of 0 and 1 for each category.
    case onehot
    /// The category's number, in alphabetical order.
    case codes
    case refuse
  }

  /// The column of labels: its name, or its number from 1.
  package var target: String?
  /// Columns to leave out.
  package var without: [String] = []
  package var header = Header.auto
  package var missing = Missing.refuse
  package var categories = Categories.onehot

  package init(target: String? = nil) { self.target = target }
}
