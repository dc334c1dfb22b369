/// A loss, the parameters it trains, and the rule that updates them.
///
/// A program may have several, each of a group of its own: an encoder and decoder against their bound, a critic against
/// its cross-entropy. All losses are differentiated at the same parameters, each with respect to its group and nothing
/// else, and all groups are updated together behind the last gradient.
package struct TrainingPhase {
  /// A scalar.
  package var loss: Symbol
  /// The `ParameterSpec.group` that is trained.
  package var group: String
  package var optimizer: OptimizerKind
  /// A scalar of the graph: at steps where it is not above 0 the group's parameters, moments and count of updates stay as
  /// they are. Nil for none.
  package var gate: Symbol?

  package init(
    _ loss: Symbol, _ optimizer: OptimizerKind, group: String = ParameterSpec.mainGroup, gate: Symbol? = nil
  ) {
    (self.loss, self.optimizer, self.group, self.gate) = (loss, optimizer, group, gate)
  }
}

extension TrainingPhase {
  /// The gradients that `phases` need, and where each belongs among those of all parameters.
  ///
  /// - Throws: `ProgramError` when a group has no parameters or two losses, or a gate is no scalar; `ShapeError` when a loss
  ///   is no scalar.
  static func gradients(
    _ phases: [TrainingPhase], _ graph: Graph, _ parameters: ParameterStore?
  ) throws -> [(symbol: Symbol, offset: Int)] {
    guard let parameters else { return [] }
    var trained: Set<String> = []
    var gradients: [(symbol: Symbol, offset: Int)] = []
    for phase in phases {
      guard phase.loss.graph === graph, phase.gate.map({ $0.graph === graph }) ?? true else {
        throw ProgramError.otherGraph("the loss or gate of parameter group '\(phase.group)'")
      }
      guard parameters.groups[phase.group] != nil else { throw ProgramError.emptyGroup(phase.group) }
      guard trained.insert(phase.group).inserted else { throw ProgramError.twoLosses(phase.group) }
      if let gate = phase.gate, gate.shape.count != 1 { throw ProgramError.gateShape(phase.group, gate.shape) }
      gradients += try phase.gradients(graph, parameters)
    }
    return gradients
  }

  private func gradients(
    _ graph: Graph, _ parameters: ParameterStore
  ) throws -> [(symbol: Symbol, offset: Int)] {
    var sources: [Symbol] = []
    var offsets: [Int] = []
    for (id, node) in graph.nodes.enumerated() {
      guard case .parameter(let name) = node.op else { continue }
      guard let spec = parameters.spec(named: name), let offset = parameters.offset(of: name) else {
        throw ProgramError.unknownParameter(name)
      }
      guard spec.trainable, spec.group == group else { continue }
      sources.append(Symbol(graph: graph, id: id))
      offsets.append(offset)
    }
    return zip(try graph.gradients(of: loss, withRespectTo: sources), offsets).map { ($0, $1) }
  }
}
