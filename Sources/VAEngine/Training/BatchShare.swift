import Graphs
import ProcessGroups

/// The rows of a global batch that one process of a group computes.
struct BatchShare {
  /// Places in the batch; its first row where there are fewer rows than processes and none is left for this one, because a
  /// program has at least one.
  let rows: Range<Int>
  /// Nil where one process has all.
  let globalRows: GlobalRows?
  /// What the mean over these rows counts in the mean over the batch: their share of it.
  let weight: Float

  /// - Parameter count: Rows of the batch.
  init(of count: Int, _ group: any ProcessGroup) {
    guard group.size > 1 else {
      (rows, globalRows, weight) = (0..<count, nil, 1)
      return
    }
    let own = share(count, group.rank, of: group.size)
    rows = own.isEmpty ? 0..<1 : own
    globalRows = GlobalRows(first: rows.lowerBound, of: count)
    weight = Float(own.count) / Float(count)
  }

  /// The same rows of the examples of the batch.
  func of(_ indices: ArraySlice<Int32>) -> ArraySlice<Int32> {
    indices[indices.startIndex + rows.lowerBound..<indices.startIndex + rows.upperBound]
  }
}
