import Graphs
import Tensors

extension OpCase {
  static var movement: [OpCase] {
    [
      OpCase("reshape", [[6, 4]]) { _, x in try square(x[0].reshaped([3, -1])) },
      OpCase("transpose", [[3, 17]]) { _, x in try x[0].transposed([1, 0]) },
      OpCase("transpose", [[64, 128]]) { _, x in try x[0].transposed([1, 0]) },
      OpCase("transpose", [[2, 3, 5, 7]]) { _, x in try x[0].transposed([2, 0, 3, 1]) },
      OpCase("transpose", [[4, 8, 16, 32]]) { _, x in try x[0].transposed([0, 2, 3, 1]) },
      OpCase("slice", [[5, 33]]) { _, x in try x[0].slice(axis: 1, 3..<20) },
      OpCase("slice", [[9, 4]]) { _, x in try square(x[0].slice(axis: 0, 2..<5)) },
      OpCase("slice", [[4, 6, 5]]) { _, x in try x[0].slice(axis: 2, 4..<5) },
      OpCase("pad", [[3, 4]]) { _, x in try x[0].padded(before: [1, 0], after: [2, 3]) },
      OpCase("pad with 1", [[2, 3, 5, 4]]) { _, x in
        try x[0].padded(before: [0, 0, 2, 1], after: [0, 1, 0, 3], value: 1)
      },
      // A process by itself: the identity.
      OpCase("all-reduce", [[17]]) { graph, x in square(graph.allReduced(x[0])) },
      OpCase("all-reduce", [[5, 12]]) { graph, x in try graph.allReduced(x[0] * 3) * x[0] },
      OpCase("concat", [[3, 4], [3, 1], [3, 9]]) { _, x in try concat(x, axis: 1) },
      OpCase("concat", [[3, 4], [2, 4]]) { _, x in try concat(x, axis: 0) },
      OpCase("concat", [[2, 3, 4, 4], [2, 5, 4, 4]]) { _, x in try concat(x, axis: 1) },
      // Rows taken more than once: their gradients add up.
      OpCase("embedding", [[7, 5]], indexLimit: 7) { graph, x in
        try x[0].rows(at: graph.input("index", [33]))
      },
      OpCase("embedding", [[64, 32]], indexLimit: 64) { graph, x in
        try x[0].rows(at: graph.input("index", [16])) * 2
      },
      OpCase("embedding of one row", [[1, 1]]) { graph, x in
        try x[0].rows(at: graph.input("index", [3]))
      },
      OpCase("gather", [[4, 9]], indexLimit: 9) { graph, x in
        try x[0].gathered(at: graph.input("index", [5]), axis: 1)
      },
      OpCase("gather", [[2, 3, 17, 5]], indexLimit: 17) { graph, x in
        try x[0].gathered(at: graph.input("index", [8]), axis: 2)
      },
      OpCase("broadcast to matmul", [[5, 1], [7, 3]]) { _, x in
        try matmul(x[0].broadcast(to: [5, 7]), x[1])
      },
    ]
  }

  static var reductions: [OpCase] {
    let cases: [(Shape, [Int]?)] = [
      ([1000], nil), ([33, 17], nil), ([33, 17], [0]), ([33, 17], [1]), ([3, 4, 5], [1]), ([3, 4, 5], [0, 2]),
      ([2, 3, 4, 5], [0, 2, 3]), ([2, 3, 4, 5], [1, 3]), ([50, 20], [0]), ([1, 7], [0]), ([128, 784], [0]),
      ([7, 300], [1]), ([64, 32], [1]), ([3, 3], [-1]),
    ]
    return cases.flatMap { shape, axes in
      [
        OpCase("sum", [shape]) { _, x in try x[0].sum(axes) },
        OpCase("mean", [shape]) { _, x in try x[0].mean(axes) },
        OpCase("max", [shape]) { _, x in try x[0].max(axes) },
        OpCase("logSumExp", [shape]) { _, x in
          try x[0].logSumExp(axes ?? Array(0..<shape.rank))
        },
        OpCase("softmax", [shape]) { _, x in try x[0].softmax(axes?[0] ?? 0) },
      ]
    }
  }

  static var normalizations: [OpCase] {
    let shapes: [Shape] = [[5, 6], [17, 6], [3, 6, 5, 7], [8, 32, 4, 4]]
    return shapes.flatMap { shape in
      let vector: Shape = [shape[1]]
      return [
        OpCase("batch norm", [shape, vector, vector]) { _, x in
          try x[0].batchNorm(scale: x[1], shift: x[2]).result
        },
        OpCase(
          "batch norm, given statistics", [shape, vector, vector, vector, vector], range: 0.3...2
        ) { _, x in
          try x[0].batchNorm(mean: x[1], variance: x[2], scale: x[3], shift: x[4])
        },
        OpCase("layer norm", [shape, shape.droppingFirst, shape.droppingFirst]) { _, x in
          try x[0].layerNorm(scale: x[1], shift: x[2])
        },
        OpCase("group norm", [shape, vector, vector]) { _, x in
          try x[0].groupNorm(groups: 2, scale: x[1], shift: x[2])
        },
      ]
    }
  }

  static var random: [OpCase] {
    [
      OpCase("normal", [[33, 5]]) { graph, x in
        try x[0] * graph.random(.normal, "e", [33, 5])
      },
      OpCase("normal", [[128, 20]]) { graph, x in
        try x[0] + graph.random(.normal, "e", [128, 20])
      },
      OpCase("uniform", [[7, 301]]) { graph, x in
        try x[0] * graph.random(.uniform, "u", [7, 301])
      },
      OpCase("bernoulli", [[40, 33]], range: 0...1, differentiable: false) { graph, x in
        try graph.bernoulli(x[0], "b")
      },
    ]
  }
}
