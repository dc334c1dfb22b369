import Tensors

/// A graph after all passes: kernels in execution order over nodes.
struct LoweredGraph {
  let ir: IR
  let kernels: [Kernel]
  /// Every kernel in one of them, in order.
  let groups: [KernelGroup]
  /// The node of each requested symbol.
  let roots: [Int]
}

/// The passes, in order. Each is optional except those that are needed to bring nodes into a form that kernels support.
struct Lowering {
  let options: CompilerOptions

  func run(_ graph: Graph, _ symbols: [Symbol]) -> LoweredGraph {
    var ir = IR(sharesEqualNodes: options.passes.contains(.commonSubexpressions))
    var kept = [Bool](repeating: !options.passes.contains(.deadCode), count: graph.nodes.count)
    for symbol in symbols { kept[symbol.id] = true }
    for id in stride(from: graph.nodes.count - 1, through: 0, by: -1) where kept[id] {
      for input in graph.nodes[id].inputs { kept[input] = true }
    }
    var map = [Int](repeating: -1, count: graph.nodes.count)
    for (id, node) in graph.nodes.enumerated() where kept[id] {
      // A gradient stops where it is taken, not where it runs.
      map[id] =
        node.op == .stopGradient
        ? map[node.inputs[0]] : ir.append(node.op, node.inputs.map { map[$0] }, node.shape)
    }
    ir.roots = symbols.map { map[$0.id] }

    if options.passes.contains(.simplification) { ir = Simplification().run(ir) }
    ir = ChannelsLast(isKept: options.passes.contains(.layout)).run(ir)
    ir = ReductionLowering(parts: options.threads).run(ir)
    ir = Epilogues(folding: options.passes.contains(.epilogues)).run(ir)
    ir = Materialization().run(ir)
    var fusion = Fusion(ir, fuses: options.passes.contains(.fusion))
    let kernels = fusion.run()
    guard options.passes.contains(.blocking), options.backend == .own else {
      return LoweredGraph(ir: ir, kernels: kernels, groups: Blocking.none(kernels), roots: ir.roots)
    }
    let blocked = Blocking(ir, kernels, threads: options.threads).run()
    return LoweredGraph(ir: ir, kernels: blocked.kernels, groups: blocked.groups, roots: ir.roots)
  }
}
