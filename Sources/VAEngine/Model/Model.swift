import Glibc
import Graphs
import Networks
import ProcessGroups
import Tensors

/// A model: its definition, its parameters, and the state of its training.
///
/// Used from one thread at a time. `copy()` returns an independent model.
package final class Model {
  package var configuration: ModelConfiguration { didSet { current = nil } }
  package let parameters: ParameterStore
  /// How codes are arranged.
  package let codeLayout: CodeLayout
  package var training: TrainingState
  package var options: CompilerOptions { didSet { current = nil } }
  /// A description of the transforms of the training data; saved with the model.
  package var dataDescription: String = ""
  /// The flat parameters of the epoch with the best watched loss, while early stopping is in use.
  package var bestValues: Tensor?
  /// The processes that share the batches of a measure, while they do: all of them call the same one.
  package var measuringGroup: (any ProcessGroup)?
  var programs: [ProgramKey: Program] = [:]
  /// The training program of the last step: found without hashing a whole configuration at every step.
  var current: (rows: Int, globalRows: GlobalRows?, optimizer: OptimizerKind, program: Program)?

  enum ProgramKey: Hashable {
    case training(rows: Int, GlobalRows?, ModelConfiguration, OptimizerKind)
    case encode(rows: Int)
    case decode(rows: Int)
    case outputs(rows: Int)
    case terms(rows: Int)
    case importance(rows: Int, samples: Int)
    case columns(rows: Int)
    case prior
  }

  /// An untrained model.
  ///
  /// - Throws: `ShapeError` or `ModelError` when layers or data do not fit together.
  package init(_ configuration: ModelConfiguration, options: CompilerOptions = CompilerOptions()) throws {
    self.configuration = configuration
    self.options = options
    let sketch = ObjectiveGraph(configuration, rows: 2, training: true)
    codeLayout = try sketch.codeLayout()
    _ = try sketch.terms()
    try Self.checkMemory(sketch.builder.specs)
    parameters = try ParameterStore(sketch.builder.specs)
    for spec in sketch.builder.specs {
      let role = sketch.builder.roles[spec.name] ?? .constant(0)
      let values = configuration.initializer.values((spec.name, spec.shape), role, seed: configuration.seed)
      parameters.set(spec.name, to: try Tensor(values, shape: spec.shape))
    }
    training = TrainingState()
  }

  /// Parameters, gradients and two moments must fit into the machine's memory: allocating more would make the system
  /// swap long before the allocation fails.
  private static func checkMemory(_ specs: [ParameterSpec]) throws(AllocationError) {
    let bytes = specs.reduce(0.0) { $0 + 16 * Double($1.shape.count) }
    let memory = Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))
    guard bytes < memory else { throw AllocationError(bytes: Int(min(bytes, 0x1p62))) }
  }

  private init(_ other: Model) throws {
    configuration = other.configuration
    parameters = try other.parameters.copy()
    codeLayout = other.codeLayout
    training = other.training
    options = other.options
    dataDescription = other.dataDescription
    bestValues = other.bestValues
  }

  package func copy() throws -> Model { try Model(self) }

  /// The first batch normalization that takes its statistics over the rows of a batch alone, `encoder.2`; nil when there
  /// is none. Over images it has an image's pixels, too.
  package func batchNormOfOneValue() throws -> String? {
    guard (configuration.architecture.encoder + configuration.architecture.decoder).contains(.batchNorm) else {
      return nil
    }
    let sketch = ObjectiveGraph(configuration, rows: 2, training: true)
    _ = try sketch.terms()
    return sketch.builder.batchNormOfOneValue
  }

  /// Numbers that training changes.
  package var parameterCount: Int {
    parameters.specs.filter(\.trainable).reduce(0) { $0 + $1.shape.count }
  }

  /// Numbers of a code.
  package var latentDimensions: Int { codeLayout.count }

  /// Throws when the source is empty, of another shape, or lacks the labels that a conditional model needs.
  package func check(_ source: any BatchSource) throws(ModelError) {
    guard source.count > 0 else { throw .noExamples }
    try check(exampleShape: source.exampleShape)
    guard configuration.family.isConditional else { return }
    guard let classes = source.classCount else {
      if configuration.family.requires.labels == .optional { return }
      throw .labelsNeeded
    }
    let known = configuration.classCount ?? 0
    guard classes <= known else { throw .tooManyClasses(classes, known: known) }
    guard configuration.family.requires.labels == .required else { return }
    let absent = source.labels.count { $0 < 0 }
    guard absent == 0 else { throw .labelsAbsent(absent, of: source.count) }
  }

  /// Writes the labels of these examples, one-hot, where the program reads any: zeros for an example without one.
  func fillLabels(of program: Program, from source: any BatchSource, _ indices: ArraySlice<Int32>) {
    guard program.hasInput("labels") else { return }
    guard source.classCount != nil else { return program.input("labels").update(repeating: 0) }
    source.fillOneHot(program.input("labels"), indices, classes: configuration.classCount ?? 0)
  }

  func fillLabels(of program: Program, from source: any BatchSource, _ indices: [Int32]) {
    fillLabels(of: program, from: source, indices[...])
  }

  /// Throws when the shape of the examples differs from the model's.
  package func check(exampleShape: Shape) throws(ModelError) {
    guard exampleShape.count == configuration.pixels,
      exampleShape == configuration.exampleShape || exampleShape.rank == 1 || configuration.exampleShape.rank == 1
    else { throw .dataShape(exampleShape, wanted: configuration.exampleShape) }
  }
}
