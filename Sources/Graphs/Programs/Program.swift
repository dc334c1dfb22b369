import CHighway
import CTeam
import Tensors

/// A compiled graph: a flat list of bound instructions per thread over memory that is assigned once.
///
/// A run allocates nothing and takes no lock but the team's. Every run with the same inputs, parameters and
/// step is bit-identical. Not safe to run from two threads at once.
package final class Program {
  package let options: CompilerOptions
  /// Read at every run.
  package var hyperparameters = Hyperparameters()
  /// Bytes of intermediate arrays.
  package let arenaByteCount: Int
  /// Barriers in a run.
  package let barrierCount: Int

  private let instructions: [UnsafePointer<elbo_instruction>?]
  private let instructionCounts: [Int64]
  private let names: [String]
  private let inputs: [String: (storage: Storage, count: Int)]
  private let outputs: [String: (address: UnsafeMutablePointer<Float>, count: Int)]
  private let parameters: ParameterStore?
  /// Copies of parameters that are results.
  private let ownOutputs: [Storage]
  private let optimizer: OptimizerKind
  private let arguments: ArgumentArena
  private let arena: Storage
  private let randomState: UnsafeMutablePointer<elbo_random_state>
  /// Of all random nodes. Read at every run.
  package var seed: UInt64 {
    get { randomState.pointee.seed }
    set { randomState.pointee.seed = newValue }
  }
  private let updateState: UnsafeMutablePointer<elbo_hyperparameters>
  private let clipLimit: UnsafeMutablePointer<Float>

  /// - Parameters:
  ///   - outputs: Named values to read after a run.
  ///   - parameters: Holds every parameter that the graph names, with its shape.
  ///   - training: Adds the gradients of `loss` with respect to all trainable parameters, and one optimizer pass at the
  ///     end of every run.
  ///   - assignments: Values written to non-trainable parameters at the end of every run.
  ///   - seed: Of all random nodes; each draws from the stream named after it, at the run's step.
  package init(
    _ graph: Graph, outputs: [(String, Symbol)], parameters: ParameterStore? = nil,
    training: (loss: Symbol, optimizer: OptimizerKind)? = nil, assignments: [(String, Symbol)] = [], seed: UInt64 = 0,
    options: CompilerOptions = CompilerOptions()
  ) throws {
    self.options = options
    self.parameters = parameters
    self.optimizer = training?.optimizer ?? .adam
    for (name, symbol) in outputs + assignments where symbol.graph !== graph {
      throw ProgramError.otherGraph("output or assignment '\(name)'")
    }
    if let training, training.loss.graph !== graph { throw ProgramError.otherGraph("the loss") }
    let gradients = try Program.gradients(graph, parameters, training?.loss)
    let symbols = outputs.map(\.1) + gradients.map(\.symbol) + assignments.map(\.1)
    let lowered = Lowering(options: options).run(graph, symbols)
    let ir = lowered.ir

    // Leaves.
    var inputs: [String: (storage: Storage, count: Int)] = [:]
    var leaves: [Int: UnsafeMutablePointer<Float>] = [:]
    for (id, node) in ir.nodes.enumerated() {
      switch node.op {
      case .op(.input(let name)):
        let storage = try inputs[name]?.storage ?? Storage(byteCount: node.shape.count * 4)
        inputs[name] = (storage, node.shape.count)
        leaves[id] = storage.base.assumingMemoryBound(to: Float.self)
      case .op(.parameter(let name)):
        guard let parameters, let spec = parameters.spec(named: name), let offset = parameters.offset(of: name) else {
          throw ProgramError.unknownParameter(name)
        }
        guard spec.shape == node.shape else { throw ProgramError.parameterShape(name, spec.shape, node.shape) }
        leaves[id] = parameters.values.base.assumingMemoryBound(to: Float.self) + offset
      default: break
      }
    }
    // Inputs that nothing reads still have memory to be written to.
    for node in graph.nodes {
      if case .input(let name) = node.op, inputs[name] == nil {
        inputs[name] = (try Storage(byteCount: node.shape.count * 4), node.shape.count)
      }
    }
    self.inputs = inputs

    // Gradients are computed where the optimizer reads them, unless they are something else's memory too.
    var fixed: [Int: UnsafeMutablePointer<Float>] = [:]
    var copies: [(from: Int, to: UnsafeMutablePointer<Float>)] = []
    for (index, gradient) in gradients.enumerated() {
      guard let parameters else { break }
      let to = parameters.gradients.base.assumingMemoryBound(to: Float.self) + gradient.offset
      let array = Emitter.array(lowered.roots[outputs.count + index], ir)
      if leaves[array] == nil, fixed[array] == nil { fixed[array] = to } else { copies.append((array, to)) }
    }
    var assembly = try Assembly(lowered, options: options, leaves: leaves, fixed: fixed, seed: seed)
    let emitter = assembly.emitter
    arena = assembly.memory.arena
    arenaByteCount = arena.byteCount
    arguments = emitter.arguments
    randomState = UnsafeMutablePointer(mutating: emitter.randomState)
    updateState = UnsafeMutablePointer(mutating: arguments.store(elbo_hyperparameters()))
    clipLimit = UnsafeMutablePointer(mutating: arguments.store(Float.infinity))
    for copy in copies { assembly.lists.append(emitter.flatCopy("gradient copy", copy.from, to: copy.to)) }
    // A parameter that is a result is the one that the run computed with, not what the run makes of it at its end.
    var ownOutputs: [Int: Storage] = [:]
    if training != nil || !assignments.isEmpty {
      for (index, root) in lowered.roots.prefix(outputs.count).enumerated() {
        guard case .op(.parameter) = ir[Emitter.array(root, ir)].op else { continue }
        let own = try Storage(byteCount: ir[root].shape.count * 4)
        ownOutputs[index] = own
        let to = own.base.assumingMemoryBound(to: Float.self)
        assembly.lists.append(emitter.flatCopy("output copy", root, to: to))
      }
    }
    self.ownOutputs = Array(ownOutputs.values)
    for (index, assignment) in assignments.enumerated() {
      guard let parameters, let offset = parameters.offset(of: assignment.0) else {
        throw ProgramError.unknownParameter(assignment.0)
      }
      let to = parameters.values.base.assumingMemoryBound(to: Float.self) + offset
      let from = Emitter.array(lowered.roots[outputs.count + gradients.count + index], ir)
      assembly.lists.append(emitter.flatCopy("assign", from, to: to))
    }
    if let training, let parameters {
      for step in emitter.update(parameters, training.optimizer, updateState, clipLimit) { assembly.lists.append(step) }
    }

    var results: [String: (address: UnsafeMutablePointer<Float>, count: Int)] = [:]
    for (index, output) in outputs.enumerated() {
      let own = ownOutputs[index].map { $0.base.assumingMemoryBound(to: Float.self) }
      results[output.0] = (own ?? emitter.address(lowered.roots[index]), output.1.shape.count)
    }
    self.outputs = results
    names = assembly.lists.names
    barrierCount = assembly.lists.barrierCount
    instructionCounts = assembly.lists.lists.map { Int64($0.count) }
    instructions = assembly.lists.lists.map { [arguments] in arguments.store($0) }
  }

  /// The memory of an input, to be written before a run. Fixed for the program's life.
  ///
  /// - Precondition: the graph has an input of that name.
  package func input(_ name: String) -> UnsafeMutableBufferPointer<Float> {
    guard let input = inputs[name] else { preconditionFailure("Program: no input '\(name)'") }
    return UnsafeMutableBufferPointer(start: input.storage.base.assumingMemoryBound(to: Float.self), count: input.count)
  }

  package func hasInput(_ name: String) -> Bool { inputs[name] != nil }

  /// The values of an output, as the last run left them; valid until the next.
  ///
  /// - Precondition: the program was given an output of that name.
  package func output(_ name: String) -> UnsafeBufferPointer<Float> {
    guard let output = outputs[name] else { preconditionFailure("Program: no output '\(name)'") }
    return UnsafeBufferPointer(start: output.address, count: output.count)
  }

  /// Runs every instruction once; random nodes draw the numbers of `step`.
  ///
  /// A training program counts the update in `hyperparameters.updateCount`. Subnormal numbers, below 1.2e-38, count as
  /// zero while it runs.
  package func run(step: UInt64 = 0) {
    prepare(step)
    elbo_team_run(instructions, instructionCounts, Int32(options.threads))
  }

  /// As `run`, returning the nanoseconds that thread 0 spent in each instruction, waits included.
  package func profile(step: UInt64 = 0) -> [(name: String, nanoseconds: Int64)] {
    prepare(step)
    var nanoseconds = [Int64](repeating: 0, count: names.count)
    elbo_team_run_profiled(instructions, instructionCounts, Int32(options.threads), &nanoseconds)
    return zip(names, nanoseconds).map { ($0, $1) }
  }

  private func prepare(_ step: UInt64) {
    randomState.pointee.step = step
    guard parameters != nil else { return }
    hyperparameters.updateCount += 1
    updateState.pointee = hyperparameters.forKernel(optimizer)
    clipLimit.pointee = hyperparameters.clipNorm ?? .infinity
  }

  private static func gradients(
    _ graph: Graph, _ parameters: ParameterStore?, _ loss: Symbol?
  ) throws -> [(symbol: Symbol, offset: Int)] {
    guard let loss, let parameters else { return [] }
    var sources: [Symbol] = []
    var offsets: [Int] = []
    for (id, node) in graph.nodes.enumerated() {
      guard case .parameter(let name) = node.op else { continue }
      guard let spec = parameters.spec(named: name), let offset = parameters.offset(of: name) else {
        throw ProgramError.unknownParameter(name)
      }
      guard spec.trainable else { continue }
      sources.append(Symbol(graph: graph, id: id))
      offsets.append(offset)
    }
    return zip(try graph.gradients(of: loss, withRespectTo: sources), offsets).map { ($0, $1) }
  }
}

/// Parameters that do not fit a graph.
package enum ProgramError: Error, Equatable, Sendable, CustomStringConvertible {
  case unknownParameter(String)
  /// Name, shape in the store, shape in the graph.
  case parameterShape(String, Shape, Shape)
  /// A value that is not part of the graph.
  case otherGraph(String)
  /// A primitive that the kernel library cannot create.
  case unsupported(String)

  package var description: String {
    switch self {
    case .unknownParameter(let name): "no parameter '\(name)' in the store"
    case .parameterShape(let name, let stored, let wanted):
      "parameter '\(name)' is \(stored), the graph wants \(wanted)"
    case .otherGraph(let what): "\(what) is of another graph than the program's"
    case .unsupported(let what): what
    }
  }
}
