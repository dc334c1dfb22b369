import Language
import SessionCore
import Tensors
import VAEngine

struct Encode: DeclaredCommand {
  static let about = About(
    "encode", family: .latents, summary: "encode examples into latents",
    details: "what=mean returns posterior means, what=sample one draw for each, what=logvar log σ². Labels are kept.",
    returns: .init(.tensor, "a tensor N×D with labels"),
    examples: [.init("z = encode m d", "posterior means"), .init("z = encode m d.test what=sample", "draws")])

  enum What: String, Choice {
    case mean, sample, logvar

    var help: String {
      switch self {
      case .mean: "posterior means"
      case .sample: "draws from the posterior"
      case .logvar: "log σ² of the posterior"
      }
    }
  }

  @Argument(help: "the model") var model: ModelValue
  @Argument(takesPipe: true, noun: "a dataset, or images", help: "a dataset, or images") var data: Examples
  @Option(default: .mean, help: "posterior means, one draw each, or log σ²") var what: What
  @Option(.seed, note: "the next seed of the session", help: "seed of the draws") var seed: Int?

  func run(_ call: Call) throws -> Value {
    let data = try data.data(of: model, at: $data, call.execution)
    if !model.configuration.family.isProbabilistic, what != .mean {
      throw $what.fault(
        .notSupported, "a plain autoencoder has one code for each example, not a distribution",
        fix: "Use what=mean.")
    }
    let live = try model.model(threads: call.threads)
    let codes = try RankMeasure.run(.codes, model, live, on: data, call.execution.options) {
      try live.encode(data.source) { try call.execution.working("encode", $0) }
    }
    let (labels, names) = (try data.rowLabels(), data.dataset.labelNames)
    switch what {
    case .logvar:
      return .tensor(ArrayValue(codes.logVariance, labels: labels, labelNames: names, meaning: .logVariance))
    case .sample:
      let draws = try live.sample(codes, seed: call.execution.seed(given: seed))
      return .tensor(ArrayValue(draws, labels: labels, labelNames: names, meaning: .latents))
    case .mean: return .tensor(ArrayValue(codes.mean, labels: labels, labelNames: names, meaning: .latents))
    }
  }
}

struct Decode: DeclaredCommand {
  static let about = About(
    "decode", family: .latents, summary: "decode latents into images", returns: .init(.tensor, "images N×C×H×W"),
    examples: [
      .init("x = decode m z[0..9]", "ten images"), .init("decode m mean(z[label=3])", "the mean of class 3, decoded"),
    ])

  @Argument(help: "the model") var model: ModelValue
  @Argument(takesPipe: true, noun: "latents N×D, or one of D numbers", help: "latents N×D, or one of D numbers")
  var latents: ArrayValue
  let labels = LabelOption()
  let units = UnitsOption()

  func run(_ call: Call) throws -> Value {
    let label = try labels.class(for: model, else: latents.labels)
    return .tensor(
      try model.decoded(
        latents, label: label, labels: latents.labels, names: latents.labelNames, units: units.units, call.execution))
  }
}

struct Reconstruct: DeclaredCommand {
  static let about = About(
    "reconstruct", family: .latents, summary: "show examples and their reconstructions",
    returns: .init(.tensor, "images: the inputs, then their reconstructions"),
    examples: [.init("reconstruct m d n=10", "ten pairs")])

  @Argument(help: "the model") var model: ModelValue
  @Argument(takesPipe: true, noun: "a dataset, or images", help: "a dataset, or images") var data: Examples
  @Option(.integer(1...100_000), default: 10, help: "number of examples, from the first") var n: Int
  let units = UnitsOption()

  func run(_ call: Call) throws -> Value {
    let data = try data.data(of: model, at: $data, call.execution).drawnOnce()
    let n = min(n, data.dataset.count)
    let part = data.subset(Array(0..<n))
    let live = try model.model(threads: call.threads)
    if let columns = model.configuration.likelihood.columns {
      return .table(try Self.rows(part, live, columns, model, units.units))
    }
    let inputs = try part.dataset.examples(Array(0..<n))
    let codes = try live.encode(part.source) { try call.execution.working("encode", $0) }
    let outputs = try live.decode(codes.mean, labels: try part.conditioning(model)) {
      try call.execution.working("decode", $0)
    }
    let both = inputs.elements(as: Float.self) + outputs.elements(as: Float.self)
    let shape = Shape([2 * n] + outputs.shape.droppingFirst.dimensions)
    call.execution.note("rows 0..\(n - 1) are the inputs, \(n)..\(2 * n - 1) their reconstructions")
    let content = ArrayValue.Content("inputs, then \(model.configuration.shown())", isOfEach: false)
    let pairs = try Tensor(both, shape: shape)
    var array = try data.decoded(pairs, units: units.units)
    array.content = content
    return .tensor(array)
  }
}

extension Reconstruct {
  /// Each row of a table, and below it what it is decoded to.
  private static func rows(
    _ part: DatasetValue, _ live: Model, _ columns: TableColumns, _ model: ModelValue, _ units: Units
  ) throws -> Table {
    let codes = try live.encode(part.source)
    let means = try live.decode(codes.mean, labels: try part.conditioning(model))
    let rows = TableRows(columns: columns.ofData(part, units))
    let width = columns.width
    let seen = try Tensor(part.dataset.doubles(0..<part.dataset.count), shape: means.shape)
    let written = try Tensor(TableRows(columns: columns).written(means.elements(as: Float.self)), shape: means.shape)
    let inputs = try part.decoded(seen, units: units).tensor.doubles()
    let outputs = try part.decoded(written, units: units).tensor.doubles()
    return Table(
      title: "rows of \(part.title), each above the mean of p(x | z) for its code",
      columns: [.init("row"), .init("what")] + columns.models.map { .init($0.name, key: $0.name) },
      rows: (0..<part.dataset.count).flatMap { row -> [[Table.Cell]] in
        let own = row * width..<(row + 1) * width
        return [
          [.count(row), .text("data")] + rows.cells(inputs[own]),
          [.count(row), .text("model")] + rows.cells(outputs[own]),
        ]
      })
  }
}

struct Sample: DeclaredCommand {
  static let about = About(
    "sample", family: .latents, summary: "decoded draws of the prior: means of p(x|z), or samples of it",
    details:
      "Of a table: rows with the names, categories and digits of its columns, inside their ranges, as a dataset.",
    returns: .init("images n×C×H×W, or a dataset of rows"),
    examples: [
      .init("sample m n=64 seed=1", "64 images"), .init("sample m n=64 | plot grid > samples.png", "as an image file"),
      .init("sample m n=64 draws=samples", "with the noise that p(x|z) has"),
      .init("sample m n=1000 > synthetic.csv", "rows of a table"),
    ])

  @Argument(takesPipe: true, help: "the model") var model: ModelValue
  @Option(.integer(1...1_000_000), default: 64, help: "number of images") var n: Int
  @Option(.seed, note: "the next seed of the session", help: "seed of the draws") var seed: Int?
  @Option(.nonNegative, default: 1, help: "factor on the standard deviation of the draws") var temperature: Double
  @Option(
    note: "means; samples for a table", help: "means of p(x|z), as pictures show them, or samples of it")
  var draws: DecodedKind?
  let labels = LabelOption()
  let units = UnitsOption()

  func run(_ call: Call) throws -> Value {
    let label = try labels.class(for: model)
    let columns = model.configuration.likelihood.columns
    let made = try model.sampled(
      n, seed: call.execution.seed(given: seed), temperature: temperature, label: label,
      as: (draws ?? (columns == nil ? .means : .samples)).checked(for: [model], at: $draws),
      units: columns == nil ? units.units : .model, call.execution)
    guard let columns else { return .tensor(made) }
    // Digits and ranges are those of what the model saw.
    let written = try Tensor(TableRows(columns: columns).written(made.floats), shape: made.shape)
    return .object(
      try DatasetValue.rows(
        model.decoded(written, units: units.units).tensor, columns, title: "samples", source: "drawn from a model",
        labels: label.map { [Int32](repeating: Int32($0), count: n) }, labelNames: model.recipe.classes ?? []))
  }
}

extension DecodedKind: Choice {
  package var help: String {
    switch self {
    case .means: "means of p(x | z), smooth"
    case .samples: "samples of p(x | z), with its noise"
    }
  }

  /// - Throws: `Fault` for samples of a model whose likelihood has none.
  func checked(for models: [ModelValue], at place: ArgumentPlace) throws -> DecodedKind {
    guard self == .samples, let without = models.first(where: { !$0.configuration.likelihood.hasSamples }) else {
      return self
    }
    throw place.fault(
      .notSupported, "likelihood=\(without.configuration.likelihood.name) has no p(x | z) to draw from",
      fix: "Use draws=means.")
  }
}

extension DecodedKind? {
  /// What is decoded to be compared: what was asked for, else samples where all the models have them.
  func chosen(for models: [ModelValue], at place: ArgumentPlace) throws -> DecodedKind {
    if let self { return try self.checked(for: models, at: place) }
    return models.allSatisfy(\.configuration.likelihood.hasSamples) ? .samples : .means
  }
}

extension Execution {
  /// Reports progress, and stops the work on request.
  func working(_ task: String, _ share: Double) throws {
    try Stopping.check()
    progress(Progress(task: task, fraction: share))
  }
}

extension ModelValue {
  /// Decoded draws of the prior, whose standard deviation is `temperature`.
  func sampled(
    _ n: Int, seed: UInt64, temperature: Double = 1, label: Int?, as kind: DecodedKind, units: Units = .data,
    _ execution: Execution
  ) throws -> ArrayValue {
    let prior = try model(threads: execution.state.settings.threads).prior(count: n, seed: seed)
    let scale = Float(temperature)
    let latents = scale == 1 ? prior : try Tensor(prior.elements(as: Float.self).map { $0 * scale }, shape: prior.shape)
    if !configuration.family.isProbabilistic {
      execution.note("a plain autoencoder has no prior: these are decoded draws of N(0, I)")
    }
    return try decoded(ArrayValue(latents), label: label, labels: nil, as: kind, seed: seed, units: units, execution)
  }

  /// Images of latents, in the unit of the data unless they are wanted as the model has them; a single vector is one row.
  func decoded(
    _ array: ArrayValue, label: Int?, labels: [Int32]?, names: [String] = [], as kind: DecodedKind = .means,
    seed: UInt64 = 0, units: Units = .data, _ execution: Execution
  ) throws -> ArrayValue {
    let rows = array.shape.rank == 1 ? array.tensor.reshaped(to: [1, array.shape.count]) : array.tensor
    let floats = rows.dtype == .float32 ? rows : try Tensor(array.floats, shape: rows.shape)
    let count = floats.shape.dimensions.first ?? 0
    let classes =
      try label.map { [Int](repeating: $0, count: count) }
      ?? labels?.map { label in
        guard label >= 0, configuration.family.isConditional else { return Int(label) }
        guard let index = classIndex(of: label, names: names) else {
          throw Fault(
            .noLabels, "the model has no class '\(LabelNames.name(of: label, names))'",
            fix: "Its classes: \((recipe.classes ?? []).listed).")
        }
        return index
      }
    let images = try model(threads: execution.state.settings.threads).decode(
      floats, labels: classes, as: kind, seed: seed
    ) {
      try execution.working("decode", $0)
    }
    let shown = try decoded(images, units: units)
    return ArrayValue(
      shown.tensor, labels: labels, labelNames: names, meaning: .images, form: shown.form,
      content: .init(configuration.shown(kind)))
  }
}
