import Tensors
import Testing

/// Lines of a shape in memory of other strides.
@Suite struct LinesInMemoryTests {
  /// Against the sum over all axes, index by index.
  @Test(
    arguments: [
      ([2, 3, 4], [1, 2, 6]), ([2, 3, 4], [12, 4, 1]), ([5], [3]), ([1, 1, 2], [7, 9, 1]),
      ([3, 1, 2, 2], [1, 3, 3, 6]),
    ] as [([Int], [Int])])
  func aLineBeginsWhereItsStridesSay(extents: [Int], strides: [Int]) {
    let shape = Shape(extents)
    var found: [Int: Int] = [:]
    shape.forEachLine(strides: strides) { found[$0] = $1 }
    let own = shape.strides
    for first in 0..<shape.count / extents[extents.count - 1] {
      let number = first * extents[extents.count - 1]
      let place = extents.indices.reduce(0) { $0 + number / own[$1] % extents[$1] * strides[$1] }
      #expect(found[number] == place)
    }
    #expect(found.count == shape.count / extents[extents.count - 1])
  }

  @Test func emptyShapesHaveNoLines() {
    Shape([0, 3]).forEachLine(strides: [3, 1]) { _, _ in Issue.record("a line of nothing") }
    Shape([3, 0]).forEachLine(strides: [0, 1]) { _, _ in Issue.record("a line of nothing") }
  }
}
