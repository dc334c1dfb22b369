import CHighway
import Tensors

/// A fused loop as a register program: loads first, a register for each node, constants as immediates where an op takes
/// one.
///
/// Registers are not reused: a loop is cut when it would need more, so that every value can be stored from its
/// register.
struct RegisterPlan {
  static let limit = Int(ELBO_FUSED_REGISTERS) - 1

  private(set) var ops: [elbo_fused_op] = []
  /// The stream of each random op, in the order of its index, and where its rows are.
  private(set) var streams: [(name: String, rows: RowLayout?)] = []
  /// The register of each load, in the loop's order.
  private(set) var loadRegisters: [UInt8] = []
  /// The register of each node that has one.
  private(set) var registers: [Int: UInt8] = [:]
  private(set) var registerCount = 0

  private let loop: FusedLoop
  private let ir: IR
  private let uses: [Int]
  private var constants: [Float: UInt8] = [:]
  /// Cross-entropies whose slope is also computed: bce → slope, and the sigmoids that then need no op.
  private var slopes: [Int: Int] = [:]
  private var absorbed: Set<Int> = []

  /// - Parameter uses: `ir.useCounts()`.
  init(_ loop: FusedLoop, _ ir: IR, uses: [Int]) {
    (self.loop, self.ir, self.uses) = (loop, ir, uses)
    for _ in loop.loads { loadRegisters.append(newRegister()) }
    findSlopes()
    for id in loop.nodes where !absorbed.contains(id) { emit(id) }
    // A constant that is only summed or stored still needs a register.
    for sum in loop.sums { _ = register(of: sum.input) }
  }

  private mutating func newRegister() -> UInt8 {
    registerCount += 1
    return UInt8(clamping: registerCount - 1)
  }

  /// The register with the value of `id`, a node of the loop or something it loads.
  mutating func register(of id: Int) -> UInt8 {
    let source = Fusion.viewSource(id, ir)
    if case .op(.constant(let value)) = ir[source].op { return constantRegister(value) }
    if ir[source].shape.count == ir[id].shape.count, let register = registers[source] { return register }
    guard let load = Fusion.load(id, ir), let index = loop.loads.firstIndex(of: load) else {
      preconditionFailure("RegisterPlan: node \(id) is not in the loop")
    }
    return loadRegisters[index]
  }

  private mutating func constantRegister(_ value: Float) -> UInt8 {
    if let register = constants[value] { return register }
    let register = newRegister()
    constants[value] = register
    append(ELBO_CONSTANT, register, immediate: value)
    return register
  }

  private mutating func append(
    _ opcode: elbo_fused_opcode, _ dst: UInt8, _ a: UInt8 = 0, _ b: UInt8 = 0, _ c: UInt8 = 0, immediate: Float = 0,
    second: Float = 0
  ) {
    ops.append(
      elbo_fused_op(
        opcode: UInt8(opcode.rawValue), dst: dst, a: a, b: b, c: c, immediate: immediate, second: second))
  }

  private func constant(_ id: Int) -> Float? {
    if case .op(.constant(let value)) = ir[Fusion.viewSource(id, ir)].op { return value }
    return nil
  }

  /// Finds `σ(x) − t` beside `bce(x, t)`: one op computes both without a separate sigmoid. So nothing else may read the
  /// sigmoid: no node of this loop or of another kernel, no sum, no result.
  private mutating func findSlopes() {
    for bce in loop.nodes {
      guard case .op(.binary(.bceWithLogits)) = ir[bce].op else { continue }
      let (x, t) = (ir[bce].inputs[0], ir[bce].inputs[1])
      for slope in loop.nodes where slope > bce && !absorbed.contains(slope) {
        guard case .op(.binary(.subtract)) = ir[slope].op, ir[slope].inputs[1] == t else { continue }
        let sigmoid = ir[slope].inputs[0]
        guard case .op(.unary(.sigmoid)) = ir[sigmoid].op, ir[sigmoid].inputs[0] == x, loop.nodes.contains(sigmoid),
          uses[sigmoid] == 1
        else { continue }
        slopes[bce] = slope
        absorbed.formUnion([sigmoid, slope])
        break
      }
    }
  }

  private mutating func emit(_ id: Int) {
    let node = ir[id]
    switch node.op {
    case .combineParts(let range):
      let stride = max(ir[node.inputs[0]].shape.droppingFirst.count, 1)
      let parts = loop.loads.indices.filter {
        loop.loads[$0].source == node.inputs[0] && range.contains(loop.loads[$0].offset / stride)
      }
      var sum = loadRegisters[parts[0]]
      for part in parts.dropFirst() {
        let next = newRegister()
        append(ELBO_ADD, next, sum, loadRegisters[part])
        sum = next
      }
      if parts.count == 1 {
        let copy = newRegister()
        append(ELBO_COPY, copy, sum)
        sum = copy
      }
      registers[id] = sum
    case .op(.random(let distribution, let stream, let rows)):
      registers[id] = newRegister()
      append(distribution == .normal ? ELBO_NORMAL : ELBO_UNIFORM, registers[id] ?? 0, UInt8(streams.count))
      streams.append((stream, rows))
    case .op(.unary(let op)):
      let a = register(of: node.inputs[0])
      registers[id] = newRegister()
      append(op.definition.opcode, registers[id] ?? 0, a, immediate: op.first, second: op.second)
    case .op(.binary(let op)): emitBinary(id, op, node.inputs[0], node.inputs[1])
    case .op(.select):
      let operands = node.inputs.map { register(of: $0) }
      registers[id] = newRegister()
      append(ELBO_SELECT, registers[id] ?? 0, operands[0], operands[1], operands[2])
    default: preconditionFailure("RegisterPlan: \(node.op) is not elementwise")
    }
  }

  private mutating func emitBinary(_ id: Int, _ op: BinaryOp, _ a: Int, _ b: Int) {
    func immediate(_ opcode: elbo_fused_opcode, _ operand: Int, _ value: Float) {
      let register = register(of: operand)
      registers[id] = newRegister()
      append(opcode, registers[id] ?? 0, register, immediate: value)
    }
    switch (op, constant(a), constant(b)) {
    case (.add, let value?, nil): return immediate(ELBO_ADD_IMMEDIATE, b, value)
    case (.add, nil, let value?): return immediate(ELBO_ADD_IMMEDIATE, a, value)
    case (.subtract, nil, let value?): return immediate(ELBO_ADD_IMMEDIATE, a, -value)
    case (.subtract, let value?, nil): return immediate(ELBO_SUBTRACT_FROM, b, value)
    case (.multiply, let value?, nil): return immediate(ELBO_MULTIPLY_IMMEDIATE, b, value)
    case (.multiply, nil, let value?): return immediate(ELBO_MULTIPLY_IMMEDIATE, a, value)
    case (.divide, let value?, nil): return immediate(ELBO_DIVIDE_INTO, b, value)
    default: break
    }
    let (x, y) = (register(of: a), register(of: b))
    registers[id] = newRegister()
    let dst = registers[id] ?? 0
    if let slope = slopes[id] {
      registers[slope] = newRegister()
      append(ELBO_BCE_BOTH, dst, x, y, registers[slope] ?? 0)
    } else {
      append(op.definition.opcode, dst, x, y)
    }
  }
}
