import Graphs
import Tensors

extension OpCase {
  /// Ops on several matrices at once, constants of many numbers, and indices.
  static var arrays: [OpCase] {
    var cases: [OpCase] = []
    for (transposeA, transposeB) in [(false, false), (true, false), (false, true), (true, true)] {
      for (pairs, m, n, k) in [(1, 3, 5, 2), (7, 4, 3, 5), (3, 17, 33, 9)] {
        let a: Shape = transposeA ? [pairs, k, m] : [pairs, m, k]
        let b: Shape = transposeB ? [pairs, n, k] : [pairs, k, n]
        cases.append(
          OpCase("batched matmul \(transposeA ? "ᵀ" : "")\(transposeB ? "ᵀ" : "")", [a, b]) {
            try matmul($1[0], $1[1], transposeA: transposeA, transposeB: transposeB)
          })
      }
    }
    return cases + [
      OpCase("upsampled ×2", [[2, 3, 5, 4]]) { try $1[0].upsampledNearest(by: 2) },
      OpCase("upsampled ×3", [[1, 1, 1, 7]]) { try $1[0].upsampledNearest(by: 3) },
      OpCase("upsampled ×1", [[3, 2, 4, 4]]) { try $1[0].upsampledNearest(by: 1) },
      OpCase("array", [[5, 3]]) { graph, x in
        try x[0] * graph.array((0..<15).map { Float($0 % 4) - 1 }, [5, 3])
      },
      OpCase("array of a row", [[5, 3]]) { try $1[0] * $0.array([1, 0, -2], [3]) },
      OpCase("array alone", [[1]], differentiable: false) { graph, _ in
        try graph.array([3, 1, 2], [3])
      },
      OpCase("argMax of columns", [[33, 7]], differentiable: false) { try $1[0].argMax() },
      OpCase("argMax of rows", [[17, 5]], differentiable: false) { try $1[0].argMax(0) },
      OpCase("argMax in the middle", [[4, 9, 3]], differentiable: false) {
        try $1[0].argMax(1, keepingAxes: true)
      },
      OpCase("argMax of equals", [[6, 5]], differentiable: false) { graph, x in
        try (x[0] * 0 + graph.array([1, 3, 3, 2, 3], [5])).argMax()
      },
      OpCase("argMax with NaN", [[6, 5]], differentiable: false) { graph, x in
        try (x[0] * 0 + graph.array([1, 3, .nan, .infinity, .nan], [5])).argMax()
      },
    ]
  }
}
