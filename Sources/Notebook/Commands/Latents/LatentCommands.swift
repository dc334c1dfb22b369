import Language
import Tensors
import Text
import VAEngine

/// `encode`, `decode`, `sample`, `reconstruct`.
enum LatentCommands {
  static let all = [encode, decode, reconstruct, sample]

  private static let encode = Command(
    "encode", family: .latents, summary: "encode examples into latents",
    details: "what=mean returns posterior means, what=sample one draw for each, what=logvar log σ². Labels are kept.",
    positionals: [
      Positional("model", .model, help: "the model"),
      Positional("data", .value([.dataset, .tensor]), takesPipe: true, help: "a dataset, or images"),
    ],
    options: [
      CommandOption(
        "what", .choice(["mean", "sample", "logvar"]), default: "mean",
        help: "posterior means, one draw each, or log σ²"),
      CommandOption("seed", .seed, note: "the next seed of the session", help: "seed of the draws"),
    ],
    result: "a tensor N×D with labels",
    examples: [.init("z = encode m d", "posterior means"), .init("z = encode m d.test what=sample", "draws")]
  ) { arguments, execution in
    let model = try arguments.model("model")
    let data = try arguments.examples("data", of: model)
    if !model.configuration.family.isProbabilistic, arguments.text("what") != "mean" {
      throw arguments.fault(
        .notSupported, "a plain autoencoder has one code for each example, not a distribution", at: "what",
        fix: "Use what=mean.")
    }
    let live = try model.model(threads: execution.state.settings.threads)
    let codes = try live.encode(data.source) { try execution.working("encode", $0) }
    let (labels, names) = (try data.rowLabels(), data.dataset.labelNames)
    switch arguments.text("what") {
    case "logvar":
      return .tensor(ArrayValue(codes.logVariance, labels: labels, labelNames: names, meaning: .logVariance))
    case "sample":
      let seed = execution.seed(given: arguments.integer("seed"))
      return .tensor(
        ArrayValue(try live.sample(codes, seed: seed), labels: labels, labelNames: names, meaning: .latents))
    default: return .tensor(ArrayValue(codes.mean, labels: labels, labelNames: names, meaning: .latents))
    }
  }

  private static let decode = Command(
    "decode", family: .latents, summary: "decode latents into images",
    positionals: [
      Positional("model", .model, help: "the model"),
      Positional("latents", .value([.tensor]), takesPipe: true, help: "latents N×D, or one of D numbers"),
    ],
    options: [Arguments.label],
    result: "images N×C×H×W",
    examples: [
      .init("x = decode m z[0..9]", "ten images"), .init("decode m mean(z[label=3])", "the mean of class 3, decoded"),
    ]
  ) { arguments, execution in
    let model = try arguments.model("model")
    guard case .tensor(let array) = arguments.value("latents") else { return .nothing }
    return try model.decoded(
      array, label: try arguments.label(for: model, else: array.labels), labels: array.labels, names: array.labelNames,
      execution)
  }

  private static let reconstruct = Command(
    "reconstruct", family: .latents, summary: "show examples and their reconstructions",
    positionals: [
      Positional("model", .model, help: "the model"),
      Positional("data", .value([.dataset, .tensor]), takesPipe: true, help: "a dataset, or images"),
    ],
    options: [CommandOption("n", .integer(1...100_000), default: "10", help: "number of examples, from the first")],
    result: "images: the inputs, then their reconstructions",
    examples: [.init("reconstruct m d n=10", "ten pairs")]
  ) { arguments, execution in
    let model = try arguments.model("model")
    let data = try arguments.examples("data", of: model).drawnOnce()
    let n = min(arguments.integer("n") ?? 10, data.dataset.count)
    let part = data.subset(Array(0..<n))
    let live = try model.model(threads: execution.state.settings.threads)
    let inputs = try part.dataset.examples(Array(0..<n))
    let codes = try live.encode(part.source) { try execution.working("encode", $0) }
    let outputs = try live.decode(codes.mean, labels: try part.conditioning(model)) {
      try execution.working("decode", $0)
    }
    let both = inputs.elements(as: Float.self) + outputs.elements(as: Float.self)
    let shape = Shape([2 * n] + outputs.shape.droppingFirst.dimensions)
    execution.note("rows 0..\(n - 1) are the inputs, \(n)..\(2 * n - 1) their reconstructions")
    let content = ArrayValue.Content("inputs, then \(model.configuration.shown())", isOfEach: false)
    return .tensor(ArrayValue(try Tensor(both, shape: shape), meaning: .images, content: content))
  }

  private static let sample = Command(
    "sample", family: .latents, summary: "decoded draws of the prior: means of p(x|z), or samples of it",
    positionals: [Positional("model", .model, takesPipe: true, help: "the model")],
    options: [
      CommandOption("n", .integer(1...1_000_000), default: "64", help: "number of images"),
      CommandOption("seed", .seed, note: "the next seed of the session", help: "seed of the draws"),
      CommandOption("temperature", .nonNegative, default: "1", help: "factor on the standard deviation of the draws"),
      CommandOption(
        "draws", .choice(DecodedKind.allCases.map(\.rawValue)), default: "means",
        help: "means of p(x|z), as pictures show them, or samples of it"),
      Arguments.label,
    ],
    result: "images n×C×H×W",
    examples: [
      .init("sample m n=64 seed=1", "64 images"), .init("sample m n=64 | plot grid > samples.png", "as an image file"),
      .init("sample m n=64 draws=samples", "with the noise that p(x|z) has"),
    ]
  ) { arguments, execution in
    let model = try arguments.model("model")
    let label = try arguments.label(for: model)
    let live = try model.model(threads: execution.state.settings.threads)
    let seed = execution.seed(given: arguments.integer("seed"))
    let draws = try live.prior(count: arguments.integer("n") ?? 64, seed: seed)
    let scale = Float(arguments.number("temperature") ?? 1)
    let latents = scale == 1 ? draws : try Tensor(draws.elements(as: Float.self).map { $0 * scale }, shape: draws.shape)
    if !model.configuration.family.isProbabilistic {
      execution.note("a plain autoencoder has no prior: these are decoded draws of N(0, I)")
    }
    return try model.decoded(
      ArrayValue(latents), label: label, labels: nil, as: try arguments.draws(of: [model]), seed: seed, execution)
  }
}

extension Arguments {
  /// The same, as a model knows them.
  func examples(_ name: String, of model: ModelValue) throws -> DatasetValue {
    let data = try examples(name)
    do { return try data.matched(to: model) } catch let fault as Fault {
      throw fault.placed(at: self[name]?.span ?? verbSpan)
    }
  }

  /// A dataset, or a tensor wrapped as one.
  func examples(_ name: String) throws -> DatasetValue {
    if let data = dataset(name) { return data }
    guard case .tensor(let array) = value(name) else { throw fault(.wrongKind, "a dataset is needed", at: name) }
    return try DatasetValue.images(array)
  }
}

extension Arguments {
  /// The class to decode, for conditional models.
  ///
  /// - Parameter labels: Classes that the latents have already.
  func label(for model: ModelValue, else labels: [Int32]? = nil) throws -> Int? {
    let family = model.configuration.family
    if isGiven("label"), !family.isConditional {
      throw fault(
        .badOptionValue, "option 'label' does not apply to \(family.word) models", at: "label",
        fix: "Use a conditional model: model c cvae conv on=d")
    }
    if family.isConditional, !isGiven("label"), labels == nil {
      throw fault(.missingArgument, "a conditional model needs a class", fix: "Add: label=3")
    }
    guard isGiven("label") else { return nil }
    guard let text = text("label") ?? integer("label").map(String.init) else { return nil }
    guard let classes = model.recipe.classes else { return Int(text) }
    // Else its number, where classes have names.
    let number = Int(text).flatMap { number in
      classes.indices.contains(number) && classes.allSatisfy { Int($0) == nil } ? number : nil
    }
    guard let index = classes.firstIndex(of: text) ?? number else {
      throw fault(
        .badOptionValue, "label: the model has no class '\(text)'", at: "label",
        fix: Suggestion.question(text, in: classes) ?? "Classes: \(classes.listed).")
    }
    if let trained = model.recipe.trainedClasses, !trained.contains(classes[index]) {
      throw fault(
        .badOptionValue, "label: the model was never trained on class '\(classes[index])'", at: "label",
        fix: "It was trained on: \(trained.listed).")
    }
    return index
  }

  static let label = CommandOption("label", .label, help: "class by name or number, for conditional models")
}

extension Execution {
  /// Reports progress, and stops the work on request.
  func working(_ task: String, _ share: Double) throws {
    try Stopping.check()
    progress(Progress(task: task, fraction: share))
  }
}

extension ModelValue {
  /// Images of latents; a single vector is one row.
  func decoded(
    _ array: ArrayValue, label: Int?, labels: [Int32]?, names: [String] = [], as kind: DecodedKind = .means,
    seed: UInt64 = 0, _ execution: Execution
  ) throws -> Value {
    let rows = array.shape.rank == 1 ? array.tensor.reshaped(to: [1, array.shape.count]) : array.tensor
    let floats = rows.dtype == .float32 ? rows : try Tensor(array.floats, shape: rows.shape)
    let count = floats.shape.dimensions.first ?? 0
    let classes =
      label.map { [Int](repeating: $0, count: count) }
      ?? labels.map { labels in
        labels.map { classIndex(of: $0, names: names) ?? -1 }
      }
    let images = try model(threads: execution.state.settings.threads).decode(
      floats, labels: classes, as: kind, seed: seed
    ) {
      try execution.working("decode", $0)
    }
    return .tensor(
      ArrayValue(
        images, labels: labels, labelNames: names, meaning: .images, content: .init(configuration.shown(kind))))
  }
}
