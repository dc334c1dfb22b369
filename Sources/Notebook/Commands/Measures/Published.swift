import Datasets
import Language
import SessionCore
import Text
import VAEngine

/// A published figure of a data set, and what a model has to be for its own figure to mean the same.
struct PublishedFigure: Sendable {
  enum Quantity: Sendable, Equatable {
    /// −ELBO of the test part.
    case bound
    /// Mean −ELBO over a training epoch.
    case trainingBound(epoch: Int)
    /// −log p(x) of the test part by importance sampling.
    case likelihood(samples: Int)

    var text: String {
      switch self {
      case .bound: "test −ELBO"
      case .trainingBound(let epoch): "−ELBO of training epoch \(epoch)"
      case .likelihood(let samples): "test −log p(x), k = \(NumberText.count(samples))"
      }
    }
  }

  /// How gray values become what a Bernoulli is of.
  enum Values: String, Sendable { case gray = "gray values", dynamic = "dynamic binarization" }

  let source: String
  let value: Double
  var error: Double?
  let quantity: Quantity
  let values: Values
  let family: String
  let architecture: String
  let latent: Int
  /// Importance samples of the training bound.
  var k = 1
  let training: String

  static let mnist: [PublishedFigure] = [
    .init(
      source: "Keras, examples/generative/vae.py", value: 146.95, quantity: .trainingBound(epoch: 30), values: .gray,
      family: "vae", architecture: "conv", latent: 2, training: "all 70,000, 30 epochs, batch 128, lr 1e-3"),
    .init(
      source: "pytorch/examples, vae", value: 106.66, quantity: .bound, values: .gray, family: "vae",
      architecture: "mlp", latent: 20, training: "7 epochs, batch 128, lr 1e-3"),
    .init(
      source: "Burda et al. 2016, table 1, k = 1", value: 86.76, quantity: .likelihood(samples: 5000), values: .dynamic,
      family: "iwae", architecture: "iwae", latent: 50, training: "3,280 epochs in stages, batch 20"),
    .init(
      source: "Burda et al. 2016, table 1, k = 5", value: 85.54, quantity: .likelihood(samples: 5000), values: .dynamic,
      family: "iwae", architecture: "iwae", latent: 50, k: 5, training: "3,280 epochs in stages, batch 20"),
    .init(
      source: "Burda et al. 2016, table 1, k = 50", value: 84.78, quantity: .likelihood(samples: 5000),
      values: .dynamic, family: "iwae", architecture: "iwae", latent: 50, k: 50,
      training: "3,280 epochs in stages, batch 20"),
    .init(
      source: "Tomczak & Welling 2018, standard prior", value: 84.45, error: 0.12,
      quantity: .likelihood(samples: 5000), values: .dynamic, family: "vae", architecture: "gated", latent: 40,
      training: "early stopping, patience 50, warm-up 100 epochs"),
  ]
}

/// `compare m published=yes`.
struct PublishedComparison {
  let name: String
  let model: ModelValue
  /// Importance samples for −log p(x); nil for the bound alone.
  let samples: Int?
  let seed: UInt64
  let call: Call

  /// - Throws: `Fault` where no figure is of the same data and likelihood.
  func table(on given: DatasetValue) throws -> Table {
    let source = given.testPart.drawnOnce(seed: seed)
    let set = String(source.title.prefix { $0 != "." })
    let configuration = model.configuration
    guard set == "mnist" || set == "digits" else {
      throw call.fault(
        .notComparable, "no published figure is known for \(set)",
        fix: "Known are those of mnist; 'digits' is a part of it.")
    }
    guard configuration.likelihood.measure == .binaryProbability else {
      throw call.fault(
        .notComparable,
        "\(name) has likelihood \(configuration.likelihood.name); the published figures are of a Bernoulli",
        fix: "Compare what is measured alike: versus, which compares squared errors.")
    }
    let live = try model.model(threads: call.threads)
    let result = try live.measured(source, seed: seed) { try call.execution.working("evaluate", $0) }
    let bound = result.negativeElbo
    let likelihood = try samples.map { samples in
      try live.logLikelihood(source.source, samples: samples, seed: seed) { try call.execution.working("nll", $0) }
        .negativeLogLikelihood
    }
    let isWhole = set == "mnist" && given.part("test") != nil
    let rows = PublishedFigure.mnist.map { figure -> [Table.Cell] in
      var differences = differences(figure, source, isWhole: isWhole, set: set)
      var own = bound
      if case .likelihood(let wanted) = figure.quantity {
        if let likelihood, let samples {
          own = likelihood
          if samples != wanted { differences.append("k = \(NumberText.count(samples))") }
        } else {
          differences.append("−ELBO, which is above −log p(x): nll=\(wanted)")
        }
      }
      if case .trainingBound = figure.quantity { differences.append("test, where theirs is of training") }
      return [
        .text(figure.source), .text(figure.quantity.text),
        .measured(figure.value, error: figure.error, decimals: 2), .init(own, decimals: 2),
        .fixed(own.mean - figure.value, decimals: 2),
        .text(differences.isEmpty ? "nothing but the training" : differences.joined(separator: "; ")),
      ]
    }
    return Table(
      title: "\(name) on \(source.title), \(counted(source.dataset.count, "example")), beside published figures",
      columns: [
        .init("published"), .init("of"), .init("theirs", unit: "nats"), .init("ours", unit: "nats"),
        .init("ours − theirs", key: "difference", unit: "nats"), .init("differs in", key: "differences"),
      ], rows: rows,
      notes: PublishedFigure.mnist.map { "\($0.source): \($0.training)" } + [trained],
      stacksLast: true)
  }

  private var trained: String {
    let (plan, epochs) = (model.recipe, model.training.epoch)
    return
      "\(name): \(epochs) \(inflected("epoch", for: epochs)), batch \(plan.batchSize), lr \(NumberText.short(plan.learningRate))"
  }

  /// What the model has otherwise than the published one, by name.
  private func differences(
    _ figure: PublishedFigure, _ source: DatasetValue, isWhole: Bool, set: String
  ) -> [String] {
    let configuration = model.configuration
    var found: [String] = []
    if set == "digits" { found.append("data: 12,000 of mnist's digits") } else if !isWhole { found.append("split") }
    let values = Self.values(source)
    if values != figure.values.rawValue { found.append(values) }
    if configuration.family.word != figure.family, !(figure.family == "iwae" && figure.k == 1) {
      found.append(configuration.family.word)
    }
    if configuration.family.word == "iwae", configuration.importanceSamples != figure.k {
      found.append("trained with k = \(configuration.importanceSamples)")
    }
    if configuration.architecture.name != figure.architecture { found.append(configuration.architecture.name) }
    if configuration.latentDimensions != figure.latent { found.append("latent \(configuration.latentDimensions)") }
    if configuration.family.hasWeightedKL, configuration.beta.target != 1 {
      found.append("beta \(NumberText.single(Double(configuration.beta.target)))")
    }
    return found
  }

  private static func values(_ data: DatasetValue) -> String {
    for transform in data.dataset.transforms {
      switch transform {
      case .binarizeDynamic: return PublishedFigure.Values.dynamic.rawValue
      case .binarizeStatic: return "static binarization"
      case .threshold: return "values at a threshold"
      case .gaussianNoise, .maskNoise, .saltAndPepper: return "noise"
      default: continue
      }
    }
    return PublishedFigure.Values.gray.rawValue
  }
}
