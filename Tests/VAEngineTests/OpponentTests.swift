import FoundationEssentials
import Graphs
import Networks
import Tensors
import Testing
import VAEngine

/// A family whose codes a critic tells from draws of the prior: two losses in a step, each of its own parameters.
@Suite struct OpponentTests {
  private static let matching = TermName("matching", unit: "", weight: "gamma")
  private static let critic = TermName("critic", unit: "")

  /// An adversarial autoencoder with a KL (Makhzani et al. 2016, section 2): the model minimizes
  /// ELBO's terms − γ · log D(z), the critic −log D(ε) − log(1 − D(z)).
  private static func family(gamma: Double) -> Family {
    Family(
      "adversarial", summary: "VAE whose codes a critic compares with the prior", source: "Makhzani et al. 2016",
      settings: Setting.klWeight(1) + [.weight("gamma", gamma, help: "weight of the critic")],
      terms: [matching, critic]
    ) { graph in
      let (q, target) = try graph.encoded()
      let z = try graph.draw(q)
      let layers = try LayerText.parse("dense8 dense1")
      func logit(_ x: Symbol) throws(ShapeError) -> Symbol {
        try graph.graph.scope("critic") { () throws(ShapeError) -> Symbol in
          try graph.builder.group("critic") { () throws(ShapeError) -> Symbol in
            try graph.builder.apply(layers, to: x, activatesLast: false)
          }
        }
      }
      let prior = try graph.graph.random(.normal, "critic prior", z.shape)
      let loss = try softplus(-logit(prior)).mean() + softplus(logit(z)).mean()
      let bound = try graph.evidence(q, target, own: [(matching, softplus(-logit(z)).mean())])
      var fast = Hyperparameters()
      (fast.learningRate, fast.beta1) = (1e-2, 0.5)
      return Objective(
        loss: bound.loss, bound.terms.merging([critic: loss]) { $1 },
        against: [Opponent("critic", loss: loss, hyperparameters: fast)])
    }
  }

  private static let data: TensorSource? = try? TensorSource(
    Tensor((0..<96).map { Float(($0 * 37) % 11) / 10 }, shape: [24, 4]))

  private func model(_ family: Family) throws -> Model {
    let architecture = Architecture(
      name: "text", encoder: try LayerText.parse("dense6"), decoder: try LayerText.parse("dense6 dense4"),
      activation: .tanh)
    return try Model(
      ModelConfiguration(
        family: family, architecture: architecture, exampleShape: [4], latentDimensions: 2,
        outputBiasStartsAtMean: false, seed: 3),
      options: CompilerOptions(threads: 1))
  }

  private func train(_ model: Model, epochs: Int, learningRate: Float = 1e-2) throws {
    var plan = TrainingPlan(epochs: epochs)
    (plan.batchSize, plan.learningRate) = (9, learningRate)
    try Trainer(model, on: try #require(Self.data), plan: plan).run()
  }

  private func bits(_ model: Model, group: String) throws -> [UInt32] {
    try model.parameters.specs.filter { $0.group == group }.flatMap {
      try model.parameters.value($0.name).elements(as: Float.self).map(\.bitPattern)
    }
  }

  @Test func noLossReachesTheOthersParameters() throws {
    let (plain, watched, pulled) = (try model(.vae), try model(Self.family(gamma: 0)), try model(Self.family(gamma: 9)))
    let before = try bits(watched, group: "critic")
    #expect(before.count == 2 * 8 + 8 + 8 + 1)
    for model in [plain, watched, pulled] { try train(model, epochs: 4) }
    #expect(try bits(watched, group: "critic") != before, "the critic learns")
    #expect(try bits(plain, group: "model") == bits(watched, group: "model"), "and the model does not notice")
    #expect(try bits(plain, group: "model") != bits(pulled, group: "model"), "unless it is asked to")
  }

  @Test func theCriticHasAnOptimizerOfItsOwn() throws {
    let model = try model(Self.family(gamma: 1))
    let (before, critic) = (try bits(model, group: "model"), try bits(model, group: "critic"))
    try train(model, epochs: 2, learningRate: 1e-30)
    #expect(try bits(model, group: "model") == before)
    #expect(try bits(model, group: "critic") != critic)
    #expect(model.training.opponentUpdates == ["critic": 6])
    #expect(model.training.history.epochs.last?.own?.keys.sorted() == ["critic", "matching"])
  }

  @Test func theSummaryListsIt() throws {
    let summary = try model(Self.family(gamma: 1)).summary()
    #expect(
      summary.layers.map(\.name) == [
        "encoder.1", "encoder.mean", "encoder.logVariance", "decoder.1", "decoder.2", "critic.1", "critic.2",
      ])
    #expect(summary.layers.map(\.parameters) == [30, 14, 14, 18, 28, 24, 9])
    // Two for each weight, however often a step applies it; what only training runs is not of the forward pass.
    #expect(summary.layers.map(\.flops) == [48, 24, 24, 24, 48, 32, 16])
    #expect(summary.flops == 168)
  }

  @Test func aSavedTrainingGoesOnToTheSameBits() throws {
    try Family.$additional.withValue([Self.family(gamma: 2)]) {
      let whole = try model(Self.family(gamma: 2))
      try train(whole, epochs: 4)
      let first = try model(Self.family(gamma: 2))
      try train(first, epochs: 2)
      let path = FileManager.default.temporaryDirectory.appendingPathComponent(
        "critic-\(UInt64.random(in: 0 ... .max))"
      )
      .path
      defer { try? FileManager.default.removeItem(atPath: path) }
      try first.save(to: path)
      let second = try Model.open(path, options: CompilerOptions(threads: 1))
      try train(second, epochs: 4)
      for group in ["model", "critic"] { #expect(try bits(whole, group: group) == bits(second, group: group)) }
    }
  }

  @Test func aTermThatIsNotFiniteEndsTheTraining() throws {
    let term = TermName("ratio", unit: "")
    let family = Family(
      "reports", summary: "VAE that reports a quotient", source: "none", settings: Setting.klWeight(1), terms: [term]
    ) { graph in
      let (q, target) = try graph.encoded()
      let bound = try graph.evidence(q, target)
      let nothing = q.mean.graph.constant(0)
      return Objective(loss: bound.loss, bound.terms.merging([term: try nothing / nothing]) { $1 })
    }
    let model = try model(family)
    let before = try bits(model, group: "model")
    let error = #expect(throws: NonFiniteError.self) { try train(model, epochs: 1) }
    #expect(error?.what == "the ratio (NaN)")
    #expect(try bits(model, group: "model") == before, "and takes back what it did")
  }
}
