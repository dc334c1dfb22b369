import Graphs
import Tensors

/// A graph with the parameters it names, compiled for training: what tests of whole steps run.
struct TrainedNetwork {
  /// Parameters as a graph asks for them.
  final class Parameters {
    let graph: Graph
    private(set) var specs: [ParameterSpec] = []

    init(_ graph: Graph) { self.graph = graph }

    func callAsFunction(_ name: String, _ shape: Shape, trainable: Bool = true) throws -> Symbol {
      specs.append(ParameterSpec(name: name, shape: shape, trainable: trainable))
      return try graph.parameter(name, shape)
    }
  }

  struct Objective {
    var loss: Symbol
    var outputs: [(String, Symbol)] = []
    var assignments: [(String, Symbol)] = []
  }

  let program: Program
  let store: ParameterStore

  /// Trainable parameters are drawn from a normal distribution of standard deviation `scale`, the pixels of input `x`
  /// from a uniform one.
  ///
  /// - Parameter build: Makes the objective of the images, with parameters of its own.
  init(
    images: Shape, scale: Float, optimizer: OptimizerKind, options: CompilerOptions,
    build: (Symbol, Parameters) throws -> Objective
  ) throws {
    let graph = Graph()
    let parameters = Parameters(graph)
    let objective = try build(graph.input("x", images), parameters)
    store = try ParameterStore(parameters.specs)
    for spec in parameters.specs where spec.trainable {
      let stream = RandomStream(seed: 1, purpose: spec.name)
      store.set(spec.name, to: try Tensor((0..<spec.shape.count).map { stream.normal($0) * scale }, shape: spec.shape))
    }
    program = try Program(
      graph, outputs: [("loss", objective.loss)] + objective.outputs, parameters: store,
      training: [TrainingPhase(objective.loss, optimizer)], assignments: objective.assignments, seed: 5,
      options: options)
    let pixels = RandomStream(seed: 2, purpose: "pixels")
    let input = program.input("x")
    for index in input.indices { input[index] = pixels.uniform(index) }
  }

  /// Losses and what training made of the parameters.
  func train(_ steps: Int) throws -> [Float] {
    var result: [Float] = []
    for step in 0..<steps {
      program.run(step: UInt64(step))
      result.append(program.output("loss")[0])
    }
    for spec in store.specs { result += try store.value(spec.name).elements(as: Float.self) }
    return result
  }
}
