import Networks
import Tensors

/// The kinds of models. Each is a few lines in `ObjectiveGraph`.
package enum Family: String, Hashable, Sendable, CaseIterable, Codable {
  /// No noise, no prior: reconstruction only.
  case autoencoder = "ae"
  /// Kingma & Welling 2014.
  case vae
  /// Higgins et al. 2017: the KL is weighted by β.
  case beta = "beta-vae"
  /// Burgess et al. 2018: |KL − C| is weighted, C grows.
  case capacity = "capacity-vae"
  /// Im et al. 2017: the input is corrupted, the target is not.
  case denoising = "denoising-vae"
  /// Sohn et al. 2015: encoder and decoder know the label.
  case conditional = "cvae"
  /// Burda et al. 2016: the bound of k importance samples.
  case importanceWeighted = "iwae"

  package var summary: String {
    switch self {
    case .autoencoder: "plain autoencoder: reconstruction only"
    case .vae: "variational autoencoder"
    case .beta: "VAE whose KL is weighted by beta"
    case .capacity: "VAE whose KL is drawn to a growing capacity"
    case .denoising: "VAE that sees a corrupted input and rebuilds the clean one"
    case .conditional: "VAE that knows the label"
    case .importanceWeighted: "importance-weighted autoencoder, k samples"
    }
  }
}

/// What corrupts the input of a denoising model.
package enum Noise: Hashable, Sendable, Codable {
  /// Adds N(0, σ²).
  case gaussian(Float)
  /// Sets this share of the pixels to 0.
  case mask(Float)
  /// Sets this share to 0 or 1.
  case saltAndPepper(Float)
}

/// Everything that defines a model but its parameters.
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
  /// Nats per dimension below which the KL is not pushed (Kingma et al. 2016, λ); 0 for none.
  package var freeBits: Float
  /// k of the importance-weighted family.
  package var importanceSamples: Int
  /// What corrupts the input of the denoising family, N(0, 0.3²) unless said; nil for the others.
  package var noise: Noise?
  /// Classes of the conditional family.
  package var classCount: Int?
  package var initializer: Initializer
  /// Whether the first training sets the decoder's last bias to the data's mean (`Model.beginAtMean(of:)`); false where
  /// the decoder does not end in a bias.
  package let outputBiasStartsAtMean: Bool
  package var seed: UInt64

  /// - Throws: `ModelError` naming what is wrong and how to mend it.
  package init(
    family: Family = .vae, architecture: Architecture, exampleShape: Shape, latentDimensions: Int,
    likelihood: Likelihood? = nil, beta: Schedule = .constant(1), capacity: Schedule = .constant(0),
    freeBits: Float = 0, importanceSamples: Int = 1, noise: Noise? = nil, classCount: Int? = nil,
    initializer: Initializer = .pytorch, outputBiasStartsAtMean: Bool = true, seed: UInt64 = 0
  ) throws(ModelError) {
    guard latentDimensions > 0 else { throw .latentSize(latentDimensions) }
    guard exampleShape.count > 0 else { throw .emptyExamples(exampleShape) }
    if family == .conditional, classCount == nil { throw .labelsNeeded }
    if let classCount, !(1...1_000_000).contains(classCount) { throw .checkpoint("\(classCount) classes cannot be") }
    guard (1...1_000_000).contains(importanceSamples) else { throw .sampleCount(importanceSamples) }
    self.family = family
    self.architecture = architecture
    self.exampleShape = exampleShape
    self.latentDimensions = latentDimensions
    self.likelihood = likelihood ?? (family == .autoencoder ? .squaredError : .bernoulli)
    (self.beta, self.capacity, self.freeBits) = (beta, capacity, freeBits)
    self.importanceSamples = importanceSamples
    self.noise = family == .denoising ? noise ?? .gaussian(0.3) : nil
    self.classCount = family == .conditional ? classCount : nil
    (self.initializer, self.seed) = (initializer, seed)
    self.outputBiasStartsAtMean = outputBiasStartsAtMean && architecture.endsInBias
  }

  package var pixels: Int { exampleShape.count }
}

/// A model that cannot be, or data that do not fit it.
package enum ModelError: Error, Equatable, Sendable, CustomStringConvertible {
  case latentSize(Int)
  case emptyExamples(Shape)
  case labelsNeeded
  case sampleCount(Int)
  /// What the decoder gives, what the data are.
  case decoderShape(Shape, wanted: Shape)
  case dataShape(Shape, wanted: Shape)
  /// A latent of another size.
  case latentShape(Shape, wanted: Int)
  case tooManyClasses(Int, known: Int)
  /// A class that the model was not trained with.
  case unknownClass(Int, known: Int)
  /// First value outside what the likelihood allows.
  case outsideSupport(Float, likelihood: String)
  /// A value that is not finite, and the example that holds it.
  case notFinite(example: Int)
  case noExamples
  /// Fewer vectors than a measure needs.
  case tooFewExamples(Int, needed: Int)
  case notAProbability(String)
  /// A file that is not a model, or of another one.
  case checkpoint(String)

  package var description: String {
    switch self {
    case .latentSize(let size): "latent=\(size): a model needs at least one latent dimension"
    case .emptyExamples(let shape): "examples of shape \(shape) hold nothing"
    case .labelsNeeded: "a conditional model needs labels, and the data have none"
    case .sampleCount(let k): "k=\(k): a million importance samples at most, and at least one"
    case .decoderShape(let shape, let wanted): "the decoder ends at \(shape), the data are \(wanted)"
    case .dataShape(let shape, let wanted): "the data are \(shape), the model expects \(wanted)"
    case .latentShape(let shape, let wanted): "latents of shape \(shape), the model has \(wanted) dimensions"
    case .tooManyClasses(let count, let known): "\(count) classes, the model was trained with \(known)"
    case .unknownClass(let label, let known):
      "class \(label): the model was trained with \(known), numbered from 0"
    case .outsideSupport(let value, let likelihood):
      "the data hold \(value), outside [0, 1] that likelihood=\(likelihood) needs; scale them "
        + "(transform scale) or use likelihood=gaussian"
    case .notFinite(let example): "example \(example) holds a value that is not finite; drop or mend it"
    case .noExamples: "no examples"
    case .tooFewExamples(let count, let needed): "\(count) examples, at least \(needed) are needed"
    case .notAProbability(let what): "\(what) has no likelihood: a plain autoencoder defines none"
    case .checkpoint(let why): why
    }
  }
}
