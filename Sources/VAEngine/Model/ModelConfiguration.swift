import Networks
import Tensors
import Text

/// The definition of a model without its parameters.
package struct ModelConfiguration: Hashable, Sendable {
  package var family: Family
  package var architecture: Architecture
  /// `[C, H, W]` or `[D]`.
  package var exampleShape: Shape
  package var latentDimensions: Int
  package var likelihood: Likelihood
  /// Weight of the KL (of |KL − C| for the capacity family).
  package var beta: Schedule
  /// C of the capacity family, in nats.
  package var capacity: Schedule
  /// Nats per dimension below which the KL is not penalized (Kingma et al. 2016, λ); 0 for none.
  package var freeBits: Float
  /// k of the importance-weighted family.
  package var importanceSamples: Int
  /// The corruption of the denoising family, by default N(0, 0.3²); nil for the others.
  package var noise: Noise?
  /// Settings of the family that have no property of their own, by their words.
  package internal(set) var settings: [String: Float] = [:]
  /// Classes of the conditional family.
  package var classCount: Int?
  package var initializer: Initializer
  /// Whether the first training sets the decoder's last bias to the data's mean
  /// (`Model.initializeOutputBias(toMeanOf:)`); false where the decoder does not end in a bias.
  package let outputBiasStartsAtMean: Bool
  package var seed: UInt64

  /// - Throws: `ModelError` naming what is wrong and how to fix it.
  package init(
    family: Family = .vae, architecture: Architecture, exampleShape: Shape, latentDimensions: Int,
    likelihood: Likelihood? = nil, beta: Schedule = .constant(1), capacity: Schedule = .constant(0),
    freeBits: Float = 0, importanceSamples: Int = 1, noise: Noise? = nil, classCount: Int? = nil,
    initializer: Initializer = .pytorch, outputBiasStartsAtMean: Bool = true, seed: UInt64 = 0
  ) throws(ModelError) {
    guard latentDimensions > 0 else { throw .latentSize(latentDimensions) }
    guard exampleShape.count > 0 else { throw .emptyExamples(exampleShape) }
    if family.requires.labels == .required, classCount == nil { throw .labelsNeeded }
    if let classCount, !(1...1_000_000).contains(classCount) {
      throw .checkpoint("\(classCount) classes: at most 1,000,000 classes")
    }
    guard (1...1_000_000).contains(importanceSamples) else { throw .sampleCount(importanceSamples) }
    self.family = family
    self.architecture = architecture
    self.exampleShape = exampleShape
    self.latentDimensions = latentDimensions
    self.likelihood = likelihood ?? family.likelihood
    (self.beta, self.capacity, self.freeBits) = (beta, capacity, freeBits)
    self.importanceSamples = importanceSamples
    self.noise = family.corruptsInput ? noise ?? .gaussian(0.3) : nil
    self.classCount = family.isConditional ? classCount : nil
    (self.initializer, self.seed) = (initializer, seed)
    self.outputBiasStartsAtMean = outputBiasStartsAtMean && architecture.endsInBias
    for setting in family.settings where setting.isOwn { setting.setDefault(in: &self) }
  }

  package var pixels: Int { exampleShape.count }

  /// Whether a term of the family, or a layer, couples the examples of a batch.
  package var couplesRows: Bool {
    family.requires.couplesRows || (architecture.encoder + architecture.decoder).contains { $0.couplesRows }
  }

  /// Whether the numbers are of a model that could be asked for: a file may hold anything.
  package var isSound: Bool {
    func isSound(_ schedule: Schedule) -> Bool {
      switch schedule {
      case .constant(let value): value.isFinite && value >= 0
      case .linear(let from, let to, let length), .cyclical(let from, let to, let length):
        from.isFinite && to.isFinite && from >= 0 && to >= 0 && length.isFinite && length >= 0
      }
    }
    func isSound(_ noise: Noise) -> Bool {
      switch noise {
      case .gaussian(let amount): amount.isFinite && amount >= 0
      case .mask(let share), .saltAndPepper(let share): (0...1).contains(share)
      }
    }
    if let columns = likelihood.columns, columns.width != pixels || exampleShape.rank != 1 { return false }
    guard likelihood.options.allSatisfy({ $0.allows(likelihood.values[$0.word] ?? .nan) }) else { return false }
    return latentDimensions <= 1 << 20 && exampleShape.rank > 0 && freeBits.isFinite && freeBits >= 0 && isSound(beta)
      && isSound(capacity) && (noise.map(isSound) ?? true) && settings.values.allSatisfy { $0.isFinite && $0 >= 0 }
  }
}

/// An invalid model, or data that are incompatible with it.
package enum ModelError: Error, Equatable, Sendable, CustomStringConvertible {
  case latentSize(Int)
  case emptyExamples(Shape)
  case labelsNeeded
  /// Examples without a label, of how many.
  case labelsAbsent(Int, of: Int)
  case sampleCount(Int)
  /// The shapes of the decoder's output and of the data.
  case decoderShape(Shape, wanted: Shape)
  case dataShape(Shape, wanted: Shape)
  /// A latent with the wrong number of dimensions.
  case latentShape(Shape, wanted: Int)
  case tooManyClasses(Int, known: Int)
  /// A class that the model was not trained with.
  case unknownClass(Int, known: Int)
  /// First value outside what the likelihood allows.
  case outsideSupport(Float, likelihood: String)
  /// First value that is no count, and the example that holds it.
  case notACount(Float, example: Int, likelihood: String)
  /// A cell that is no value of its column's likelihood.
  case notInColumn(Float, example: Int, column: String, likelihood: String, expected: String)
  /// A value that is not finite, and the example that holds it.
  case notFinite(example: Int)
  /// A parameter that is not finite, and its element: `decoder.1.weight[3]`.
  case notFiniteParameter(String)
  /// Batch normalization over a batch of one row.
  case oneRow(layer: String)
  /// A batch of fewer rows than a term of the family couples.
  case tooFewRows(family: String, needed: Int, examples: Int)
  /// Fewer examples than components that begin at one each.
  case fewerExamplesThanComponents(Int, Int)
  case noExamples
  /// Fewer vectors than a measure requires.
  case tooFewExamples(Int, needed: Int)
  case notAProbability(String)
  /// A measure that is defined for N(0, I) alone, and the prior that the model has.
  case onlyStandardPrior(String)
  /// A file that is not a model, or of another one.
  case checkpoint(String)

  package var description: String {
    switch self {
    case .latentSize(let size): "latent=\(size): a model needs at least one latent dimension"
    case .emptyExamples(let shape): "examples of shape \(shape) are empty"
    case .labelsNeeded: "a conditional model needs labels, and the data have none"
    case .labelsAbsent(let count, let all):
      "\(count) of \(all) examples have no label, and a conditional model needs one for each"
    case .sampleCount(let k): "k=\(k): expected from 1 to 1,000,000 importance samples"
    case .decoderShape(let shape, let wanted): "the decoder's output has shape \(shape), the data have shape \(wanted)"
    case .dataShape(let shape, let wanted): "the data have shape \(shape), the model expects \(wanted)"
    case .latentShape(let shape, let wanted):
      "latents of shape \(shape), the model has \(wanted) \(inflected("dimension", for: wanted))"
    case .tooManyClasses(let count, let known):
      "\(count) \(inflected("class", "classes", for: count)), the model was trained with \(known)"
    case .unknownClass(let label, let known):
      "class \(label): the model was trained with \(known), numbered from 0"
    case .outsideSupport(let value, let likelihood):
      "the data contain \(value), outside [0, 1] that likelihood=\(likelihood) needs"
    case .notACount(let value, let example, let likelihood):
      "example \(example) contains \(value), and likelihood=\(likelihood) is of counts 0, 1, 2, …"
    case .notInColumn(let value, let example, let column, let likelihood, let expected):
      "column '\(column)', example \(example): \(value) is none of the \(expected) that \(likelihood) needs; "
        + "choose another: likelihood=\(column):gaussian"
    case .notFinite(let example): "example \(example) contains a value that is not finite; drop or fix it"
    case .notFiniteParameter(let name): "the model's parameters are not finite (first \(name)): nothing can be computed"
    case .oneRow(let layer):
      "batch normalization (\(layer)) expects more than 1 value per feature, and a batch of one example has no variance"
    case .tooFewRows(let family, let needed, let count):
      "\(family) couples the examples of a batch: at least \(needed) are needed"
        + (count < needed ? ", and the data have \(count)" : "")
    case .fewerExamplesThanComponents(let count, let components):
      "\(components) components begin at as many examples, and the data have \(count)"
    case .noExamples: "no examples"
    case .tooFewExamples(let count, let needed):
      "\(count) \(inflected("example", for: count)), at least \(needed) are needed"
    case .notAProbability(let what): "\(what) has no likelihood: a plain autoencoder defines none"
    case .onlyStandardPrior(let prior):
      "the KL splits into three parts where the dimensions of p(z) are independent; of prior=\(prior) they are not"
    case .checkpoint(let why): why
    }
  }
}
