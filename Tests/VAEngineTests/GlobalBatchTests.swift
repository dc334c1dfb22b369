import Datasets
import Graphs
import Networks
import Tensors
import Testing
import VAEngine

/// A batch divided among processes: each is told which rows are its own, and together they have the gradient of the whole.
@Suite struct GlobalBatchTests {
  private static let count = 128

  /// Gray pixels, binarized anew for every batch.
  private static func data() throws -> Dataset {
    let pixels = RandomStream(seed: 4, purpose: "pixels")
    let bytes = (0..<count * 144).map { UInt8(pixels.uniform($0) * 255) }
    return try Dataset(name: "x", source: "", storage: Tensor(bytes, shape: [count, 1, 12, 12]), labels: nil)
      .adding([.binarizeDynamic, .maskNoise(0.1)])
  }

  /// The gradients of the mean loss of rows `part` of a batch, in one flat array, and that loss.
  private static func gradients(
    _ model: Model, of part: Range<Int>, told globalRows: GlobalRows?
  ) throws -> (gradients: [Double], loss: Double) {
    let objective = ObjectiveGraph(model.configuration, rows: part.count, training: true)
    let loss = try objective.terms().loss
    let program = try Program(
      objective.graph, outputs: [("loss", loss)], parameters: model.parameters,
      training: [TrainingPhase(loss, .sgd)], seed: 8, options: CompilerOptions(threads: 2))
    program.globalRows = globalRows
    program.mainHyperparameters.learningRate = 0
    if program.hasInput("beta") { program.input("beta")[0] = 1 }
    let indices = part.map { Int32($0 * 37 % count) }
    let stream = RandomStream(seed: 6, purpose: StreamPurpose.trainingData, step: 3)
    try data().fill(program.input("x"), indices, stream: stream, globalRows: globalRows, threads: 2)
    var gradients: [Double] = []
    program.run(step: 3) { gradients = $0.map(Double.init) }
    return (gradients, Double(program.output("loss")[0]))
  }

  @Test(arguments: [Family.vae, .denoising, .importanceWeighted], [[64, 64], [100, 1, 27]])
  func partsHaveTheGradientOfTheWhole(_ family: Family, parts: [Int]) throws {
    let model = try TrainingTests.model(family, preset: .mlp)
    let whole = try Self.gradients(model, of: 0..<Self.count, told: nil)
    let largest = whole.gradients.map(abs).max() ?? 0

    /// How far the mean of the parts is from the whole, relative to its largest gradient.
    func distance(isTold: Bool) throws -> (gradients: Double, loss: Double) {
      var (sum, loss) = ([Double](repeating: 0, count: whole.gradients.count), 0.0)
      var first = 0
      for size in parts {
        let globalRows = isTold ? GlobalRows(first: first, of: Self.count) : nil
        let part = try Self.gradients(model, of: first..<first + size, told: globalRows)
        let share = Double(size) / Double(Self.count)
        for index in sum.indices { sum[index] += share * part.gradients[index] }
        loss += share * part.loss
        first += size
      }
      let error = zip(sum, whole.gradients).map { abs($0 - $1) }.max() ?? .infinity
      return (error / largest, abs(loss - whole.loss) / whole.loss)
    }

    // Sums of floats in another order.
    let told = try distance(isTold: true)
    #expect(told.gradients < 1e-5 && told.loss < 1e-6, "\(told)")
    // Other numbers than the whole batch's.
    let untold = try distance(isTold: false)
    #expect(untold.gradients > 1e-3 && untold.loss > 1e-5, "\(untold)")
  }
}
