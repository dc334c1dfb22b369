import Datasets
import Glibc
import SessionCore
import Tensors
import Text
import VAEngine

/// `denoise`.
struct Denoise: DeclaredCommand {
  static let about = About(
    "denoise", family: .latents, summary: "corrupt examples and measure how much of the error the model removes",
    returns: .init(.report), examples: [.init("denoise m d noise=gaussian:0.3", "error before and after")])

  @Argument(help: "the model") var model: ModelValue
  @Argument(takesPipe: true, noun: "a dataset, or images", help: "a dataset, or images") var data: Examples
  @Option(default: Noise.gaussian(0.3), help: "kind and strength of the corruption") var noise: Noise
  @Option(.integer(1...1_000_000), default: 1000, help: "number of examples, from the first") var n: Int
  @Option(.seed, default: 0, help: "seed of the noise") var seed: Int

  func run(_ call: Call) throws -> Value {
    let execution = call.execution
    if model.configuration.likelihood.columns != nil {
      throw $model.fault(
        .notSupported, "columns of a table have units of their own: one noise for all of them means nothing",
        fix: "To hide cells and measure what fills them: impute m t hide=0.2")
    }
    let seed = UInt64(seed)
    let source = try data.data(of: model, at: $data, call.execution).testPart.drawnOnce(seed: seed)
    let n = min(n, source.dataset.count)
    let part = source.subset(Array(0..<n))
    let noise = noise.transform
    let live = try model.model(threads: call.threads)
    _ = try live.checkValues(part.source)
    // The examples as they were drawn are what is corrupted, and what the repaired are compared with.
    let drawn = try part.dataset.examples(Array(0..<n))
    let clean = drawn.elements(as: Float.self)
    let stream = RandomStream(seed: seed, purpose: "denoise")
    let corrupted = try DatasetValue.images(ArrayValue(drawn)).with([noise]).dataset
      .examples(Array(0..<n), stream: stream)
    let images = try DatasetValue.images(ArrayValue(corrupted))
    let repaired = try live.decode(
      try live.encode(images.source) { try execution.working("denoise", $0) }.mean, labels: try part.conditioning(model)
    ) { try execution.working("denoise", $0) }
    let pixels = model.configuration.pixels
    func error(_ values: [Float]) -> Estimate {
      Estimate(
        (0..<n).map { row in
          (row * pixels..<(row + 1) * pixels).reduce(0.0) { sum, i in
            let delta = Double(values[i] - clean[i])
            return sum + delta * delta
          } / Double(pixels)
        })
    }
    let (before, after) = (error(corrupted.elements(as: Float.self)), error(repaired.elements(as: Float.self)))
    let gain = 10 * log10(before.mean / max(after.mean, 1e-12))
    // Of what was not corrupted there is no gain to have.
    let isCorrupted = before.mean > 0
    return .report(
      Report(
        title: "denoising \(noise.description), \(n) examples of \(source.title)",
        fields: [
          .init(
            "before", label: "error before denoising", .number(before.mean), detail: " mean squared, per pixel",
            error: before.standardError),
          .init(
            "after", label: "error after denoising", .number(after.mean), detail: " mean squared, per pixel",
            error: after.standardError),
          isCorrupted
            ? .init("gain", .fixed(gain, decimals: 2), unit: "dB")
            : .init("gain", .empty, detail: "none to have: no noise"),
        ],
        notes: isCorrupted && gain < 0
          ? [
            "Denoising with this model increases the error. A model trained for denoising: model m2 denoising-vae conv noise=\(self.noise.argumentText)"
          ] : []))
  }
}

/// `anomaly`.
struct Anomaly: DeclaredCommand {
  static let about = About(
    "anomaly", family: .latents, summary: "list the examples with the largest −ELBO",
    returns: .init(.table, "a table of examples by −ELBO, by reconstruction for plain autoencoders"),
    examples: [.init("anomaly m d top=20", "the twenty highest scores")])

  @Argument(help: "the model") var model: ModelValue
  @Argument(takesPipe: true, noun: "a dataset, or images", help: "a dataset, or images") var data: Examples
  @Option(.integer(1...100_000), default: 20, help: "how many") var top: Int
  @Option(.integer(1...10_000), default: 1, help: "posterior draws averaged in each score") var draws: Int
  @Option(.seed, default: 0, help: "seed of the draws") var seed: Int

  func run(_ call: Call) throws -> Value {
    let source = try data.data(of: model, at: $data, call.execution).drawnOnce(seed: UInt64(seed))
    let live = try model.model(threads: call.threads)
    let warnings = try live.checkValues(source.source)
    let terms = try live.exampleTerms(source.source, draws: draws, seed: UInt64(seed)) {
      try call.execution.working("anomaly", $0)
    }
    let totals = zip(terms.reconstruction, terms.kl).map { $0 + $1 }
    let order = totals.indices.sorted { (totals[$0], $1) > (totals[$1], $0) }
    let sorted = totals.sorted()
    func quantile(_ q: Double) -> String {
      NumberText.fixed(sorted[min(sorted.count - 1, Int(q * Double(sorted.count)))], decimals: 2)
    }
    let configuration = model.configuration
    let isPlain = configuration.isPlain
    var caveats = isPlain ? [] : warnings.map(\.description)
    if configuration.family.isConditional { caveats.append("−ELBO is of \(configuration.evidence)") }
    if configuration.family.corruptsInput { caveats.append("the model is measured on clean input") }
    let unit = configuration.lossUnit
    let ofPosterior: [Table.Column] =
      isPlain
      ? [.init("reconstruction", unit: unit)]
      : [
        .init("−ELBO", unit: unit), .init("reconstruction", unit: unit), .init("KL", unit: "nats"),
        .init("ELBO", unit: unit, for: .programs),
      ]
    let most = try model.configuration.likelihood.columns.map {
      try Self.mostUnusual($0, live, source, seed: UInt64(seed))
    }
    var table = Table(
      title: "highest anomaly scores of \(source.title), \(totals.count) examples",
      columns: [.init("example"), .init("label")] + ofPosterior
        + (most == nil ? [] : [.init("mostly by", key: "column")]),
      rows: order.prefix(top).map { row in
        let parts = isPlain ? [totals[row]] : [totals[row], terms.reconstruction[row], terms.kl[row]]
        return [.count(row), source.labelCell(row)]
          + parts.map { .fixed($0, decimals: 2) } + (isPlain ? [] : [.number(-totals[row])])
          + (most.map { [.text($0[row])] } ?? [])
      },
      notes: ["score: median \(quantile(0.5)), 95 % are below \(quantile(0.95))"])
    table.caveats = caveats
    let shown = source.subset(Array(order.prefix(min(top, 100))))
    table.images = try shown.images(first: shown.dataset.count)
    return .table(table)
  }
}

extension Anomaly {
  /// For each row the column whose −log p is furthest above what it is on average, and its value.
  private static func mostUnusual(
    _ columns: TableColumns, _ live: Model, _ source: DatasetValue, seed: UInt64
  ) throws -> [String] {
    let losses = try live.columnTerms(source.source, seed: seed).losses.elements(as: Float.self)
    let (count, c) = (source.dataset.count, columns.models.count)
    let means = (0..<c).map { column in
      (0..<count).reduce(0.0) { $0 + Double(losses[$1 * c + column]) } / Double(max(count, 1))
    }
    let rows = TableRows(columns: columns.ofData(source))
    return try (0..<count).map { row in
      let excess = (0..<c).map { Double(losses[row * c + $0]) - means[$0] }
      let column = TableRows.likeliest(excess[...])
      let seen = try Tensor(source.dataset.doubles(row..<row + 1), shape: [1, columns.width])
      let cells = rows.cells(try source.decoded(seen).tensor.doubles()[...])
      return "\(columns.models[column].name) = \(cells[column].text)"
    }
  }
}

/// `compress`.
struct Compress: DeclaredCommand {
  static let about = About(
    "compress", family: .latents,
    summary: "compare the size of the latents with the size of the examples, and report the distortion",
    returns: .init(.report), examples: [.init("compress m d", "rate and distortion")])

  @Argument(help: "the model") var model: ModelValue
  @Argument(takesPipe: true, noun: "a dataset, or images", help: "a dataset, or images") var data: Examples

  func run(_ call: Call) throws -> Value {
    let source = try data.data(of: model, at: $data, call.execution).testPart.drawnOnce()
    let live = try model.model(threads: call.threads)
    _ = try live.checkValues(source.source)
    let codes = try live.encode(source.source) { try call.execution.working("compress", $0) }
    let isPlain = !model.configuration.family.isProbabilistic
    let kl = isPlain ? nil : try live.measured(source).kl.scaled(by: 1 / log(2.0))
    let code = try LatentCode(codes, levels: isPlain ? 256 : nil)
    // The reconstruction from the compressed bytes alone.
    let restored = try live.decode(code.decoded(), labels: try source.conditioning(model))
    let count = source.dataset.count
    let pixels = model.configuration.pixels
    var errors: [Double] = []
    var isWithinUnit = true
    for start in stride(from: 0, to: count, by: 1000) {
      try Stopping.check()
      let rows = Array(start..<min(start + 1000, count))
      let inputs = try source.dataset.examples(rows).elements(as: Float.self)
      isWithinUnit = isWithinUnit && inputs.allSatisfy { $0 >= -1e-5 && $0 <= 1 + 1e-5 }
      let outputs = restored[start..<start + rows.count].elements(as: Float.self)
      for row in rows.indices {
        errors.append(
          (row * pixels..<(row + 1) * pixels).reduce(0.0) { sum, i in
            let delta = Double(inputs[i] - outputs[i])
            return sum + delta * delta
          })
      }
    }
    let error = Estimate(errors).scaled(by: 1 / Double(pixels))
    let raw = pixels * source.dataset.storage.dtype.size
    let coded = Double(code.bytes.count) / Double(count)
    var fields: [Report.Field] = [
      .init("raw", label: "as stored", .count(raw), unit: "bytes/example"),
      .init(
        "floats", label: "latents as float32", .count(model.configuration.latentDimensions * 4), unit: "bytes/example"),
      .init(
        "coded", label: "latents, entropy-coded", .fixed(coded, decimals: 2),
        unit: "bytes/example",
        detail: ", measured: \(NumberText.bytes(code.bytes.count)) in all"
          + (isPlain ? ", 256 levels each" : "")),
      .init("ratio", .fixed(Double(raw) / coded, decimals: 1), detail: " times smaller"),
    ]
    if let kl {
      fields.append(
        .init(
          "rate", label: "rate of the ELBO (KL)", .fixed(kl.mean, decimals: 1), unit: "bits/example",
          error: kl.standardError))
    }
    // Over columns of different units it is of none.
    let isTable = model.configuration.likelihood.columns != nil
    if isTable { return .report(Report(title: "compressing \(source.title), \(count) examples", fields: fields)) }
    fields += [
      .init(
        "distortion", label: "reconstruction error", .number(error.mean), detail: " mean squared, per pixel",
        error: error.standardError)
    ]
    // Of data without a largest value there is no peak.
    if isWithinUnit {
      fields.append(
        .init(
          "psnr", label: "PSNR", .fixed(-10 * log10(max(error.mean, 1e-12)), decimals: 2), unit: "dB",
          detail: " (peak 1)"))
    }
    return .report(Report(title: "compressing \(source.title), \(count) examples", fields: fields))
  }
}
