import Tensors

extension Reference {
  /// Every index of `shape`, row-major.
  static func indices(_ shape: Shape) -> [[Int]] {
    var result: [[Int]] = []
    result.reserveCapacity(shape.count)
    var index = [Int](repeating: 0, count: shape.rank)
    for _ in 0..<shape.count {
      result.append(index)
      for axis in stride(from: shape.rank - 1, through: 0, by: -1) {
        index[axis] += 1
        if index[axis] < shape[axis] { break }
        index[axis] = 0
      }
    }
    return result
  }

  static func offset(_ index: [Int], _ shape: Shape) -> Int {
    zip(index, shape.dimensions).reduce(0) { $0 * $1.1 + $1.0 }
  }

  /// What an index is clamped to; not-a-number is the first row.
  static func row(_ index: Double, _ rows: Int) -> Int {
    index > 0 ? Int(Swift.min(index, Double(rows - 1))) : 0
  }

  /// Each element from where `source` says, or `otherwise` when that lies outside.
  static func gather(
    _ shape: Shape, _ input: Operand, otherwise: Double = .nan, _ source: ([Int]) -> [Int]
  ) -> Values {
    indices(shape).map { index in
      let from = source(index)
      let inside = zip(from, input.shape.dimensions).allSatisfy { $0 >= 0 && $0 < $1 }
      return inside ? input.values[offset(from, input.shape)] : otherwise
    }
  }

  /// Over axes that stay with extent 1.
  static func reduce(
    _ node: Calculation, _ axes: [Int], from start: Double, _ combine: (Double, Double) -> Double
  ) -> Values {
    var result = Values(repeating: start, count: node.shape.count)
    for (position, index) in indices(node.inputs[0].shape).enumerated() {
      let target = offset(index.enumerated().map { axes.contains($0.offset) ? 0 : $0.element }, node.shape)
      result[target] = combine(result[target], node.inputs[0].values[position])
    }
    return result
  }

  static func matmul(_ a: Operand, _ b: Operand, _ ta: Bool, _ tb: Bool, _ shape: Shape) -> Values {
    let (m, n, k) = (shape[0], shape[1], ta ? a.shape[0] : a.shape[1])
    var result = Values(repeating: 0, count: m * n)
    for i in 0..<m {
      for j in 0..<n {
        for p in 0..<k {
          result[i * n + j] += a.values[ta ? p * m + i : i * k + p] * b.values[tb ? j * k + p : p * n + j]
        }
      }
    }
    return result
  }

  /// Visits every (x, w, y) triple of offsets that a convolution multiplies.
  static func convolve(
    _ geometry: ConvGeometry, x: Shape, w: Shape, y: Shape, count: Int,
    _ visit: (inout Values, Int, Int, Int) -> Void
  ) -> Values {
    var result = Values(repeating: 0, count: count)
    for b in 0..<y[0] {
      for o in 0..<y[1] {
        for i in 0..<x[1] {
          // Where the planes and the kernel begin.
          let (xPlane, yPlane) = ((b * x[1] + i) * x[2] * x[3], (b * y[1] + o) * y[2] * y[3])
          let wPlane = (o * x[1] + i) * w[2] * w[3]
          let (xWidth, wWidth, yWidth) = (x[3], w[3], y[3])
          visitWindow(geometry, y: y, x: x) { p, q, u, v, row, column in
            visit(
              &result, xPlane + row * xWidth + column, wPlane + u * wWidth + v, yPlane + p * yWidth + q)
          }
        }
      }
    }
    return result
  }

  /// Output position, kernel position and image position of every tap inside the image.
  private static func visitWindow(
    _ g: ConvGeometry, y: Shape, x: Shape, _ visit: (Int, Int, Int, Int, Int, Int) -> Void
  ) {
    for p in 0..<y[2] {
      for q in 0..<y[3] {
        for u in 0..<g.kernel[0] {
          let row = p * g.stride[0] + u * g.dilation[0] - g.padBefore[0]
          guard row >= 0, row < x[2] else { continue }
          for v in 0..<g.kernel[1] {
            let column = q * g.stride[1] + v * g.dilation[1] - g.padBefore[1]
            guard column >= 0, column < x[3] else { continue }
            visit(p, q, u, v, row, column)
          }
        }
      }
    }
  }

  private static func windows(_ g: ConvGeometry, x: Shape, y: Shape) -> [[Int]] {
    var taps = [[Int]](repeating: [], count: y.count)
    for plane in 0..<x[0] * x[1] {
      visitWindow(g, y: y, x: x) { p, q, _, _, row, column in
        taps[(plane * y[2] + p) * y[3] + q].append((plane * x[2] + row) * x[3] + column)
      }
    }
    return taps
  }

  static func pool(_ pooling: Pooling, _ g: ConvGeometry, _ x: Operand, _ y: Shape) -> Values {
    windows(g, x: x.shape, y: y).map { taps in
      let values = taps.map { x.values[$0] }
      switch pooling {
      case .max: return values.max() ?? -.infinity
      case .average: return values.reduce(0, +) / Double(values.count)
      }
    }
  }

  /// The first largest element takes the gradient of a maximum.
  static func poolGradient(
    _ pooling: Pooling, _ g: ConvGeometry, _ x: Operand, _ y: Operand, _ gradient: Operand
  ) -> Values {
    var result = Values(repeating: 0, count: x.shape.count)
    for (position, taps) in windows(g, x: x.shape, y: y.shape).enumerated() {
      switch pooling {
      case .max:
        if let first = taps.first(where: { x.values[$0] == y.values[position] }) {
          result[first] += gradient.values[position]
        }
      case .average:
        for tap in taps { result[tap] += gradient.values[position] / Double(taps.count) }
      }
    }
    return result
  }
}
