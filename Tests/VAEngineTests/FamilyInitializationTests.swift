import Graphs
import Networks
import Tensors
import Testing
import VAEngine

/// A family may set parameters from its data before the first step, and only then.
@Suite struct FamilyInitializationTests {
  private static let family = Family(
    "centered", summary: "VAE whose codes begin at the data's mean", source: "none",
    settings: Setting.klWeight(1),
    initialize: { model, source in
      let values = try source.values().elements(as: Float.self)
      let mean = values.reduce(0, +) / Float(values.count)
      let spec = try #require(model.parameters.spec(named: "encoder.mean.bias"))
      model.parameters.set(
        spec.name, to: try Tensor([Float](repeating: mean, count: spec.shape.count), shape: spec.shape))
    },
    objective: { graph in
      let (q, target) = try graph.encoded()
      return try graph.evidence(q, target)
    })

  @Test func parametersBeginAtTheData() throws {
    let data = TensorSource(try Tensor([Float](repeating: 0.25, count: 32), shape: [8, 4]))
    let architecture = Architecture(
      name: "text", encoder: try LayerText.parse("dense8"), decoder: try LayerText.parse("dense8 dense4"),
      activation: .relu)
    let model = try Model(
      ModelConfiguration(
        family: Self.family, architecture: architecture, exampleShape: [4], latentDimensions: 2, seed: 1),
      options: CompilerOptions(threads: 1))
    func bias() throws -> [Float] { try model.parameters.value("encoder.mean.bias").elements(as: Float.self) }
    #expect(try bias() != [0.25, 0.25])
    var plan = TrainingPlan(epochs: 1)
    (plan.batchSize, plan.learningRate) = (4, 1e-30)
    try Trainer(model, on: data, plan: plan).run()
    #expect(try bias() == [0.25, 0.25])
    // Not again when training goes on with other data.
    let others = TensorSource(try Tensor([Float](repeating: 0.75, count: 32), shape: [8, 4]))
    plan.epochs = 2
    try Trainer(model, on: others, plan: plan).run()
    #expect(try bias() == [0.25, 0.25])
  }
}
