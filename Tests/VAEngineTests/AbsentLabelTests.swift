import Graphs
import Networks
import Tensors
import Testing
import VAEngine

/// Examples without a label, class −1: zeros in its place where labels are optional, an error where they are required.
@Suite struct AbsentLabelTests {
  private static let optional = Family(
    "partly labelled", summary: "VAE that is given the labels there are", source: "Kingma et al. 2014, section 3",
    settings: Setting.klWeight(1), requires: .init(labels: .optional)
  ) { graph in
    let (q, target) = try graph.encoded()
    return try graph.evidence(q, target)
  }

  private func source(_ labels: [Int]?) throws -> TensorSource {
    let values = try Tensor((0..<32).map { Float($0 % 5) / 4 }, shape: [8, 4])
    return TensorSource(values, labels: labels, classCount: labels == nil ? nil : 2)
  }

  private func model(_ family: Family) throws -> Model {
    let architecture = Architecture(
      name: "text", encoder: try LayerText.parse("dense6"), decoder: try LayerText.parse("dense6 dense4"),
      activation: .tanh)
    return try Model(
      ModelConfiguration(
        family: family, architecture: architecture, exampleShape: [4], latentDimensions: 2, classCount: 2, seed: 3),
      options: CompilerOptions(threads: 1))
  }

  @Test func aConditionalModelNamesHowManyThereAre() throws {
    let model = try model(try #require(Family.named("cvae")))
    let partly = try source([0, 1, -1, 0, 1, -1, 0, 1])
    #expect(throws: ModelError.labelsAbsent(2, of: 8)) { try Trainer(model, on: partly, plan: .init(epochs: 1)).run() }
    #expect(throws: ModelError.labelsAbsent(2, of: 8)) { _ = try model.evaluate(partly) }
    #expect(model.training.step == 0)
    #expect(throws: ModelError.unknownClass(-1, known: 2)) {
      _ = try model.decode(Tensor(zeros: [1, 2]), labels: [-1])
    }
  }

  /// The one-hot of an example without a label is all zeros: what the encoder makes of it does not depend on the weights
  /// that labels reach.
  @Test func absentIsZerosWhereLabelsAreOptional() throws {
    let model = try model(Self.optional)
    let weight = try model.parameters.value("encoder.mean.weight")
    #expect(weight.shape == [6 + 2, 2])
    let labelled = try model.encode(source([0, 1, 0, 1, 0, 1, 0, 1])).mean.elements(as: Float.self)
    let partly = try model.encode(source([0, -1, 0, 1, 0, 1, 0, 1])).mean.elements(as: Float.self)
    let none = try model.encode(source(nil)).mean.elements(as: Float.self)
    let rows = weight.elements(as: Float.self)
    for row in 0..<8 {
      for d in 0..<2 {
        let own = rows[(6 + row % 2) * 2 + d]
        #expect(
          abs(labelled[row * 2 + d] - none[row * 2 + d] - own) < 1e-5, "the label's weight is all there is between")
        #expect(partly[row * 2 + d] == (row == 1 ? none : labelled)[row * 2 + d])
      }
    }
    let without = try model.decode(Tensor(zeros: [1, 2])).elements(as: Float.self)
    #expect(try model.decode(Tensor(zeros: [1, 2]), labels: [-1]).elements(as: Float.self) == without)
    #expect(try model.decode(Tensor(zeros: [1, 2]), labels: [1]).elements(as: Float.self) != without)
    try Trainer(model, on: source([0, -1, 0, 1, 0, 1, 0, 1]), plan: .init(epochs: 2)).run()
    #expect(try model.evaluate(source(nil)).negativeElbo.mean.isFinite)
  }
}
