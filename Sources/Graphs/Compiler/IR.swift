import Tensors

/// What the compiler's own graph computes: the ops of `Graph`, and the forms that the passes introduce.
enum IROp: Hashable, Sendable {
  case op(Op)
  /// A convolution op on channels-last operands: images `[B, H, W, C]`, weights as they are.
  case channelsLast(Op)
  /// A sum over leading axes `[R…, columns]` → `[parts, stride]`, each thread its rows; between the parts' columns lies
  /// what fills their last cache line.
  case partialSum(parts: Int, columns: Int)
  /// The elements of a view (a broadcast, a constant) written out as an array.
  case materialize
  /// Adds the first elements of these of `[parts, stride…]`, as many as the result has.
  case combineParts(Range<Int>)
  /// A matrix product with its epilogue: inputs `a, b` and what the epilogue reads.
  case matmul(transposeA: Bool, transposeB: Bool, Epilogue)
  /// A channels-last `conv` or `convInput` with its epilogue: inputs `x, w` and what the epilogue reads.
  case convolution(Op, Epilogue)
}

/// The operation on the sums of a contraction before they are stored.
enum Epilogue: Hashable, Sendable {
  case none
  /// `activation(sum + bias[column])`; the third input is the bias.
  case bias(activation: UnaryOp?)
  case activation(UnaryOp)
  /// `gate > 0 ? sum : 0`, the gradient of a rectifier whose output is the third input.
  case gate
}

/// A graph under compilation: nodes in execution order, inputs before users.
struct IR {
  struct Node {
    let op: IROp
    let inputs: [Int]
    let shape: Shape
  }

  private(set) var nodes: [Node] = []
  /// The nodes whose values are kept after the run, in the order of the request.
  var roots: [Int] = []

  private struct Key: Hashable {
    let op: IROp
    let inputs: [Int]
    let shape: Shape
  }
  private var known: [Key: Int] = [:]
  /// Equal nodes are shared.
  let sharesEqualNodes: Bool

  init(sharesEqualNodes: Bool) { self.sharesEqualNodes = sharesEqualNodes }

  subscript(id: Int) -> Node { nodes[id] }

  mutating func append(_ op: IROp, _ inputs: [Int], _ shape: Shape) -> Int {
    if sharesEqualNodes {
      let key = Key(op: op, inputs: inputs, shape: shape)
      if let id = known[key] { return id }
      known[key] = nodes.count
    }
    nodes.append(Node(op: op, inputs: inputs, shape: shape))
    return nodes.count - 1
  }

  mutating func append(_ op: Op, _ inputs: [Int], _ shape: Shape) -> Int { append(.op(op), inputs, shape) }

  mutating func reshape(_ id: Int, to shape: Shape) -> Int {
    self[id].shape == shape ? id : append(.reshape, [id], shape)
  }

  /// Whether the roots depend on each node.
  func isNeeded() -> [Bool] {
    var needed = [Bool](repeating: false, count: nodes.count)
    for root in roots { needed[root] = true }
    for id in stride(from: nodes.count - 1, through: 0, by: -1) where needed[id] {
      for input in nodes[id].inputs { needed[input] = true }
    }
    return needed
  }

  /// Users of each node, roots counted as one user each.
  func useCounts() -> [Int] {
    var counts = [Int](repeating: 0, count: nodes.count)
    for node in nodes { for input in node.inputs { counts[input] += 1 } }
    for root in roots { counts[root] += 1 }
    return counts
  }

  /// Rewrites node by node into a new graph: `rewrite` gets each node that the roots need, its inputs already new,
  /// and returns its replacement.
  func rewritten(_ rewrite: (inout IR, Node, [Int]) throws -> Int) rethrows -> IR {
    var result = IR(sharesEqualNodes: sharesEqualNodes)
    var map = [Int](repeating: -1, count: nodes.count)
    let needed = isNeeded()
    for (id, node) in nodes.enumerated() where needed[id] {
      map[id] = try rewrite(&result, node, node.inputs.map { map[$0] })
    }
    result.roots = roots.map { map[$0] }
    return result
  }

  /// Only what the roots need, in the same order.
  func pruned() -> IR { rewritten { ir, node, inputs in ir.append(node.op, inputs, node.shape) } }
}
