import Graphs
import Networks
import Tensors
import VAEngine

/// `model`, `summary`, `fork`.
enum ModelCommands {
  static let all = [model, summary, fork]

  static let presets = Preset.allCases.map(\.rawValue)
  static let families = Family.allCases.map(\.rawValue)
  static let likelihoods = ["bernoulli", "continuous-bernoulli", "gaussian", "gaussian-learned", "logistic256", "mse"]

  private static let model = Command(
    "model", family: .models, summary: "make a model",
    details: """
      Words after the name are a family (\(families.joined(separator: ", "))) and an architecture \
      (\(presets.joined(separator: ", "))), in any order; or give encoder= and decoder= as text. 'iwae' is the family, \
      or after another family the architecture: 'vae iwae'. The example's shape is \
      that of on=, or of the only dataset of the session, or 28x28 grey images. Of the layers that normalize, layernorm \
      takes all features of an example and has a scale and a shift for each, groupnorm8 takes the channels in groups \
      and has one per channel, as batchnorm has.
      """,
    positionals: [
      Positional(
        "words", .text(placeholder: "NAME FAMILY ARCHITECTURE", suggestions: presets + families), variadic: true,
        help: "a name, then a family and an architecture")
    ],
    options: [
      CommandOption("latent", .integer(1...65536), note: "default by architecture", help: "latent dimensions"),
      CommandOption("on", .dataset, help: "the dataset it is for: decides the example's shape"),
      CommandOption(
        "hidden", .text(placeholder: "400 or 400,200", suggestions: []), default: "400", help: "widths of mlp"),
      CommandOption(
        "activation", .choice(Activation.allCases.map(\.rawValue)), note: "default by architecture",
        help: "of hidden layers"),
      CommandOption("encoder", .text(placeholder: "\"conv32k3s2 dense16\"", suggestions: []), help: "layers as text"),
      CommandOption("decoder", .text(placeholder: "\"dense16 …\"", suggestions: []), help: "layers as text"),
      CommandOption("likelihood", .choice(likelihoods), note: "bernoulli; mse for ae", help: "what p(x|z) is"),
      CommandOption("sigma", .positive, default: "1", help: "σ of likelihood=gaussian"),
      CommandOption("beta", .nonNegative, note: "1; 4 for beta-vae, 1000 for capacity-vae", help: "weight of the KL"),
      CommandOption("warmup", .nonNegative, default: "0", help: "epochs in which beta grows from 0"),
      CommandOption(
        "cycle", .nonNegative, default: "0", help: "beta grows from 0 in the first half of every so many epochs"),
      CommandOption("capacity", .nonNegative, default: "25", help: "nats that capacity-vae grows to"),
      CommandOption("growth", .nonNegative, default: "20", help: "epochs in which the capacity grows from 0"),
      CommandOption("freebits", .nonNegative, default: "0", help: "nats per dimension that the KL is not pushed below"),
      CommandOption("k", .integer(1...10000), default: "5", help: "importance samples of iwae"),
      CommandOption(
        "noise", .text(placeholder: "gaussian:0.3", suggestions: ["gaussian:0.3", "mask:0.25", "salt:0.1"]),
        default: "gaussian:0.3", help: "what denoising-vae corrupts with"),
      CommandOption(
        "logvar", .interval, note: "-6:2 for gated, else free", help: "bounds of the encoder's log σ², by a hard tanh"),
      CommandOption(
        "init", .choice(Initializer.allCases.map(\.rawValue)), default: "pytorch", help: "how weights begin"),
      CommandOption(
        "bias", .choice(["mean", "init"]), default: "mean",
        help: "how the decoder's last bias begins: at the mean of the data it is first trained on, or as init says"),
      CommandOption("seed", .seed, note: "the session's next", help: "of the weights and the noise"),
    ],
    result: "the model",
    examples: [
      .init("model m conv latent=20", "the article's network"),
      .init("model m beta-vae mlp hidden=400 beta=4 warmup=10", "a β-VAE"),
      .init("model a ae conv latent=20", "a plain autoencoder, to compare with"),
      .init(
        "model m encoder=\"conv32k3s2 dense16\" decoder=\"dense16 dense6272 reshape32x14x14 convt1k3s2\" latent=8",
        "layers as text"),
    ]
  ) { arguments, execution in
    let words = try ModelArguments(arguments, execution)
    try words.rejectUnusedOptions()
    let shape = try words.exampleShape
    let architecture = try words.architecture(for: shape)
    let seed = execution.seed(given: arguments.integer("seed"))
    let latent = arguments.integer("latent") ?? words.defaultedPreset.defaultLatent
    let configuration = try ModelConfiguration(
      family: words.family, architecture: architecture, exampleShape: shape, latentDimensions: latent,
      likelihood: words.likelihood, beta: words.beta,
      capacity: .linear(
        from: 0, to: Float(arguments.number("capacity") ?? 25), epochs: arguments.number("growth") ?? 20),
      freeBits: Float(arguments.number("freebits") ?? 0),
      importanceSamples: words.family == .importanceWeighted ? arguments.integer("k") ?? 5 : 1,
      noise: words.family == .denoising ? try NoiseText.parse(arguments, "noise") : nil, classCount: words.classCount,
      initializer: arguments.text("init").flatMap { Initializer(rawValue: $0) } ?? .pytorch,
      outputBiasStartsAtMean: arguments.text("bias") != "init", seed: seed)
    var recipe = TrainingRecipe()
    recipe.data = words.dataName
    try words.refuseMeanBias(of: architecture)
    let made = try words.locatingShapeErrors {
      try Model(configuration, options: CompilerOptions(threads: execution.state.settings.threads))
    }
    let value = Value.object(try ModelValue(made, recipe: recipe))
    if let name = words.name, arguments.target == nil { execution.set(name, to: value) }
    return value
  }

  private static let summary = Command(
    "summary", family: .models, summary: "show a model's layers, shapes, parameters and cost",
    positionals: [Positional("model", .model, takesPipe: true, help: "the model")], result: "a report",
    examples: [.init("summary m", "layer by layer")]
  ) { arguments, execution in
    .report(try SummaryReport.report(try arguments.model("model"), threads: execution.state.settings.threads))
  }

  private static let fork = Command(
    "fork", family: .models, summary: "copy a model, with its training, to go another way",
    positionals: [Positional("model", .model, help: "the model")],
    options: [CommandOption("as", .newName, help: "the copy's name")], result: "the copy",
    examples: [.init("fork m as=m2", "m2 starts where m is"), .init("m2 = fork m", "the same")]
  ) { arguments, execution in
    let copy = Value.object(try arguments.model("model").forked(threads: execution.state.settings.threads))
    if let name = arguments.text("as") {
      execution.set(name, to: copy)
    } else if arguments.target == nil {
      throw arguments.fault(.missingArgument, "fork needs a name for the copy", fix: "Example: fork m as=m2")
    }
    return copy
  }
}

extension Arguments {
  /// The model of an argument.
  func model(_ name: String) throws -> ModelValue {
    guard case .object(let object as ModelValue) = value(name) else {
      throw fault(.wrongKind, "a model is needed", at: name)
    }
    return object
  }

  /// The dataset of an argument; nil when it was not given.
  func dataset(_ name: String) -> DatasetValue? {
    if case .object(let object as DatasetValue) = value(name) { return object }
    return nil
  }
}
