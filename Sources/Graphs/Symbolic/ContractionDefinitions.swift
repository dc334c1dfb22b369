import Tensors

extension OpDefinition {
  static func matmul(_ transposeA: Bool, _ transposeB: Bool) -> OpDefinition {
    OpDefinition(
      name: "matmul", gradient: { node throws(ShapeError) in try productGradients(node, transposeA, transposeB) },
      reference: { Reference.matmul($0.inputs[0], $0.inputs[1], transposeA, transposeB, $0.shape) },
      error: { $0.products($0.inputs[0].shape[transposeA ? -2 : -1]) })
  }

  static func batchedMatmul(_ transposeA: Bool, _ transposeB: Bool) -> OpDefinition {
    OpDefinition(
      name: "matmul", gradient: { node throws(ShapeError) in try productGradients(node, transposeA, transposeB) },
      reference: { node in
        func matrix(_ operand: Reference.Operand, _ b: Int) -> Reference.Operand {
          let matrix = operand.shape.droppingFirst
          return .init(Reference.Values(operand.values[b * matrix.count..<(b + 1) * matrix.count]), matrix)
        }
        return (0..<node.shape[0]).flatMap {
          Reference.matmul(
            matrix(node.inputs[0], $0), matrix(node.inputs[1], $0), transposeA, transposeB, node.shape.droppingFirst)
        }
      }, error: { $0.products($0.inputs[0].shape[transposeA ? -2 : -1]) })
  }

  private static func productGradients(
    _ node: Differentiation, _ ta: Bool, _ tb: Bool
  ) throws(ShapeError) -> [Symbol?] {
    let (a, b, g) = (node.inputs[0], node.inputs[1], node.gradient)
    return [
      node.wanted[0]
        ? ta ? try Graphs.matmul(b, g, transposeA: tb, transposeB: true) : try Graphs.matmul(g, b, transposeB: !tb)
        : nil,
      node.wanted[1]
        ? tb ? try Graphs.matmul(g, a, transposeA: true, transposeB: ta) : try Graphs.matmul(a, g, transposeA: !ta)
        : nil,
    ]
  }

  static func conv(_ geometry: ConvGeometry) -> OpDefinition {
    OpDefinition(
      name: "conv",
      gradient: { node in
        let (x, w, g) = (node.inputs[0], node.inputs[1], node.gradient)
        return [
          node.wanted[0] ? node.node(.convInput(geometry), [g, w], like: x) : nil,
          node.wanted[1] ? node.node(.convWeight(geometry), [x, g], like: w) : nil,
        ]
      },
      reference: { node in
        let (a, b) = (node.inputs[0], node.inputs[1])
        return Reference.convolve(geometry, x: a.shape, w: b.shape, y: node.shape, count: node.shape.count) {
          result, x, w, y in result[y] += a.values[x] * b.values[w]
        }
      }, error: { convolutionError($0, terms: $0.inputs[1].shape.droppingFirst.count) })
  }

  static func convInput(_ geometry: ConvGeometry) -> OpDefinition {
    OpDefinition(
      name: "transposed conv",
      gradient: { node in
        let (y, w, g) = (node.inputs[0], node.inputs[1], node.gradient)
        return [
          node.wanted[0] ? node.node(.conv(geometry), [g, w], like: y) : nil,
          node.wanted[1] ? node.node(.convWeight(geometry), [g, y], like: w) : nil,
        ]
      },
      reference: { node in
        let (a, b) = (node.inputs[0], node.inputs[1])
        return Reference.convolve(geometry, x: node.shape, w: b.shape, y: a.shape, count: node.shape.count) {
          result, x, w, y in result[x] += a.values[y] * b.values[w]
        }
      }, error: { convolutionError($0, terms: $0.inputs[1].shape.count / Swift.max($0.inputs[1].shape[1], 1)) })
  }

  static func convWeight(_ geometry: ConvGeometry) -> OpDefinition {
    OpDefinition(
      name: "conv weight",
      gradient: { node in
        let (x, y, g) = (node.inputs[0], node.inputs[1], node.gradient)
        return [
          node.wanted[0] ? node.node(.convInput(geometry), [y, g], like: x) : nil,
          node.wanted[1] ? node.node(.conv(geometry), [x, g], like: y) : nil,
        ]
      },
      reference: { node in
        let (a, b) = (node.inputs[0], node.inputs[1])
        return Reference.convolve(geometry, x: a.shape, w: node.shape, y: b.shape, count: node.shape.count) {
          result, x, w, y in result[w] += a.values[x] * b.values[y]
        }
      }, error: { convolutionError($0, terms: $0.inputs[1].shape.count / Swift.max($0.inputs[1].shape[1], 1)) })
  }

  /// - Parameter terms: Products that a result is the sum of, padding included.
  private static func convolutionError(_ node: Rounding, terms: Int) -> Reference.Values {
    // Tiles of 2×2 pixels, where channels come in whole vectors, multiply sums and differences of two inputs along each
    // axis: four times as much at the most.
    let inTiles = node.inputs[0].shape[1] % 16 == 0
    let largest =
      inTiles ? node.inputs.indices.map { node.reach($0).max() ?? 0 }.reduce(4 * Double(terms), *) : 0
    return node.products(terms, besides: largest)
  }

  static func pool(_ pooling: Pooling, _ geometry: ConvGeometry) -> OpDefinition {
    OpDefinition(
      name: "pool",
      gradient: { node in
        let operands = [node.inputs[0], node.value, node.gradient]
        return [node.node(.poolGradient(pooling, geometry), operands, like: node.inputs[0])]
      },
      reference: { Reference.pool(pooling, geometry, $0.inputs[0], $0.shape) },
      error: { node in
        guard pooling == .average else { return node.again() }
        return node.grown(node.again(), node.again([node.reach(0)]), geometry.kernel[0] * geometry.kernel[1])
      })
  }

  static func poolGradient(_ pooling: Pooling, _ geometry: ConvGeometry) -> OpDefinition {
    OpDefinition(
      name: "pool gradient",
      gradient: { node throws(ShapeError) in
        throw node.gradient.fail("gradient", [], "second derivatives through pooling are not defined here")
      },
      reference: { Reference.poolGradient(pooling, geometry, $0.inputs[0], $0.inputs[1], $0.inputs[2]) },
      error: { node in
        if pooling == .max, node.mayTurn { return node.unknown }
        let (x, pooled) = (node.inputs[0].values, node.inputs[1].values)
        return node.grown(
          node.again([x, pooled, node.inputs[2].errors]), node.again([x, pooled, node.reach(2)]),
          geometry.kernel[0] * geometry.kernel[1])
      })
  }
}
