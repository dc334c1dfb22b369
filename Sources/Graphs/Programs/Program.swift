import CHighway
import CTeam
import Tensors

/// A compiled graph: a flat list of bound instructions per thread over memory that is assigned once.
///
/// A run allocates nothing and takes no lock but the team's. Every run with the same inputs, parameters and
/// step is bit-identical. Not safe to run from two threads at once.
package final class Program {
  package let options: CompilerOptions
  /// What is trained; hyperparameters are read at every run.
  package private(set) var phases: [Phase]
  /// Which rows of a global batch the program's are; nil for all. Read at every run: what a row draws depends on its place
  /// there, not on who computes it.
  package var globalRows: GlobalRows?
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
  private let arguments: ArgumentArena
  private let arena: Storage
  private let randomState: UnsafeMutablePointer<elbo_program_random>
  /// Of all random nodes. Read at every run.
  package var seed: UInt64 {
    get { randomState.pointee.stream.seed }
    set { randomState.pointee.stream.seed = newValue }
  }
  private let arrays: [Storage]
  private let faults: IndexFaults
  /// The scalar outputs, in the order they were asked for.
  private let terms: [(name: String, value: UnsafePointer<Float>)]
  /// Arrays that the processes of a group average in the middle of a run, with where that is.
  private let exchanges: [Assembly.Exchange]
  /// By thread, the first instruction of the updates.
  private let updateStarts: [Int]

  /// A phase of the training, with what its updates read.
  package struct Phase {
    package let group: String
    fileprivate let optimizer: OptimizerKind
    package var hyperparameters = Hyperparameters()
    fileprivate let state: UnsafeMutablePointer<elbo_hyperparameters>
    fileprivate let clipLimit: UnsafeMutablePointer<Float>
    /// Above 0 where the group was updated; nil when it always is.
    fileprivate let gate: UnsafePointer<Float>?
  }

  /// - Parameters:
  ///   - outputs: Named values to read after a run.
  ///   - parameters: Holds every parameter that the graph names, with its shape.
  ///   - training: Adds the gradients of each phase's loss with respect to the parameters of its group, and one pass of
  ///     its optimizer at the end of every run.
  ///   - assignments: Values written to non-trainable parameters at the end of every run.
  ///   - seed: Of all random nodes; each draws from the stream named after it, at the run's step.
  package init(
    _ graph: Graph, outputs: [(String, Symbol)], parameters: ParameterStore? = nil,
    training: [TrainingPhase] = [], assignments: [(String, Symbol)] = [], seed: UInt64 = 0,
    options: CompilerOptions = CompilerOptions()
  ) throws {
    self.options = options
    self.parameters = parameters
    for (name, symbol) in outputs + assignments where symbol.graph !== graph {
      throw ProgramError.otherGraph("output or assignment '\(name)'")
    }
    let gradients = try TrainingPhase.gradients(training, graph, parameters)
    let gates = training.compactMap(\.gate)
    let symbols = outputs.map(\.1) + gradients.map(\.symbol) + assignments.map(\.1) + gates
    let lowered = Lowering(options: options).run(graph, symbols)
    let ir = lowered.ir

    // Leaves.
    var inputs: [String: (storage: Storage, count: Int)] = [:]
    var leaves: [Int: UnsafeMutablePointer<Float>] = [:]
    var arrays: [Storage] = []
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
      case .op(.array(let array)):
        let storage = try Storage(byteCount: array.values.count * 4 + 64)
        array.values.withUnsafeBytes { bytes in
          if let from = bytes.baseAddress { storage.base.copyMemory(from: from, byteCount: bytes.count) }
        }
        arrays.append(storage)
        leaves[id] = storage.base.assumingMemoryBound(to: Float.self)
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
    self.arrays = arrays

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
    exchanges = assembly.exchanges
    randomState = UnsafeMutablePointer(mutating: emitter.randomState)
    for copy in copies { assembly.lists.append(emitter.flatCopy("gradient copy", copy.from, to: copy.to)) }
    // A parameter that is a result is the one that the run computed with, not what the run makes of it at its end.
    var ownOutputs: [Int: Storage] = [:]
    if !training.isEmpty || !assignments.isEmpty {
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
    updateStarts = assembly.lists.lists.map(\.count)
    var gateRoots = lowered.roots.suffix(gates.count)
    var phases: [Phase] = []
    for phase in training {
      guard let parameters, let group = parameters.groups[phase.group] else { break }
      let gate = phase.gate == nil ? nil : gateRoots.popFirst()
      let bound = Phase(
        group: phase.group, optimizer: phase.optimizer,
        state: UnsafeMutablePointer(mutating: arguments.store(elbo_hyperparameters())),
        clipLimit: UnsafeMutablePointer(mutating: arguments.store(Float.infinity)),
        gate: gate.map { UnsafePointer(emitter.address($0)) })
      for step in emitter.update(parameters, group, phase.optimizer, bound.state, bound.clipLimit, gate: gate) {
        assembly.lists.append(step)
      }
      phases.append(bound)
    }
    self.phases = phases

    var results: [String: (address: UnsafeMutablePointer<Float>, count: Int)] = [:]
    for (index, output) in outputs.enumerated() {
      let own = ownOutputs[index].map { $0.base.assumingMemoryBound(to: Float.self) }
      results[output.0] = (own ?? emitter.address(lowered.roots[index]), output.1.shape.count)
    }
    self.outputs = results
    faults = emitter.faults
    terms = outputs.compactMap { name, symbol in
      symbol.shape.count == 1 ? results[name].map { (name, UnsafePointer($0.address)) } : nil
    }
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

  /// The hyperparameters of the first phase: of a program that trains one group, the only ones.
  package var mainHyperparameters: Hyperparameters {
    get { phases.first?.hyperparameters ?? Hyperparameters() }
    set { if !phases.isEmpty { phases[0].hyperparameters = newValue } }
  }

  /// - Precondition: the program trains the group.
  package subscript(hyperparametersOf group: String) -> Hyperparameters {
    get { phases[index(of: group)].hyperparameters }
    set { phases[index(of: group)].hyperparameters = newValue }
  }

  private func index(of group: String) -> Int {
    guard let index = phases.firstIndex(where: { $0.group == group }) else {
      preconditionFailure("Program: the group '\(group)' is not trained")
    }
    return index
  }

  /// Runs every instruction once; random nodes draw the numbers of `step`.
  ///
  /// A training program counts each group's update in its `hyperparameters.updateCount`. Subnormal numbers, below
  /// 1.2e-38, count as zero while it runs.
  package func run(step: UInt64 = 0) {
    prepare(step)
    elbo_team_run(instructions, instructionCounts, Int32(options.threads))
    finish()
  }

  /// As `run`, with `reduce` called between the last gradient and the first update.
  package func run(step: UInt64 = 0, reduce: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
    try run(step: step, average: { _ in }, reduce: reduce)
  }

  /// As `run`, for a process that has a part of the batch.
  ///
  /// - Parameters:
  ///   - average: Called for every all-reduce of the graph, in the same order on all processes; replaces the numbers by their
  ///     mean over the processes, weighted by rows.
  ///   - reduce: Called between the last gradient and the first update, with all gradients, the groups one after another as in
  ///     `ParameterStore.groups`: where those of all processes are added up.
  ///
  /// What either throws ends the run, and nothing is updated.
  package func run(
    step: UInt64 = 0, average: (UnsafeMutableBufferPointer<Float>) throws -> Void,
    reduce: (UnsafeMutableBufferPointer<Float>) throws -> Void
  ) rethrows {
    prepare(step)
    do {
      var starts = [Int](repeating: 0, count: instructions.count)
      for exchange in exchanges {
        run(from: starts, to: exchange.ends)
        try average(exchange.values)
        starts = exchange.ends
      }
      run(from: starts, to: updateStarts)
      if let parameters {
        let gradients = parameters.gradients.base.assumingMemoryBound(to: Float.self)
        try reduce(UnsafeMutableBufferPointer(start: gradients, count: parameters.trainableCount))
      }
    } catch {
      for index in phases.indices { phases[index].hyperparameters.updateCount -= 1 }
      throw error
    }
    run(from: updateStarts, to: instructionCounts.map(Int.init))
    finish()
  }

  /// How many arrays the processes of a group average in a run, beside the gradients.
  package var allReduceCount: Int { exchanges.count }

  private func run(from starts: [Int], to ends: [Int]) {
    let lists = zip(instructions, starts).map { list, start in list.map { $0 + start } }
    elbo_team_run(lists, zip(starts, ends).map { Int64($1 - $0) }, Int32(options.threads))
  }

  /// As `run`, returning the nanoseconds that thread 0 spent in each instruction, waits included.
  package func profile(step: UInt64 = 0) -> [(name: String, nanoseconds: Int64)] {
    prepare(step)
    var nanoseconds = [Int64](repeating: 0, count: names.count)
    elbo_team_run_profiled(instructions, instructionCounts, Int32(options.threads), &nanoseconds)
    finish()
    return zip(names, nanoseconds).map { ($0, $1) }
  }

  private func prepare(_ step: UInt64) {
    faults.reset()
    randomState.pointee.stream.step = step
    randomState.pointee.firstRow = Int64(globalRows?.first ?? 0)
    randomState.pointee.globalRows = Int64(globalRows?.count ?? 0)
    for index in phases.indices {
      phases[index].hyperparameters.updateCount += 1
      let hyperparameters = phases[index].hyperparameters
      phases[index].state.pointee = hyperparameters.forKernel(phases[index].optimizer)
      phases[index].clipLimit.pointee = hyperparameters.clipNorm ?? .infinity
    }
  }

  /// The first index beyond its table that the last run met, and read as the nearest row.
  package var indexFault: ProgramError? { faults.first }

  /// Looks at what the last run read and computed.
  ///
  /// - Throws: The first index beyond its table (which was read as the nearest row), else the first output of one number
  ///   that is NaN or infinite.
  package func check() throws(ProgramError) {
    if let fault = indexFault { throw fault }
    for term in terms where !term.value.pointee.isFinite { throw .nonFinite(term.name, term.value.pointee) }
  }

  /// Takes back the count of groups whose gate was closed.
  private func finish() {
    for index in phases.indices {
      if let gate = phases[index].gate, !(gate.pointee > 0) { phases[index].hyperparameters.updateCount -= 1 }
    }
  }
}
