/// How an epoch's examples are cut into batches of one size, the last one being what is left.
///
/// Batch normalization has no statistics of one value per feature (its variance is 0 and what comes out says nothing
/// of the example), so where a model needs more, a last batch of a single example joins the batch before it.
package struct EpochSplit: Equatable, Sendable {
  package let examples: Int
  package let batchSize: Int
  /// Whether the last batch holds one example more than the others, which would have been a batch of its own.
  package let joinsLast: Bool

  /// - Parameter joinsLastOne: Whether a last batch of one example is to join the one before it.
  package init(examples: Int, batchSize: Int, joinsLastOne: Bool) {
    (self.examples, self.batchSize) = (examples, batchSize)
    joinsLast = joinsLastOne && batchSize > 1 && examples > batchSize && examples % batchSize == 1
  }

  /// Batches of an epoch.
  package var count: Int { (examples + batchSize - 1) / batchSize - (joinsLast ? 1 : 0) }

  /// Examples of its smallest batch.
  package var smallest: Int {
    if joinsLast { return count == 1 ? examples : batchSize }
    let rest = examples % batchSize
    return rest == 0 ? batchSize : rest
  }

  /// Places of a batch in the epoch's order.
  package func rows(of batch: Int) -> Range<Int> {
    let begin = min(batch * batchSize, examples)
    return begin..<(batch >= count - 1 ? examples : begin + batchSize)
  }
}
