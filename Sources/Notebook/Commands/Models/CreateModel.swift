import Graphs
import Networks
import SessionCore
import Tensors
import VAEngine

/// `model`.
struct CreateModel: DeclaredCommand {
  static var about: About {
    About(
      "model", family: .models, summary: "create a model",
      details: """
        Words after the name are a family (\(families.map(\.text).joined(separator: ", "))) and an architecture \
        (\(presets.map(\.text).joined(separator: ", "))), in any order; alternatively, encoder= and decoder= describe the layers as \
        text. 'iwae' is the family, or the architecture after another family: 'vae iwae'. The shape of an example is that \
        of on=, else of the only dataset of the session, else 28x28 gray images. Of the normalization \
        layers, layernorm normalizes over all features of an example with a scale and a shift per feature; groupnorm8 \
        normalizes over groups of channels with a scale and a shift per channel, as batchnorm has.
        """,
      returns: .init(.model, "the model"),
      examples: [
        .init("model m conv latent=20", "the article's network"),
        .init("model m beta-vae mlp hidden=400 beta=4 warmup=10", "a β-VAE"),
        .init("model a ae conv latent=20", "a plain autoencoder, to compare with"),
        .init("model m beta-tcvae burgess beta=6", "for independent dimensions"),
        .init("model m vae gated prior=vamp components=500", "a prior of learned pseudo-inputs"),
        .init("model s mlp likelihood=nb library=yes", "counts, such as of the genes of cells"),
        .init(
          "model m encoder=\"conv32k3s2 dense16\" decoder=\"dense16 dense6272 reshape32x14x14 convt1k3s2\" latent=8",
          "layers as text"),
      ])
  }

  /// Architectures; a name that is a family's too says both.
  static var presets: [ValueWord] {
    Preset.allCases.map { preset in
      let family = Family.named(preset.rawValue).map { "\($0.summary); or " } ?? ""
      return ValueWord(preset.rawValue, family + preset.summary)
    }
  }
  static var families: [ValueWord] {
    Family.all.flatMap { family in
      [ValueWord(family.word, family.summary)] + family.aliases.map { ValueWord($0, "the same as \(family.word)") }
    }
  }

  /// Where the decoder's last bias begins.
  enum OutputBias: String, Choice {
    case mean
    case initializer = "init"

    var help: String {
      switch self {
      case .mean: "set such that the initial output is the mean of the data"
      case .initializer: "as init sets it"
      }
    }
  }

  @Rest(
    .text(placeholder: "NAME FAMILY ARCHITECTURE", suggestions: presets + families),
    noun: "a name, then a family and an architecture", help: "a name, then a family and an architecture")
  var words: [String]
  @Option(.integer(1...65536), note: "default by architecture", help: "latent dimensions") var latent: Int?
  @Option(help: "dataset that determines the shape of an example") var on: DatasetValue?
  @Option(
    .text(placeholder: "400 or 400,200", suggestions: []), default: "400", help: "widths of the hidden layers of mlp")
  var hidden: String
  @Option(note: "default by architecture", help: "activation of the hidden layers") var activation: Activation?
  @Option(.text(placeholder: "\"conv32k3s2 dense16\"", suggestions: []), help: "layers as text") var encoder: String?
  @Option(.text(placeholder: "\"dense16 …\"", suggestions: []), help: "layers as text") var decoder: String?
  @Option(
    note: "bernoulli; mse for ae, wae and rae; one for each column of a table",
    help:
      "distribution p(x|z): \(Likelihood.all.map(\.name).joined(separator: ", ")), or those of a table's columns such as age:lognormal,visits:poisson"
  )
  var likelihood: LikelihoodChoice?
  let likelihoodOptions = LikelihoodOptions()
  let settings = FamilySettings()
  @Option(note: "-6:2 for gated, else unbounded", help: "bounds of the encoder's log σ² (hardtanh)")
  var logvar: ClosedRange<Double>?
  @Option(name: "init", default: .pytorch, help: "initializer of the weights") var initializer: Initializer
  @Option(
    default: .mean,
    help: "initial value of the decoder's last bias: from the mean of the first training data, or as init sets it")
  var bias: OutputBias
  @Option(.seed, note: "the next seed of the session", help: "seed of the weights and the noise") var seed: Int?

  /// Whether the layers are given as text.
  var isText: Bool { $encoder.isGiven || $decoder.isGiven }

  func run(_ call: Call) throws -> Value {
    let plan = try ModelArguments(self, call)
    try plan.rejectUnusedOptions()
    let shape = try plan.exampleShape
    let architecture = try plan.architecture(for: shape)
    let seed = call.execution.seed(given: seed)
    var configuration = try ModelConfiguration(
      family: plan.family, architecture: architecture, exampleShape: shape,
      latentDimensions: latent ?? plan.defaultedPreset.defaultLatent, likelihood: try plan.likelihood,
      classCount: plan.classCount, initializer: initializer, outputBiasStartsAtMean: bias == .mean, seed: seed)
    try plan.apply(to: &configuration)
    var recipe = TrainingRecipe()
    recipe.data = plan.dataName
    (recipe.classes, recipe.columns) = (plan.classNames, plan.columns)
    try plan.refuseMeanBias(of: architecture)
    let made = try plan.locatingShapeErrors {
      try Model(configuration, options: CompilerOptions(threads: call.threads))
    }
    let value = Value.object(try ModelValue(made, recipe: recipe))
    if let name = plan.name, call.target == nil { call.execution.set(name, to: value) }
    return value
  }
}

extension Activation: Choice {
  package var help: String {
    switch self {
    case .relu: "max(0, x)"
    case .leakyrelu: "x, or x/100 below 0"
    case .elu: "x, or eˣ − 1 below 0"
    case .gelu: "x·Φ(x)"
    case .silu: "x·sigmoid(x)"
    case .tanh: "from −1 to 1"
    case .sigmoid: "1 / (1 + e⁻ˣ)"
    case .softplus: "log(1 + eˣ)"
    case .none: "linear"
    }
  }
}

extension Initializer: Choice {
  package var help: String {
    switch self {
    case .pytorch: "as torch.nn does: uniform by fan-in"
    case .glorot: "uniform by fan-in and fan-out"
    case .he: "normal by fan-in, for relu"
    }
  }
}
