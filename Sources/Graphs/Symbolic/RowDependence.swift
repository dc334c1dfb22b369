import Tensors

/// How a value of a batch's graph depends on the examples of the batch: whether the batch can be divided among programs.
///
/// The parts of a batch have the gradient of the whole where the loss is a mean over examples, of terms that each depend on
/// one example: then the mean of the parts' losses, weighted by their rows, is the loss of the whole. A term that is no mean
/// (the absolute value of a mean, statistics of the batch that return to its examples, pairs of examples) is not.
package enum RowDependence: Equatable, Sendable {
  /// On none, or the same on all processes: parameters, constants, scalars that are set before a step, all-reduced means.
  case none
  /// An array `[outer, rows, elements]`, row-major, in which a row depends on the example of that row alone.
  case rows(elements: Int)
  /// A linear function of sums over the examples.
  case mean
  /// On several examples in another way; with the layer where that begins.
  case coupled(layer: String)
}

extension Graph {
  /// The dependence of every node, in order. It follows each op's arithmetic, and says `coupled` where it does not know.
  ///
  /// A sum over examples passes as well as a mean, since both are linear: that losses are means is a convention.
  ///
  /// - Precondition: The graph is of a batch, whose number of rows is best one that no layer has.
  package func rowDependences() -> [RowDependence] {
    var found: [RowDependence] = []
    found.reserveCapacity(nodes.count)
    for node in nodes { found.append(dependence(of: node, node.inputs.map { found[$0] })) }
    return found
  }

  private func dependence(of node: Node, _ inputs: [RowDependence]) -> RowDependence {
    for case .coupled(let layer) in inputs { return .coupled(layer: layer) }
    let coupled = RowDependence.coupled(layer: node.scope)
    switch node.op {
    case .input:
      guard let rows, node.shape.rank > 0, node.shape[0] == rows else { return .none }
      return .rows(elements: node.shape.count / rows)
    case .parameter, .constant, .array: return .none
    case .random(_, _, let layout): return layout.map { .rows(elements: $0.elements) } ?? .none
    default: break
    }
    if inputs.allSatisfy({ $0 == .none }) { return .none }
    let shapes = node.inputs.map { nodes[$0].shape }
    /// The axis of the first operand's rows, where it has any.
    var axis: Int? { rowAxis(inputs[0], shapes[0]) }
    /// Rows at the same axis of the result, which has as many.
    func kept() -> RowDependence {
      guard let axis, axis < node.shape.rank, node.shape[axis] == shapes[0][axis] else { return coupled }
      return .rows(elements: node.shape.dimensions[(axis + 1)...].reduce(1, *))
    }
    switch node.op {
    case .unary(let op): return inputs[0] == .mean && op != .negate ? coupled : inputs[0]
    case .binary(let op): return combined(inputs, isLinear: op.isLinear(inputs)) ?? coupled
    case .select: return combined(inputs, isLinear: inputs[0] == .none) ?? coupled
    case .reshape, .stopGradient: return inputs[0]
    case .allReduce: return inputs[0] == .mean ? .none : coupled
    case .pad where inputs[0].isOfRows && axis == 0 && node.shape[0] == globalRows?.count:
      // Each row at its place in the global batch: a sum over examples.
      return .mean
    case .broadcast, .slice, .pad: return inputs[0] == .mean ? .mean : kept()
    case .transpose(let permutation):
      if inputs[0] == .mean { return .mean }
      guard let axis, let place = permutation.firstIndex(of: axis) else { return coupled }
      return .rows(elements: node.shape.dimensions[(place + 1)...].reduce(1, *))
    case .concat(let joined):
      if !inputs.contains(where: \.isOfRows) { return .mean }
      let axes = zip(inputs, shapes).filter(\.0.isOfRows).map { rowAxis($0, $1) }
      guard let first = axes[0], axes.allSatisfy({ $0 == first }), !inputs.contains(.mean) else { return coupled }
      // Several batches one after another, each whole.
      if joined == first, !inputs.allSatisfy(\.isOfRows) { return coupled }
      return .rows(elements: node.shape.dimensions[(first + 1)...].reduce(1, *))
    case .reduce(let reduction, let axes):
      if inputs[0] == .mean { return reduction == .sum ? .mean : coupled }
      guard let axis else { return coupled }
      if axes.contains(axis) { return reduction == .sum ? .mean : coupled }
      return kept()
    case .argMax: return axis == shapes[0].rank - 1 ? coupled : kept()
    case .gatherRows:
      guard inputs[0] == .none, inputs[1].isOfRows else { return coupled }
      return .rows(elements: node.shape[1])
    case .matmul(let transposeA, let transposeB):
      return product(inputs, node, shapes, rows: (transposeA ? 1 : 0, transposeB ? 0 : 1)) ?? coupled
    case .batchedMatmul:
      let places = zip(inputs, shapes).filter(\.0.isOfRows).map { rowAxis($0, $1) }
      guard !inputs.contains(.mean), places.allSatisfy({ $0 == 0 }) else { return coupled }
      return .rows(elements: node.shape.droppingFirst.count)
    case .conv, .convInput:
      guard inputs[1] == .none, axis == 0 else { return coupled }
      return .rows(elements: node.shape.droppingFirst.count)
    case .pool, .poolGradient:
      guard inputs.allSatisfy(\.isOfRows), axis == 0 else { return coupled }
      return .rows(elements: node.shape.droppingFirst.count)
    default: return coupled
    }
  }

  /// The axis where an array has its rows: with `elements` elements behind each.
  private func rowAxis(_ dependence: RowDependence, _ shape: Shape) -> Int? {
    guard case .rows(let elements) = dependence, let rows else { return nil }
    var behind = 1
    for axis in stride(from: shape.rank - 1, through: 0, by: -1) {
      if behind == elements, shape[axis] > 0, shape[axis] % rows == 0 { return axis }
      behind *= shape[axis]
    }
    return nil
  }

  /// Arrays combined element by element: all of the same rows, or, by a linear op, means; nil for anything else.
  private func combined(_ inputs: [RowDependence], isLinear: Bool) -> RowDependence? {
    let dependent = inputs.filter { $0 != .none }
    guard let first = dependent.first, dependent.allSatisfy({ $0 == first }) else { return nil }
    return first == .mean && !isLinear ? nil : first
  }

  /// A matrix product: rows of one operand that stay rows of the result, or a sum over rows that both contract.
  private func product(
    _ inputs: [RowDependence], _ node: Node, _ shapes: [Shape], rows: (Int, Int)
  ) -> RowDependence? {
    switch (inputs[0], inputs[1]) {
    case (.mean, .none), (.none, .mean): return .mean
    case (.rows, .none): return rowAxis(inputs[0], shapes[0]) == rows.0 ? .rows(elements: node.shape[1]) : nil
    case (.none, .rows): return rowAxis(inputs[1], shapes[1]) == rows.1 ? .rows(elements: 1) : nil
    case (.rows, .rows):
      let isContracted = rowAxis(inputs[0], shapes[0]) == 1 - rows.0 && rowAxis(inputs[1], shapes[1]) == 1 - rows.1
      return isContracted ? .mean : nil
    default: return nil
    }
  }
}

extension RowDependence {
  var isOfRows: Bool { if case .rows = self { true } else { false } }
}

extension BinaryOp {
  /// Whether it is linear in those operands that are means.
  fileprivate func isLinear(_ inputs: [RowDependence]) -> Bool {
    switch self {
    case .add, .subtract: true
    case .multiply: inputs.contains(.none)
    case .divide: inputs[1] == .none
    default: false
    }
  }
}
