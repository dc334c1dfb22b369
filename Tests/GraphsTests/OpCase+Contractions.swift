import Graphs
import Tensors

extension OpCase {
  static var contractions: [OpCase] {
    var cases: [OpCase] = []
    for (m, n, k) in [(1, 1, 1), (3, 17, 33), (20, 50, 20), (65, 33, 7), (64, 100, 40), (37, 70, 67)] {
      for (ta, tb) in [(false, false), (true, false), (false, true), (true, true)] {
        let a: Shape = ta ? [k, m] : [m, k]
        let b: Shape = tb ? [n, k] : [k, n]
        cases.append(
          OpCase("matmul \(ta) \(tb)", [a, b]) { _, x in
            try matmul(x[0], x[1], transposeA: ta, transposeB: tb)
          })
      }
    }
    cases.append(
      OpCase("dense relu", [[9, 4], [4, 33], [33]]) { _, x in try relu(matmul(x[0], x[1]) + x[2]) })
    cases.append(
      OpCase("dense tanh", [[9, 4], [4, 33], [33]]) { _, x in try tanh(matmul(x[0], x[1]) + x[2]) })
    return cases + convolutions + tiles
  }

  /// B, I, O, height, width; kernel, stride, dilation, pads before and after, output padding.
  private static var convolutions: [OpCase] {
    typealias Case = (Shape, Int, ConvGeometry, [Int])
    let square = { (k: Int, s: Int, p: Int) in ConvGeometry(kernel: k, stride: s, padding: p) }
    let cases: [Case] = [
      ([1, 1, 5, 5], 1, square(1, 1, 0), [0, 0]), ([3, 1, 28, 28], 32, square(3, 2, 1), [1, 1]),
      ([2, 3, 9, 7], 17, square(3, 1, 1), [0, 0]), ([5, 17, 6, 6], 33, square(3, 2, 1), [1, 1]),
      ([2, 32, 8, 8], 1, square(3, 1, 1), [0, 0]), ([2, 32, 7, 7], 64, square(3, 2, 1), [0, 0]),
      ([3, 4, 8, 8], 5, square(4, 2, 1), [0, 0]), ([2, 2, 11, 9], 3, square(2, 3, 0), [1, 2]),
      // One channel, pairs of neighbors, and more pixels than a gradient of weights packs at a time.
      ([2, 1, 30, 22], 32, ConvGeometry(kernel: [8, 2]), [0, 0]),
      (
        [2, 5, 10, 8], 6,
        ConvGeometry(kernel: [3, 2], stride: [2, 1], dilation: [2, 3], padBefore: [0, 1], padAfter: [1, 2]), [0, 0]
      ),
    ]
    return cases.flatMap { image, outputs, g, outputPadding in
      [
        OpCase("conv2d \(g.kernel) \(g.stride)", [image, Shape([outputs, image[1]] + g.kernel)]) {
          _, x in
          try x[0].conv2d(x[1], g)
        },
        OpCase(
          "conv2d relu \(g.kernel) \(g.stride)", [image, Shape([outputs, image[1]] + g.kernel), [outputs]]
        ) { _, x in try relu(x[0].conv2d(x[1], g) + x[2].reshaped([1, -1, 1, 1])) },
        OpCase(
          "convTranspose2d \(g.kernel) \(g.stride)", [image, Shape([image[1], outputs] + g.kernel), [outputs]]
        ) { _, x in
          try tanh(x[0].convTranspose2d(x[1], g, outputPadding: outputPadding) + x[2].reshaped([1, -1, 1, 1]))
        },
        OpCase("max pool", [[image[0], image[1], image[2] + 1, image[3] + 1]]) { _, x in
          try x[0].pooled(.max, ConvGeometry(kernel: 2, stride: 2))
        },
        OpCase("average pool", [image]) { _, x in
          try x[0].pooled(.average, ConvGeometry(kernel: 3, stride: 2, padding: 1))
        },
      ]
    }
  }
  /// Convolutions in tiles of 2×2 pixels: pairs of kernel positions alone, pairs and single ones, pixels left over, several
  /// panels of output channels and part of one, more tiles than a gradient of weights takes at a time. And one channel from
  /// many, with a kernel whose pixels at edges have more positions between them than it has itself.
  private static var tiles: [OpCase] {
    let square = { (k: Int, s: Int, p: Int) in ConvGeometry(kernel: k, stride: s, padding: p) }
    let cases: [(Shape, Int, ConvGeometry, [Int])] = [
      ([1, 32, 28, 28], 1, square(9, 1, 4), [0, 0]), ([7, 32, 16, 12], 32, square(4, 2, 1), [0, 0]),
      ([2, 16, 13, 10], 48, square(3, 1, 1), [0, 0]),
      ([3, 48, 9, 11], 80, square(3, 2, 1), [1, 0]), ([2, 16, 9, 8], 20, square(5, 1, 2), [0, 0]),
      ([2, 16, 11, 7], 32, square(5, 2, 2), [1, 0]), ([1, 16, 4, 3], 16, square(2, 1, 0), [0, 0]),
      (
        [2, 16, 12, 9], 32,
        ConvGeometry(kernel: [3, 3], stride: [2, 1], dilation: [2, 3], padBefore: [1, 2], padAfter: [2, 3]), [1, 0]
      ),
    ]
    return cases.flatMap { image, outputs, g, outputPadding in
      [
        OpCase(
          "tiles conv2d \(g.kernel) \(g.stride)", [image, Shape([outputs, image[1]] + g.kernel)]
        ) { _, x in try x[0].conv2d(x[1], g) },
        OpCase(
          "tiles conv2d tanh \(g.kernel) \(g.stride)", [image, Shape([outputs, image[1]] + g.kernel), [outputs]],
          range: -0.2...0.2
        ) { _, x in try tanh(x[0].conv2d(x[1], g) + x[2].reshaped([1, -1, 1, 1])) },
        OpCase(
          "tiles convTranspose2d relu \(g.kernel) \(g.stride)",
          [image, Shape([image[1], outputs] + g.kernel), [outputs]]
        ) { _, x in
          try relu(x[0].convTranspose2d(x[1], g, outputPadding: outputPadding) + x[2].reshaped([1, -1, 1, 1]))
        },
      ]
    }
  }
}
