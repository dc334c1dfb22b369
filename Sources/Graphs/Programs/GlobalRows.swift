/// The part of a global batch that one program computes: its rows are `first …` of `count`.
package struct GlobalRows: Hashable, Sendable {
  package let first: Int
  package let count: Int

  package init(first: Int, of count: Int) { (self.first, self.count) = (first, count) }
}
