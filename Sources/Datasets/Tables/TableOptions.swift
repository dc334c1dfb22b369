/// How a table is converted to examples. Fields that were added later are optional, so that older workspaces can be opened.
package struct TableOptions: Codable, Hashable, Sendable {
  /// Whether the first row names the columns.
  package enum Header: String, Codable, Sendable, CaseIterable { case auto, yes, no }

  /// How a missing value is treated.
  package enum Missing: String, Codable, Sendable, CaseIterable {
    /// An error that names row and column.
    case refuse
    /// The row is dropped; a note reports how many were.
    case drop
    /// The column's mean, of numbers; a category of its own, of texts.
    case mean
    case zero
    /// NaN, for models that train on what was observed.
    case keep
  }

  /// How a text column is encoded.
  package enum Categories: String, Codable, Sendable, CaseIterable {
    /// A column of 0 and 1 for each category.
    case onehot
    /// The category's number, in alphabetical order.
    case codes
    case refuse
  }

  /// The column of labels: its name, or its number from 1.
  package var target: String?
  /// Columns to exclude.
  package var without: [String] = []
  /// Columns to keep besides the target; nil for all.
  package var only: [String]?
  package var header = Header.auto
  package var missing = Missing.refuse
  package var categories = Categories.onehot
  /// Found out from the content where they are nil: what is between two fields, and between and within numbers.
  package var separator: String?
  package var decimal: String?
  package var thousands: String?
  /// `yes`, `no`, or the column that numbers or names the rows.
  package var index: String?
  /// Kinds of columns, by name.
  package var types: [String: ColumnType]?

  package init(target: String? = nil) { self.target = target }
}
