import CHighway
import Graphs
import Testing

/// The table of ops and the table of kernels are one.
@Suite struct OpTableTests {
  /// A kernel is a line of elementwise-ops.h; a row without one does not compile, as there is no opcode.
  @Test func everyKernelHasItsRow() {
    let unary = UnaryOp.definitions.map(\.kernel)
    #expect(unary.sorted() == Array(0..<Int(ELBO_UNARY_OP_COUNT)))
    let binary = BinaryOp.all.map(\.definition.kernel).filter { $0 != Int(ELBO_BCE.rawValue) }
    #expect(binary.sorted() == Array(Int(ELBO_UNARY_OP_COUNT)..<Int(ELBO_UNARY_OP_COUNT) + Int(ELBO_BINARY_OP_COUNT)))
    #expect(BinaryOp.all.count == Int(ELBO_BINARY_OP_COUNT) + 1)
  }

  @Test func everyRowHasANameAndIsTested() {
    let names = UnaryOp.definitions.map(\.name) + BinaryOp.all.map(\.name)
    #expect(Set(names).count == names.count && !names.contains(""))
    for definition in UnaryOp.definitions {
      #expect(!definition.sweep.isEmpty && !definition.smooth.isEmpty && !definition.examples.isEmpty)
      let cases = OpCase.all.filter { $0.name.hasPrefix(definition.name) }
      #expect(cases.contains { $0.inputs == [[17]] }, "\(definition.name)")
    }
    for op in BinaryOp.all { #expect(OpCase.all.contains { $0.name == op.name }, "\(op)") }
  }

  /// Every other op is compared with its reference and its slopes too, forward or as the gradient of another.
  @Test func everyOpIsTested() throws {
    var met: Set<String> = []
    for opCase in OpCase.all {
      let graph = Graph()
      _ = opCase.differentiable ? try opCase.gradients(graph).1 : try opCase.build(graph)
      met.formUnion(graph.nodes.map(\.op.name))
    }
    let wanted = [
      "constant", "array", "random", "select", "broadcast", "reshape", "transpose", "slice", "pad", "concat",
      "embedding", "all-reduce",
      "scatterRows", "stopGradient", "sum", "max", "argMax", "matmul", "conv", "transposed conv", "conv weight", "pool",
      "pool gradient",
    ]
    #expect(wanted.filter { !met.contains($0) } == [])
  }

  /// Ops are their kernel and their parameters, as common subexpressions and fused activations need it.
  @Test func opsAreEqualByTheirParameters() throws {
    let x = try Graph().input("x", [3])
    #expect(leakyRelu(x).op == leakyRelu(x, slope: 0.01).op && leakyRelu(x).op != leakyRelu(x, slope: 0.3).op)
    #expect(elu(x).op != leakyRelu(x, slope: 1).op && clip(x, 0, 1).op != clip(x, 0, 2).op)
    #expect(Set([tanh(x).op, tanh(x).op, sigmoid(x).op]).count == 2)
  }
}
