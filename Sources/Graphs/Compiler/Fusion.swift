import Tensors

/// A step of the compiled program, before memory is assigned.
enum Kernel {
  case loop(FusedLoop)
  /// Any other node, alone.
  case node(Int)
}

/// Gathers elementwise nodes into loops, so that each array is read and written once.
///
/// Nodes are taken in order. A node joins the first loop that runs late enough for its inputs and shares one of them
/// (or computes it); else it begins a loop at the end. What lies between two loops cannot depend on the node, because
/// it comes later in the graph, so joining an earlier loop is always allowed.
struct Fusion {
  let fuses: Bool
  static let loadLimit = 12
  static let sumLimit = 12

  private var kernels: [Kernel] = []
  /// The kernel that computes each node, −1 for leaves and views of leaves.
  private var producer: [Int]
  private let ir: IR
  private let uses: [Int]

  init(_ ir: IR, fuses: Bool) {
    self.ir = ir
    self.uses = ir.useCounts()
    self.fuses = fuses
    self.producer = [Int](repeating: -1, count: ir.nodes.count)
  }

  /// The role of a node in the kernels.
  enum Role {
    case leaf, constant, view, elementwise, rowSum(Reduction), leadingSum(columns: Int), standalone
  }

  static func role(_ op: IROp) -> Role {
    switch op {
    case .op(.input), .op(.parameter), .op(.array): .leaf
    case .op(.constant): .constant
    case .op(.reshape), .op(.broadcast): .view
    case .op(.unary), .op(.binary), .op(.select), .op(.random), .combineParts: .elementwise
    case .op(.reduce(let reduction, _)): .rowSum(reduction)
    case .partialSum(_, let columns): .leadingSum(columns: columns)
    default: .standalone
    }
  }

  mutating func run() -> [Kernel] {
    for (id, node) in ir.nodes.enumerated() {
      switch Self.role(node.op) {
      case .leaf, .constant: break
      case .view: producer[id] = producer[node.inputs[0]]
      case .elementwise, .rowSum, .leadingSum: place(id)
      case .standalone: appendStandalone(id)
      }
    }
    return kernels
  }

  private mutating func appendStandalone(_ id: Int) {
    // Its inputs must exist as arrays: a broadcast that feeds it is materialized when the kernel is emitted.
    producer[id] = kernels.count
    kernels.append(.node(id))
  }

  private mutating func place(_ id: Int) {
    let node = ir[id]
    let count = spaceCount(node)
    var earliest = 0
    for input in node.inputs where producer[viewSource(input)] >= 0 {
      let source = viewSource(input)
      let canShareLoop = isLive(source, count: count) && Self.isIdentityView(input, source, ir)
      earliest = max(earliest, producer[source] + (canShareLoop ? 0 : 1))
    }
    if fuses {
      for index in earliest..<max(kernels.count, earliest) {
        guard index < kernels.count, case .loop(let loop) = kernels[index], loop.count == count,
          let joined = adding(id, loop)
        else { continue }
        kernels[index] = .loop(joined)
        producer[id] = index
        return
      }
    }
    guard let loop = adding(id, FusedLoop(count: count), alwaysRelated: true) else {
      preconditionFailure("Fusion: node \(id) \(node.op) of \(node.shape) fits no loop")
    }
    producer[id] = kernels.count
    kernels.append(.loop(loop))
  }

  /// Elements of the space the node's loop walks.
  private func spaceCount(_ node: IR.Node) -> Int {
    switch Self.role(node.op) {
    case .rowSum, .leadingSum: ir[node.inputs[0]].shape.count
    default: node.shape.count
    }
  }

  /// The node behind reshapes and broadcasts.
  private func viewSource(_ id: Int) -> Int { Self.viewSource(id, ir) }

  static func viewSource(_ id: Int, _ ir: IR) -> Int {
    var id = id
    while case .view = role(ir[id].op) { id = ir[id].inputs[0] }
    return id
  }

  /// Whether `view` is `source` element for element.
  static func isIdentityView(_ view: Int, _ source: Int, _ ir: IR) -> Bool {
    ir[view].shape.count == ir[source].shape.count
  }

  /// Whether a node's value is in a register of the loop that computes it.
  private func isLive(_ id: Int, count: Int) -> Bool {
    if case .elementwise = Self.role(ir[id].op) { return ir[id].shape.count == count }
    return false
  }

  /// `loop` with node `id` in it, nil when it does not fit or is unrelated to the loop.
  private func adding(_ id: Int, _ loop: FusedLoop, alwaysRelated: Bool = false) -> FusedLoop? {
    var loop = loop
    var related = alwaysRelated
    let node = ir[id]
    if case .combineParts(let parts) = node.op {
      for part in parts {
        let pattern = AccessPattern(contiguous: node.shape.count)
        let stride = ir[node.inputs[0]].shape.droppingFirst.count
        loop.loads.append(.init(source: node.inputs[0], pattern: pattern, offset: part * stride))
      }
      // Parts are ready only behind a barrier, so a combination starts a loop of its own or joins another one's.
      related = related || loop.nodes.contains { if case .combineParts = ir[$0].op { true } else { false } }
    }
    for input in operands(node) {
      let source = viewSource(input)
      if case .constant = Self.role(ir[source].op) { continue }
      if Self.isIdentityView(input, source, ir), loop.nodes.contains(source) {
        related = true
        continue
      }
      guard let load = Self.load(input, ir) else { return nil }
      if loop.loads.contains(load) { related = true } else { loop.loads.append(load) }
    }
    guard related else { return nil }
    switch Self.role(node.op) {
    case .rowSum(let reduction):
      loop.sums.append(
        .init(node: id, input: node.inputs[0], kind: .rows(reduction), extent: loop.count / max(node.shape.count, 1)))
    case .leadingSum(let columns):
      loop.sums.append(.init(node: id, input: node.inputs[0], kind: .leading, extent: columns))
    default: loop.nodes.append(id)
    }
    guard loop.loads.count <= Self.loadLimit, loop.sums.count <= Self.sumLimit,
      alwaysRelated || RegisterPlan(loop, ir, uses: uses).registerCount <= RegisterPlan.limit, loop.columns() != nil
    else { return nil }
    return loop
  }

  private func operands(_ node: IR.Node) -> [Int] {
    if case .combineParts = node.op { return [] }
    return node.inputs
  }

  /// How a loop reads `input`, nil when it has to be materialized first.
  static func load(_ input: Int, _ ir: IR) -> FusedLoop.Load? {
    var id = input
    // Reshapes do not move data.
    while case .op(.reshape) = ir[id].op { id = ir[id].inputs[0] }
    guard case .op(.broadcast) = ir[id].op else {
      return FusedLoop.Load(source: id, pattern: AccessPattern(contiguous: ir[id].shape.count))
    }
    let narrow = ir[id].inputs[0]
    let pattern = AccessPattern(from: ir[narrow].shape, to: ir[id].shape)
    var source = narrow
    while case .op(.reshape) = ir[source].op { source = ir[source].inputs[0] }
    if case .op(.broadcast) = ir[source].op { return nil }
    return FusedLoop.Load(source: source, pattern: pattern)
  }
}
