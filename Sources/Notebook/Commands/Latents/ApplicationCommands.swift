import Glibc
import Tensors
import VAEngine

/// What a trained model is good for: `denoise`, `anomaly`, `compress`.
enum ApplicationCommands {
  static let all = [denoise, anomaly, compress]

  private static let model = Positional("model", .model, help: "the model")
  private static let data = Positional(
    "data", .value([.dataset, .tensor]), takesPipe: true, help: "a dataset, or images")

  private static let denoise = Command(
    "denoise", family: .latents, summary: "corrupt examples and measure how much the model puts right",
    positionals: [model, data],
    options: [
      CommandOption(
        "noise", .text(placeholder: "gaussian:0.3", suggestions: ["gaussian:0.3", "mask:0.25", "salt:0.1"]),
        default: "gaussian:0.3", help: "what corrupts"),
      CommandOption("n", .integer(1...1_000_000), default: "1000", help: "examples, from the first"),
      CommandOption("seed", .seed, default: "0", help: "of the noise"),
    ],
    result: "a report", examples: [.init("denoise m d noise=gaussian:0.3", "error before and after")]
  ) { arguments, execution in
    let model = try arguments.model("model")
    let source = try arguments.examples("data").testPart
    let n = min(arguments.integer("n") ?? 1000, source.dataset.count)
    let part = source.subset(Array(0..<n))
    let how = arguments["noise"]?.raw ?? "gaussian:0.3"
    let noisy: DatasetValue =
      switch try NoiseText.parse(arguments, "noise") {
      case .gaussian(let sigma): try part.with([.gaussianNoise(sigma)])
      case .mask(let share): try part.with([.maskNoise(share)])
      case .saltAndPepper(let share): try part.with([.saltAndPepper(share)])
      }
    let stream = RandomStream(seed: UInt64(arguments.integer("seed") ?? 0), purpose: "denoise")
    let clean = try part.dataset.examples(Array(0..<n)).elements(as: Float.self)
    let corrupted = try noisy.dataset.examples(Array(0..<n), stream: stream)
    let live = try model.model(threads: execution.state.settings.threads)
    let images = try DatasetValue.images(ArrayValue(corrupted, labels: try part.rowLabels()))
    let repaired = try live.decode(
      try live.encode(images.source) { try execution.working("denoise", $0) }.mean, labels: try part.conditioning(model)
    ) { try execution.working("denoise", $0) }
    func error(_ values: [Float]) -> Double {
      zip(values, clean).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) } / Double(max(clean.count, 1))
    }
    let (before, after) = (error(corrupted.elements(as: Float.self)), error(repaired.elements(as: Float.self)))
    let gain = 10 * log10(before / max(after, 1e-12))
    return .report(
      Report(
        title: "denoising \(noisy.dataset.transforms.last?.description ?? ""), \(n) examples of \(source.title)",
        fields: [
          .init("before", label: "error of the corrupted", .number(before), unit: "mean squared, per pixel"),
          .init("after", label: "error of the repaired", .number(after), unit: "mean squared, per pixel"),
          .init("gain", .fixed(gain, decimals: 2), unit: "dB"),
        ],
        notes: gain < 0
          ? ["The model makes it worse. One trained for it: model m2 denoising-vae conv noise=\(how)"] : []))
  }

  private static let anomaly = Command(
    "anomaly", family: .latents, summary: "the examples that the model explains worst",
    positionals: [model, data],
    options: [
      CommandOption("top", .integer(1...100_000), default: "20", help: "how many"),
      CommandOption("draws", .integer(1...10_000), default: "1", help: "posterior draws that the score averages over"),
      CommandOption("seed", .seed, default: "0", help: "of the draws"),
    ],
    result: "a table of examples by −ELBO, by reconstruction for plain autoencoders",
    examples: [.init("anomaly m d top=20", "the twenty strangest")]
  ) { arguments, execution in
    let model = try arguments.model("model")
    let source = try arguments.examples("data")
    let live = try model.model(threads: execution.state.settings.threads)
    _ = try live.checkValues(source.source)
    let terms = try live.exampleTerms(
      source.source, draws: arguments.integer("draws") ?? 1, seed: UInt64(arguments.integer("seed") ?? 0)
    ) { try execution.working("anomaly", $0) }
    let totals = zip(terms.reconstruction, terms.kl).map { $0 + $1 }
    let order = totals.indices.sorted { (totals[$0], $1) > (totals[$1], $0) }
    let sorted = totals.sorted()
    func quantile(_ q: Double) -> String {
      NumberText.fixed(sorted[min(sorted.count - 1, Int(q * Double(sorted.count)))], decimals: 2)
    }
    let isPlain = model.configuration.family == .autoencoder
    let unit = model.configuration.likelihood == .squaredError ? "" : "nats"
    return .table(
      Table(
        title: "least expected of \(source.title), \(totals.count) examples",
        columns: [
          .init("example"), .init("label"), .init(isPlain ? "score" : "−ELBO", unit: unit),
          .init("reconstruction", unit: unit), .init("KL", unit: "nats"),
        ],
        rows: order.prefix(arguments.integer("top") ?? 20).map { row in
          [
            .count(row), source.dataset.label(row).map { .count($0) } ?? .empty, .fixed(totals[row], decimals: 2),
            .fixed(terms.reconstruction[row], decimals: 2), .fixed(terms.kl[row], decimals: 2),
          ]
        },
        notes: ["score: median \(quantile(0.5)), 95 % are below \(quantile(0.95))"]))
  }

  private static let compress = Command(
    "compress", family: .latents, summary: "what the latents need in place of the examples, and what is lost",
    positionals: [model, data], result: "a report", examples: [.init("compress m d", "rate and distortion")]
  ) { arguments, execution in
    let model = try arguments.model("model")
    let source = try arguments.examples("data").testPart
    let live = try model.model(threads: execution.state.settings.threads)
    let codes = try live.encode(source.source) { try execution.working("compress", $0) }
    let isPlain = model.configuration.family == .autoencoder
    let kl = isPlain ? nil : try live.evaluate(source.source).kl.scaled(by: 1 / log(2.0))
    let code = try LatentCode(codes, levels: isPlain ? 256 : nil)
    // What the bytes give back, decoded from them alone.
    let restored = try live.decode(code.decoded(), labels: try source.conditioning(model))
    let count = source.dataset.count
    let pixels = model.configuration.pixels
    var errors: [Double] = []
    for start in stride(from: 0, to: count, by: 1000) {
      try Stopping.check()
      let rows = Array(start..<min(start + 1000, count))
      let inputs = try source.dataset.examples(rows).elements(as: Float.self)
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
        unit: "bytes/example, measured: \(NumberText.bytes(code.bytes.count)) in all"
          + (isPlain ? ", 256 levels each" : "")),
      .init("ratio", .fixed(Double(raw) / coded, decimals: 1), unit: "times smaller"),
    ]
    if let kl {
      fields.append(
        .init(
          "rate", label: "rate of the ELBO (KL)", .fixed(kl.mean, decimals: 1), unit: "bits/example",
          error: kl.standardError))
    }
    fields += [
      .init(
        "distortion", label: "error of the decoded", .number(error.mean), unit: "mean squared, per pixel",
        error: error.standardError),
      .init("psnr", label: "PSNR", .fixed(-10 * log10(max(error.mean, 1e-12)), decimals: 2), unit: "dB (peak 1)"),
    ]
    return .report(Report(title: "compressing \(source.title), \(count) examples", fields: fields))
  }
}
