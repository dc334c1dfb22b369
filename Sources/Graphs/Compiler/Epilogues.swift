import Tensors

/// Folds a bias and an activation, or the gradient of a rectifier, into the matrix product or convolution that feeds
/// them, where no other node reads the intermediate values.
struct Epilogues {
  /// Turns contractions into their epilogue forms; without `folding` they have no epilogue.
  let folding: Bool

  func run(_ source: IR) -> IR {
    let uses = source.useCounts()
    // The operands that each contraction absorbs, and the node whose value it computes then.
    var epilogues: [Int: (epilogue: Epilogue, reads: Int?, result: Int)] = [:]
    if folding {
      let users = singleUsers(source)
      for (id, node) in source.nodes.enumerated() where Self.isContraction(node.op) {
        epilogues[id] = follow(id, source, uses, users)
      }
    }
    let absorbed = Dictionary(uniqueKeysWithValues: epilogues.map { ($0.value.result, $0.key) })

    // The contraction is written where its result was, so that its bias is already there.
    var ir = IR(sharesEqualNodes: source.sharesEqualNodes)
    var map = [Int](repeating: -1, count: source.nodes.count)
    for (id, node) in source.nodes.enumerated() {
      if let contraction = absorbed[id], let epilogue = epilogues[contraction] {
        let inputs = (source[contraction].inputs + [epilogue.reads].compactMap { $0 }).map { map[$0] }
        let op = Self.with(epilogue.epilogue, source[contraction].op)
        map[id] = ir.append(op, inputs, source[contraction].shape)
        map[id] = ir.reshape(map[id], to: node.shape)
      } else if Self.isContraction(node.op) {
        guard epilogues[id] == nil else { continue }
        map[id] = ir.append(Self.with(.none, node.op), node.inputs.map { map[$0] }, node.shape)
      } else if node.inputs.allSatisfy({ map[$0] >= 0 }) {
        map[id] = ir.append(node.op, node.inputs.map { map[$0] }, node.shape)
      }
    }
    ir.roots = source.roots.map { map[$0] }
    return ir.pruned()
  }

  private static func isContraction(_ op: IROp) -> Bool {
    switch op {
    case .op(.matmul), .channelsLast(.conv), .channelsLast(.convInput): true
    default: false
    }
  }

  private static func with(_ epilogue: Epilogue, _ op: IROp) -> IROp {
    switch op {
    case .op(.matmul(let ta, let tb)): .matmul(transposeA: ta, transposeB: tb, epilogue)
    case .channelsLast(let inner): .convolution(inner, epilogue)
    default: op
    }
  }

  /// The one user of each node that has exactly one.
  private func singleUsers(_ source: IR) -> [Int: Int] {
    var users: [Int: Int] = [:]
    for (id, node) in source.nodes.enumerated() { for input in node.inputs { users[input] = id } }
    return users
  }

  private func follow(
    _ contraction: Int, _ source: IR, _ uses: [Int], _ users: [Int: Int]
  ) -> (epilogue: Epilogue, reads: Int?, result: Int)? {
    var result = contraction
    var bias: Int?
    var activation: UnaryOp?
    let columns = source[contraction].shape[-1]
    func next() -> Int? {
      var id = result
      while uses[id] == 1, let user = users[id] {
        if case .op(.reshape) = source[user].op { id = user } else { return user }
      }
      return nil
    }
    if let user = next(), case .op(.binary(.add)) = source[user].op,
      let other = source[user].inputs.first(where: { biasVector($0, columns, source) != nil }),
      let vector = biasVector(other, columns, source), source[user].shape.count == source[contraction].shape.count,
      vector < user
    {
      bias = vector
      result = user
    }
    if let user = next(), case .op(.unary(let unary)) = source[user].op, Self.foldable.contains(unary) {
      activation = unary
      result = user
    }
    if result == contraction, let user = next(), let gate = gate(user, source, uses) { return (.gate, gate, user) }
    guard result != contraction else { return nil }
    if bias != nil { return (.bias(activation: activation), bias, result) }
    return activation.map { (.activation($0), nil, result) }
  }

  private static let foldable: Set<UnaryOp> = [.relu, .tanh, .sigmoid]

  /// The vector of `columns` numbers that node `id` adds to every row, when it is one.
  private func biasVector(_ id: Int, _ columns: Int, _ source: IR) -> Int? {
    guard case .op(.broadcast) = source[id].op, source[id].shape[-1] == columns else { return nil }
    let vector = source[id].inputs[0]
    return source[vector].shape.count == columns && source[vector].shape[-1] == columns ? vector : nil
  }

  /// The rectifier's output y when node `id` is `g · step(y)`.
  private func gate(_ id: Int, _ source: IR, _ uses: [Int]) -> Int? {
    guard case .op(.binary(.multiply)) = source[id].op,
      let mask = source[id].inputs.first(where: { if case .op(.unary(.step)) = source[$0].op { true } else { false } }),
      uses[mask] == 1
    else { return nil }
    let y = source[mask].inputs[0]
    if case .op(.broadcast) = source[y].op { return nil }
    if case .op(.constant) = source[y].op { return nil }
    return y
  }
}
