import Graphs
import Networks
import Tensors
import VAEngine

/// `model`, `summary`, `fork`.
enum ModelCommands {
  static var all: [Command] { [model, summary, fork] }

  static let presets = Preset.allCases.map(\.rawValue)
  static var families: [String] { Family.all.flatMap { [$0.word] + $0.aliases } }

  private static var model: Command {
    Command(
      "model", family: .models, summary: "create a model",
      details: """
        Words after the name are a family (\(families.joined(separator: ", "))) and an architecture \
        (\(presets.joined(separator: ", "))), in any order; alternatively, encoder= and decoder= describe the layers as \
        text. 'iwae' is the family, or the architecture after another family: 'vae iwae'. The shape of an example is that \
        of on=, else of the only dataset of the session, else 28x28 gray images. Of the normalization \
        layers, layernorm normalizes over all features of an example with a scale and a shift per feature; groupnorm8 \
        normalizes over groups of channels with a scale and a shift per channel, as batchnorm has.
        """,
      positionals: [
        Positional(
          "words", .text(placeholder: "NAME FAMILY ARCHITECTURE", suggestions: presets + families), variadic: true,
          help: "a name, then a family and an architecture")
      ],
      options: [
        CommandOption("latent", .integer(1...65536), note: "default by architecture", help: "latent dimensions"),
        CommandOption("on", .dataset, help: "dataset that determines the shape of an example"),
        CommandOption(
          "hidden", .text(placeholder: "400 or 400,200", suggestions: []), default: "400",
          help: "widths of the hidden layers of mlp"),
        CommandOption(
          "activation", .choice(Activation.allCases.map(\.rawValue)), note: "default by architecture",
          help: "activation of the hidden layers"),
        CommandOption("encoder", .text(placeholder: "\"conv32k3s2 dense16\"", suggestions: []), help: "layers as text"),
        CommandOption("decoder", .text(placeholder: "\"dense16 …\"", suggestions: []), help: "layers as text"),
        CommandOption(
          "likelihood", .choice(Likelihood.all.map(\.name)), note: "bernoulli; mse for ae", help: "distribution p(x|z)"),
        CommandOption("sigma", .positive, default: "1", help: "σ of likelihood=gaussian"),
      ] + FamilyOptions.all + [
        CommandOption(
          "logvar", .interval, note: "-6:2 for gated, else unbounded", help: "bounds of the encoder's log σ² (hardtanh)"
        ),
        CommandOption(
          "init", .choice(Initializer.allCases.map(\.rawValue)), default: "pytorch", help: "initializer of the weights"),
        CommandOption(
          "bias", .choice(["mean", "init"]), default: "mean",
          help: "initial value of the decoder's last bias: from the mean of the first training data, or as init sets it"
        ),
        CommandOption("seed", .seed, note: "the next seed of the session", help: "seed of the weights and the noise"),
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
      var configuration = try ModelConfiguration(
        family: words.family, architecture: architecture, exampleShape: shape, latentDimensions: latent,
        likelihood: words.likelihood, classCount: words.classCount,
        initializer: arguments.text("init").flatMap { Initializer(rawValue: $0) } ?? .pytorch,
        outputBiasStartsAtMean: arguments.text("bias") != "init", seed: seed)
      try words.apply(to: &configuration)
      var recipe = TrainingRecipe()
      recipe.data = words.dataName
      recipe.classes = words.classNames
      recipe.columns = words.columns
      try words.refuseMeanBias(of: architecture)
      let made = try words.locatingShapeErrors {
        try Model(configuration, options: CompilerOptions(threads: execution.state.settings.threads))
      }
      let value = Value.object(try ModelValue(made, recipe: recipe))
      if let name = words.name, arguments.target == nil { execution.set(name, to: value) }
      return value
    }
  }

  private static let summary = Command(
    "summary", family: .models, summary: "show a model's layers, shapes, parameters and cost",
    positionals: [Positional("model", .model, takesPipe: true, help: "the model")], result: "a report",
    examples: [.init("summary m", "layer by layer")]
  ) { arguments, execution in
    .report(try SummaryReport.report(try arguments.model("model"), threads: execution.state.settings.threads))
  }

  private static let fork = Command(
    "fork", family: .models, summary: "copy a model with its training state",
    positionals: [Positional("model", .model, help: "the model")],
    options: [CommandOption("as", .newName, help: "name of the copy")], result: "the copy",
    examples: [.init("fork m as=m2", "m2 starts from the state of m"), .init("m2 = fork m", "the same")]
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
