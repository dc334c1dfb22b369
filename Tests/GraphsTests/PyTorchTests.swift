import Foundation
import Graphs
import Tensors
import Testing

/// Our conventions are PyTorch's: results and gradients of layers, and every step of the optimizers, against values
/// that `Fixtures/make-fixtures.py` had it compute.
@Suite struct PyTorchTests {
  static let file: SafeTensors? = try? SafeTensors(
    contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/pytorch.safetensors")
      .path)

  static let cases = (file?.metadata.keys.filter { $0 != "torch" && !$0.hasPrefix("optimizer.") } ?? []).sorted()
  static let optimizers = (file?.metadata.keys.filter { $0.hasPrefix("optimizer.") } ?? []).sorted()

  private let file: SafeTensors

  init() throws { file = try #require(Self.file) }

  @Test func theFixturesAreThere() {
    #expect(Self.cases.count > 25)
    #expect(Self.optimizers.count == 8)
  }

  @Test(arguments: cases) func layersAndTheirGradientsAgree(_ name: String) throws {
    let graph = Graph()
    let operands = ["x", "weight", "bias", "scale", "shift", "t"].filter { tensor("\(name).\($0)") != nil }
    let leaves = try operands.map { try graph.input($0, #require(tensor("\(name).\($0)")).shape) }
    let named = Dictionary(uniqueKeysWithValues: zip(operands, leaves))
    let result = try build(name, graph, named)
    let wanted = try #require(tensor("\(name).y"))
    #expect(result.shape == wanted.shape)
    let loss = try (result * graph.input("g", wanted.shape)).sum()
    let gradients = try graph.gradients(of: loss, withRespectTo: leaves)
    for passes in [Set(CompilerOptions.Pass.allCases), []] {
      let program = try Program(
        graph, outputs: [("y", result)] + zip(operands, gradients).map { ("d" + $0, $1) },
        options: CompilerOptions(threads: 2, passes: passes))
      for operand in operands + ["g"] { fill(program.input(operand), try #require(tensor("\(name).\(operand)"))) }
      if case .array(let index)? = settings(name)["index"] {
        for (place, value) in index.enumerated() { program.input("index")[place] = value }
      }
      program.run()
      expectClose(Array(program.output("y")), wanted, "y")
      for operand in operands {
        expectClose(Array(program.output("d" + operand)), try #require(tensor("\(name).d\(operand)")), "d" + operand)
      }
    }
  }

  @Test(arguments: optimizers) func optimizersAgreeStepByStep(_ name: String) throws {
    let kind = try #require(OptimizerKind(rawValue: String(name.split(separator: ".")[1])))
    let start = try #require(tensor(name + ".start"))
    let gradients = try #require(tensor(name + ".gradients"))
    let values = try #require(tensor(name + ".values"))
    let store = try ParameterStore([ParameterSpec(name: "p", shape: start.shape)])
    store.set("p", to: start)
    let graph = Graph()
    let loss = try (graph.parameter("p", start.shape) * graph.input("g", start.shape)).sum()
    let program = try Program(
      graph, outputs: [], parameters: store, training: [TrainingPhase(loss, kind)], options: CompilerOptions(threads: 2)
    )
    let settings = settings(name)
    func number(_ key: String) -> Float? { if case .number(let value)? = settings[key] { value } else { nil } }
    program.mainHyperparameters.learningRate = number("learningRate") ?? 0
    program.mainHyperparameters.beta1 = number("beta1") ?? 0.9
    program.mainHyperparameters.beta2 = number("beta2")
    program.mainHyperparameters.epsilon = number("epsilon") ?? 1e-8
    program.mainHyperparameters.weightDecay = number("weightDecay") ?? 0
    program.mainHyperparameters.momentum = number("momentum") ?? 0
    program.mainHyperparameters.clipNorm = number("clipNorm")
    for step in 0..<gradients.shape[0] {
      fill(program.input("g"), gradients[step])
      program.run(step: UInt64(step))
      expectClose(try store.value("p").elements(as: Float.self), values[step], "step \(step)")
    }
  }

  // MARK: Fixtures

  private enum Setting: Decodable {
    case number(Float)
    case array([Float])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let value = try? container.decode(Float.self) {
        self = .number(value)
      } else {
        self = .array(try container.decode([Float].self))
      }
    }
  }

  private func settings(_ name: String) -> [String: Setting] {
    let text = file.metadata[name] ?? "{}"
    return (try? JSONDecoder().decode([String: Setting].self, from: Data(text.utf8))) ?? [:]
  }

  private func tensor(_ name: String) -> Tensor? { file.tensors.first { $0.name == name }?.tensor }

  private func fill(_ input: UnsafeMutableBufferPointer<Float>, _ tensor: Tensor) {
    tensor.withElements(of: Float.self) { values in for (index, value) in values.enumerated() { input[index] = value } }
  }

  /// Both compute in Float, in another order: sums of a few hundred terms differ in the last bits.
  private func expectClose(_ actual: [Float], _ wanted: Tensor, _ what: String) {
    let wanted = wanted.elements(as: Float.self)
    #expect(actual.count == wanted.count)
    let scale = max(wanted.map(abs).max() ?? 1, 1)
    let worst = zip(actual, wanted).map { abs($0 - $1) }.max() ?? 0
    #expect(worst <= 2e-6 * scale, "\(what): \(worst) apart")
  }

  private func build(_ name: String, _ graph: Graph, _ operands: [String: Symbol]) throws -> Symbol {
    let settings = settings(name)
    func operand(_ key: String) throws -> Symbol { try #require(operands[key]) }
    func pair(_ key: String) -> [Int] {
      if case .array(let values)? = settings[key] { values.map { Int($0) } } else { [1, 1] }
    }
    var geometry = ConvGeometry(kernel: pair("kernel"), stride: pair("stride"), dilation: pair("dilation"))
    if settings["padding"] != nil { (geometry.padBefore, geometry.padAfter) = (pair("padding"), pair("padding")) }
    let x = try operand("x")
    let words = name.split(separator: ".")
    switch words[0] {
    case "conv2d": return try x.conv2d(operand("weight"), geometry) + operand("bias").reshaped([1, -1, 1, 1])
    case "convTranspose2d":
      let y = try x.convTranspose2d(operand("weight"), geometry, outputPadding: pair("outputPadding"))
      return try y + operand("bias").reshaped([1, -1, 1, 1])
    case "maxPool": return try x.pooled(.max, geometry)
    case "averagePool": return try x.pooled(.average, geometry)
    case "batchNorm": return try x.batchNorm(scale: operand("scale"), shift: operand("shift")).result
    case "groupNorm": return try x.groupNorm(groups: 3, scale: operand("scale"), shift: operand("shift"))
    case "layerNorm": return try x.layerNorm(scale: operand("scale"), shift: operand("shift"))
    case "bce": return try bceWithLogits(x, operand("t"))
    case "embedding": return try x.rows(at: graph.input("index", [5]))
    default: break
    }
    switch words[1] {
    case "relu": return relu(x)
    case "leakyRelu": return leakyRelu(x)
    case "elu": return elu(x)
    case "gelu": return gelu(x)
    case "silu": return silu(x)
    case "tanh": return tanh(x)
    case "sigmoid": return sigmoid(x)
    case "softplus": return softplus(x)
    case "hardtanh": return hardtanh(x)
    case "softmax": return try x.softmax(1)
    default: return try x.logSumExp([1])
    }
  }
}
