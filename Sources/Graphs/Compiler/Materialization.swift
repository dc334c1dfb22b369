import Tensors

/// Writes out the views that a user cannot read through: broadcasts and constants that feed anything but a fused loop
/// or are asked for as results, broadcasts of broadcasts, and combinations no loop's addresses can express.
struct Materialization {
  func run(_ ir: IR) -> IR {
    var result = ir.rewritten { ir, node, inputs in
      var inputs = inputs
      switch Fusion.role(node.op) {
      case .leaf, .constant: break
      case .view:
        if case .op(.broadcast) = node.op { inputs = inputs.map { readable($0, allowing: .reshapes, &ir) } }
      case .standalone: inputs = inputs.map { readable($0, allowing: .reshapes, &ir) }
      case .elementwise, .rowSum, .leadingSum:
        inputs = inputs.map { readable($0, allowing: .oneBroadcast, &ir) }
        if !canShareLoop(node, inputs, ir) {
          inputs = inputs.map { readable($0, allowing: .reshapes, &ir, constants: true) }
        }
        if !Self.isElementwise(node.op) {
          inputs = inputs.map { readable($0, allowing: .oneBroadcast, &ir, constants: false) }
        }
      }
      return ir.append(node.op, inputs, node.shape)
    }
    result.roots = result.roots.map { readable($0, allowing: .reshapes, &result) }
    return result
  }

  private enum AllowedViews { case reshapes, oneBroadcast }

  private static func isElementwise(_ op: IROp) -> Bool {
    if case .elementwise = Fusion.role(op) { true } else { false }
  }

  /// `id`, or an array with its elements when its views are more than is allowed.
  private func readable(
    _ id: Int, allowing allowed: AllowedViews, _ ir: inout IR, constants: Bool? = nil
  ) -> Int {
    var cursor = id
    var broadcasts = 0
    while case .view = Fusion.role(ir[cursor].op) {
      if case .op(.broadcast) = ir[cursor].op { broadcasts += 1 }
      cursor = ir[cursor].inputs[0]
    }
    let isConstant = if case .constant = Fusion.role(ir[cursor].op) { true } else { false }
    let constantsAllowed = constants ?? (allowed == .oneBroadcast)
    if isConstant ? constantsAllowed : broadcasts <= (allowed == .oneBroadcast ? 1 : 0) { return id }
    // A broadcast under reshapes: write it out at its own shape, then view it.
    return ir.append(.materialize, [id], ir[id].shape)
  }

  /// Whether one loop can address all of the node's operands.
  private func canShareLoop(_ node: IR.Node, _ inputs: [Int], _ ir: IR) -> Bool {
    guard Self.isElementwise(node.op) || !inputs.isEmpty else { return true }
    if case .combineParts = node.op { return true }
    let count = inputs.first.map { ir[$0].shape.count } ?? node.shape.count
    var loop = FusedLoop(count: count)
    for input in inputs {
      if case .constant = Fusion.role(ir[Fusion.viewSource(input, ir)].op) { continue }
      guard let load = Fusion.load(input, ir) else { return false }
      loop.loads.append(load)
    }
    switch node.op {
    case .op(.reduce(let reduction, _)):
      loop.sums.append(
        .init(node: 0, input: 0, kind: .rows(reduction), extent: count / Swift.max(node.shape.count, 1)))
    case .partialSum(_, let columns):
      loop.sums.append(.init(node: 0, input: 0, kind: .leading, extent: columns))
    default: break
    }
    return loop.columns() != nil
  }
}
