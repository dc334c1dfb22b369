import Glibc
import Tensors
import VAEngine

/// What a trained model is good for: `denoise`, `anomaly`, `compress`.
enum UseCommands {
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
        notes: gain < 0 ? ["The model makes it worse. One trained for it: model m denoising-vae conv"] : []))
  }

  private static let anomaly = Command(
    "anomaly", family: .latents, summary: "the examples that the model explains worst",
    positionals: [model, data],
    options: [CommandOption("top", .integer(1...100_000), default: "20", help: "how many")],
    result: "a table of examples by their squared error plus KL",
    examples: [.init("anomaly m d top=20", "the twenty strangest")]
  ) { arguments, execution in
    let model = try arguments.model("model")
    let source = try arguments.examples("data")
    let scores = try model.scores(source, execution)
    let order = scores.indices.sorted { scores[$0].total > scores[$1].total }
    let totals = scores.map(\.total).sorted()
    func quantile(_ q: Double) -> Double { totals[min(totals.count - 1, Int(q * Double(totals.count)))] }
    return .table(
      Table(
        title: "least expected of \(source.title), \(scores.count) examples",
        columns: [.init("example"), .init("label"), .init("score"), .init("squared error"), .init("KL", unit: "nats")],
        rows: order.prefix(arguments.integer("top") ?? 20).map { row in
          [
            .count(row), source.dataset.label(row).map { .count($0) } ?? .empty, .fixed(scores[row].total, decimals: 2),
            .fixed(scores[row].error, decimals: 2), .fixed(scores[row].kl, decimals: 2),
          ]
        },
        notes: [
          "score: median \(NumberText.fixed(quantile(0.5), decimals: 2)), 95 % are below \(NumberText.fixed(quantile(0.95), decimals: 2))"
        ]))
  }

  private static let compress = Command(
    "compress", family: .latents, summary: "what the latents need in place of the examples, and what is lost",
    positionals: [model, data], result: "a report", examples: [.init("compress m d", "rate and distortion")]
  ) { arguments, execution in
    let model = try arguments.model("model")
    let source = try arguments.examples("data").testPart
    let result = try model.model(threads: execution.state.settings.threads)
      .evaluate(source.source) { try execution.working("compress", $0) }
    let pixels = model.configuration.pixels
    let d = model.configuration.latentDimensions
    let bits = result.kl.mean / log(2.0)
    return .report(
      Report(
        title: "compressing \(source.title), \(result.count) examples",
        fields: [
          .init("raw", label: "as stored", .count(pixels * source.dataset.storage.dtype.size), unit: "bytes/example"),
          .init("floats", label: "latents as float32", .count(d * 4), unit: "bytes/example"),
          .init(
            "ratio", .fixed(Double(pixels * source.dataset.storage.dtype.size) / Double(d * 4), decimals: 1),
            unit: "times smaller"),
          .init("rate", label: "information in the latents (KL)", .fixed(bits, decimals: 1), unit: "bits/example"),
          .init("distortion", .number(result.meanSquaredError), unit: "mean squared error per pixel"),
          .init(
            "psnr", label: "PSNR", .fixed(-10 * log10(max(result.meanSquaredError, 1e-12)), decimals: 2),
            unit: "dB (peak 1)"),
        ]))
  }
}

extension ModelValue {
  /// Squared error of the reconstruction from the posterior mean, and KL, of every example.
  func scores(
    _ data: DatasetValue, _ execution: Execution
  ) throws -> [(error: Double, kl: Double, total: Double)] {
    let live = try model(threads: execution.state.settings.threads)
    let codes = try live.encode(data.source) { try execution.working("encode", $0) }
    let labels = try data.conditioning(self)
    let (d, size) = (configuration.latentDimensions, configuration.pixels)
    let means = codes.mean.elements(as: Float.self)
    let variances = codes.logVariance.elements(as: Float.self)
    var scores: [(error: Double, kl: Double, total: Double)] = []
    for start in stride(from: 0, to: data.dataset.count, by: 1000) {
      if execution.interruption.isRequested { throw Interrupted() }
      let end = min(start + 1000, data.dataset.count)
      let inputs = try data.dataset.examples(Array(start..<end)).elements(as: Float.self)
      let outputs = try live.decode(codes.mean[start..<end], labels: labels.map { Array($0[start..<end]) })
        .elements(as: Float.self)
      for row in 0..<end - start {
        var error = 0.0
        for i in row * size..<(row + 1) * size {
          error += Double(inputs[i] - outputs[i]) * Double(inputs[i] - outputs[i])
        }
        var kl = 0.0
        if configuration.family != .autoencoder {
          for j in (start + row) * d..<(start + row + 1) * d {
            let (m, s) = (Double(means[j]), Double(variances[j]))
            kl += 0.5 * (m * m + expm1(s) - s)
          }
        }
        scores.append((error, kl, error + kl))
      }
    }
    return scores
  }
}
