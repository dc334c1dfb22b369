import Tensors

/// What an op is, declared once beside the function that writes it with its shape rule: a name, how gradients pass through
/// it, what it computes, in Double, and how far Float arithmetic may be from that.
///
/// Kernels are chosen in `Emission`, whose switches know every op or do not compile. Of elementwise ops a row has the
/// kernel too (`UnaryOp`, `BinaryOp`).
struct OpDefinition: Sendable {
  /// As layers, errors and profiles call it.
  let name: String
  /// The gradient of each input; nil where none flows.
  let gradient: @Sendable (Differentiation) throws(ShapeError) -> [Symbol?]
  let reference: @Sendable (Calculation) -> Reference.Values
  /// By element, how far a Float may be from the reference: not a number or infinite where nothing can be said.
  let error: @Sendable (Rounding) -> Reference.Values
}

/// A node on the way back from the loss.
struct Differentiation {
  let inputs: [Symbol]
  let value: Symbol
  /// Of the node's value.
  let gradient: Symbol
  /// Whether the gradient of an input is asked for.
  let wanted: [Bool]

  var graph: Graph { value.graph }

  /// An op of these operands, whose shape is that of another value.
  func node(_ op: Op, _ operands: [Symbol], like other: Symbol) -> Symbol {
    graph.append(op, operands, other.shape)
  }
}

/// A node that is computed in Double.
struct Calculation {
  let inputs: [Reference.Operand]
  /// Of the result.
  let shape: Shape
  let reference: Reference
}

extension Op {
  package var name: String { definition.name }

  /// The table of ops.
  var definition: OpDefinition {
    switch self {
    case .input(let name), .parameter(let name): .leaf(name)
    case .constant(let value): .constant(value)
    case .array(let array): .array(array)
    case .random(let distribution, let stream, let rows): .random(distribution, stream, rows)
    case .unary(let op): .unary(op)
    case .binary(let op): .binary(op)
    case .select: .select
    case .broadcast: .broadcast
    case .reshape: .reshape
    case .transpose(let permutation): .transpose(permutation)
    case .slice(let starts): .slice(starts)
    case .pad(let before, let value): .pad(before, value)
    case .concat(let axis): .concat(axis)
    case .gatherRows: .gatherRows
    case .scatterRows: .scatterRows
    case .stopGradient: .stopGradient
    case .allReduce: .allReduce
    case .reduce(.sum, let axes): .sum(axes)
    case .reduce(.max, let axes): .max(axes)
    case .argMax: .argMax
    case .matmul(let transposeA, let transposeB): .matmul(transposeA, transposeB)
    case .batchedMatmul(let transposeA, let transposeB): .batchedMatmul(transposeA, transposeB)
    case .conv(let geometry): .conv(geometry)
    case .convInput(let geometry): .convInput(geometry)
    case .convWeight(let geometry): .convWeight(geometry)
    case .pool(let pooling, let geometry): .pool(pooling, geometry)
    case .poolGradient(let pooling, let geometry): .poolGradient(pooling, geometry)
    }
  }
}
