import Graphs
import Tensors

extension OpCase {
  /// Two and three movements after each other, in ways that do not undo themselves: passes that merge them must merge
  /// them the right way round. Every extent is another one, so that no axis can stand for another.
  static var chains: [OpCase] {
    [
      // Cycles of three axes; taken the wrong way round they are their inverses.
      chain("transpose twice", [2, 3, 5]) { x in try x.transposed([1, 0, 2]).transposed([0, 2, 1]) },
      chain("transpose twice", [2, 3, 4, 5]) { x in try x.transposed([1, 2, 3, 0]).transposed([0, 2, 1, 3]) },
      chain("transpose there and back", [2, 3, 4, 5]) { x in
        try x.transposed([2, 0, 3, 1]).transposed([1, 3, 0, 2])
      },
      chain("transpose three times", [2, 3, 4, 5]) { x in
        try x.transposed([3, 0, 1, 2]).transposed([1, 0, 3, 2]).transposed([0, 3, 1, 2])
      },
      chain("transpose, reshape, transpose", [4, 6, 5]) { x in
        try x.transposed([2, 0, 1]).reshaped([10, 2, 6]).transposed([1, 2, 0])
      },
      // Of extent 1: moving it moves nothing.
      chain("transpose of a single row", [3, 1, 5]) { x in try x.transposed([1, 0, 2]) },
      chain("transpose of a single row, and of the others", [3, 1, 5]) { x in try x.transposed([2, 1, 0]) },
      chain("slice twice", [9, 7]) { x in try x.slice(axis: 0, 2..<8).slice(axis: 1, 1..<5).slice(axis: 0, 1..<4) },
      chain("pad, slice", [3, 4]) { x in try x.padded(before: [2, 1], after: [0, 3], value: 2).slice(axis: 0, 1..<4) },
      chain("slice, pad", [6, 5]) { x in try x.slice(axis: 0, 1..<4).padded(before: [0, 2], after: [1, 0]) },
      chain("pad twice", [2, 3]) { x in
        try x.padded(before: [1, 0], after: [0, 2], value: 3).padded(before: [0, 1], after: [2, 0], value: -1)
      },
      OpCase("concat twice", [[2, 3], [1, 3], [3, 2]]) { _, x in
        try concat([concat([x[0], x[1]], axis: 0), x[2]], axis: 1)
      },
      OpCase("concat of transposes", [[3, 2], [4, 2]]) { _, x in
        try concat([x[0].transposed([1, 0]), x[1].transposed([1, 0])], axis: 1).transposed([1, 0])
      },
      chain("sum of a transpose", [3, 4, 5]) { x in try x.transposed([2, 0, 1]).sum([1]) },
      chain("max of a transpose", [3, 4, 5]) { x in try x.transposed([1, 2, 0]).max([0, 2]) },
      chain("sum of a sum", [3, 4, 5]) { x in try x.sum([1]).sum([1]) },
      OpCase("broadcast of a transpose", [[3, 1, 2], [2, 4, 3]]) { _, x in
        try x[0].transposed([2, 1, 0]) * x[1]
      },
      OpCase("gather, transpose", [[5, 4, 3]], indexLimit: 4) { graph, x in
        try x[0].gathered(at: graph.input("index", [6]), axis: 1).transposed([1, 2, 0])
      },
    ] + imageChains
  }

  /// Convolutions leave their images channels-last: what follows finds its axes there all the same.
  private static var imageChains: [OpCase] {
    func image(_ name: String, _ body: @escaping @Sendable (Symbol) throws -> Symbol) -> OpCase {
      OpCase(name + " after a convolution", [[2, 3, 6, 5], [4, 3, 2, 3]], range: -1...1) { _, x in
        try body(x[0].conv2d(x[1], ConvGeometry(kernel: [2, 3])))
      }
    }
    return [
      image("sum of channels") { try $0.sum([1]) }, image("sum of rows") { try $0.sum([2]) },
      image("sum of columns") { try $0.sum([3]) }, image("sum of channels and rows") { try $0.sum([1, 2]) },
      image("sum of all but columns") { try $0.sum([0, 1, 2]) }, image("sum of images") { try $0.sum([0, 2, 3]) },
      image("max of rows") { try $0.max([2]) }, image("transpose") { try $0.transposed([0, 2, 3, 1]) },
      image("transpose of rows and columns") { try $0.transposed([0, 1, 3, 2]) },
      image("reshape") { try $0.reshaped([2, -1]) }, image("slice of rows") { try $0.slice(axis: 2, 1..<4) },
      image("scale and sum of rows") { try square($0 * 2).sum([2]) },
    ]
  }

  private static func chain(
    _ name: String, _ shape: Shape, _ body: @escaping @Sendable (Symbol) throws -> Symbol
  ) -> OpCase {
    OpCase(name, [shape]) { _, x in try body(x[0]) }
  }
}
