import Networks
import Tensors
import VAEngine

/// `doctor`.
enum DoctorCommand {
  static let all = [doctor]

  private static let doctor = Command(
    "doctor", family: .measures, summary: "look a model over: verdict, evidence, next command",
    details: """
      Looks for collapsed dimensions, the balance of KL and reconstruction, an exploding log variance, the gap between \
      training and held-out data, input that is not scaled, and a loss that stands still.
      """,
    positionals: [Positional("model", .model, takesPipe: true, help: "the model")],
    options: [EvaluateCommands.data, EvaluateCommands.seed], result: "a table of what was looked at",
    examples: [.init("doctor m", "what is wrong, if anything")]
  ) { arguments, execution in
    let model = try arguments.model("model")
    let name = arguments["model"]?.name ?? "m"
    let source = try arguments.measured("on", model, execution)
    let live = try model.model(threads: execution.state.settings.threads)
    let seed = UInt64(arguments.integer("seed") ?? 0)
    let result = try live.evaluate(source.source, options: .init(seed: seed)) {
      try execution.working("doctor", $0)
    }
    let probe = source.subset(Array(0..<min(2000, source.dataset.count)))
    let codes = try live.encode(probe.source) { try execution.working("encode", $0) }
    let checks = Examination(name: name, model: model, result: result, codes: codes, data: source).all
    let count = checks.filter { $0.next != nil }.count
    let verdict = count == 0 ? "healthy" : count == 1 ? "one finding" : "\(count) findings"
    return .table(
      Table(
        title: "\(name) on \(source.title): \(verdict)",
        columns: [.init("check"), .init("evidence"), .init("next")],
        rows: checks.map { [.text($0.what), .text($0.evidence), .text($0.next ?? "")] }, stacksLast: true))
  }
}

/// What the doctor looks at.
private struct Examination {
  let name: String
  let model: ModelValue
  let result: Evaluation
  let codes: Codes
  let data: DatasetValue

  struct Check {
    /// The verdict: what is fine, or what is not.
    let what: String
    let evidence: String
    /// The command to go on with; nil when all is well.
    let next: String?
  }

  var all: [Check] {
    if model.training.step == 0 {
      return [Check(what: "not trained", evidence: "0 steps", next: "train \(name) epochs=20")]
        + [scale].compactMap { $0 }
    }
    return [collapse, balance, variance, overfitting, scale, flat].compactMap { $0 }
  }

  private func text(_ value: Double) -> String { NumberText.short(value, digits: 3) }

  private var isPlain: Bool { model.configuration.family == .autoencoder }

  private var collapse: Check? {
    guard !isPlain else { return nil }
    let d = model.configuration.latentDimensions
    let dead = d - result.activeUnits
    guard dead > 0 else {
      return Check(what: "dimensions in use", evidence: "all \(d) posterior means vary", next: nil)
    }
    let severe = result.activeUnits == 0 || dead * 2 > d
    return Check(
      what: severe ? "posterior collapse" : "inactive dimensions",
      evidence: "\(dead) of \(d) posterior means vary by less than 0.01",
      next: severe ? loosened : smaller(latent: result.activeUnits) ?? loosened)
  }

  /// What lets more dimensions live, of what the family has.
  private var loosened: String {
    switch model.configuration.family {
    case .capacity: "set \(name) capacity=\(text(Double(max(model.configuration.capacity.target, 10)) * 2))"
    case let family where family.hasWeightedKL: "set \(name) beta=0.5 freebits=0.1"
    default: "explain collapse"
    }
  }

  /// The same model with fewer latent dimensions; nil where a line cannot say it.
  private func smaller(latent: Int) -> String? {
    let c = model.configuration
    guard Preset(rawValue: c.architecture.name) != nil else { return nil }
    var words = ["model \(name)2 \(c.family.rawValue) \(c.architecture.name) latent=\(latent)"]
    if c.architecture.name == Preset.mlp.rawValue {
      let widths = c.architecture.encoder.compactMap {
        if case .dense(let width, _) = $0 { String(width) } else { nil }
      }
      words.append("hidden=\(widths.joined(separator: ","))")
    }
    if c.likelihood != .bernoulli { words.append("likelihood=\(c.likelihood.name)") }
    return words.joined(separator: " ")
  }

  private var balance: Check? {
    guard !isPlain else { return nil }
    let evidence = "KL \(text(result.kl.mean)), reconstruction \(text(result.reconstruction.mean)) nats"
    if result.kl.mean < 1 {
      return Check(what: "the latents say next to nothing", evidence: evidence, next: "explain collapse")
    }
    if result.reconstruction.mean > 0, result.kl.mean > result.reconstruction.mean {
      let more = text(Double(max(model.configuration.beta.target, 1)) * 2)
      return Check(
        what: "the KL outweighs the reconstruction", evidence: evidence, next: "set \(name) beta=\(more)")
    }
    return Check(what: "KL and reconstruction in balance", evidence: evidence, next: nil)
  }

  private var variance: Check? {
    guard !isPlain else { return nil }
    let values = codes.logVariance.elements(as: Float.self)
    guard let low = values.min(), let high = values.max() else { return nil }
    let evidence = "log σ² from \(text(Double(low))) to \(text(Double(high)))"
    guard high > 5 || low < -15 else { return Check(what: "log variance in bounds", evidence: evidence, next: nil) }
    return Check(
      what: "exploding log variance", evidence: evidence,
      next: "train \(name) clip=1 lr=\(text(model.recipe.learningRate / 3))")
  }

  /// Compares what was trained with what was held out: −ELBO of both, whatever the loss weighs; the bound of k samples of
  /// an importance-weighted model.
  private var overfitting: Check? {
    guard let last = model.training.history.epochs.last else { return nil }
    let isWeighted = model.configuration.family == .importanceWeighted
    let trained = isWeighted ? last.loss : last.reconstruction + last.kl
    // The test part is unseen unless it was trained on.
    let known = model.recipe.data ?? ""
    let tested = data.title.hasSuffix("test") && !known.hasSuffix(".all") && !known.hasSuffix(".test")
    guard let held = last.validation ?? (tested && !isWeighted ? result.negativeElbo.mean : nil) else {
      return Check(what: "nothing was held out", evidence: "the gap to unseen data is not known", next: nil)
    }
    let evidence = "training \(text(trained)), held out \(text(held)) nats"
    guard held > trained + 0.1 * abs(trained) + 1 else {
      return Check(what: "no overfitting", evidence: evidence, next: nil)
    }
    return Check(what: "overfitting", evidence: evidence, next: "train \(name) validate=0.1 patience=5")
  }

  private var scale: Check? {
    guard let head = try? data.dataset.examples(Array(0..<min(200, data.dataset.count))) else { return nil }
    let values = head.elements(as: Float.self)
    guard let low = values.min(), let high = values.max() else { return nil }
    let evidence = "values from \(text(Double(low))) to \(text(Double(high)))"
    switch model.configuration.likelihood {
    case .bernoulli, .continuousBernoulli, .logistic256:
      guard low < 0 || high > 1 else { return Check(what: "input in [0, 1]", evidence: evidence, next: nil) }
      return Check(
        what: "input outside [0, 1]", evidence: evidence,
        next: "d2 = transform \(model.recipe.data ?? "d") scale=\(text(1 / Double(max(high, 1))))")
    default:
      let largest = Double(max(abs(low), abs(high)))
      guard largest > 10 else { return Check(what: "input of moderate size", evidence: evidence, next: nil) }
      return Check(
        what: "input is not scaled", evidence: evidence,
        next: "d2 = transform \(model.recipe.data ?? "d") scale=\(text(1 / largest))")
    }
  }

  private var flat: Check? {
    let epochs = model.training.history.epochs.suffix(5)
    guard let first = epochs.first?.loss, let last = epochs.last?.loss else { return nil }
    let count = epochs.count
    let evidence = "loss \(text(first)) to \(text(last)) in \(count) \(count == 1 ? "epoch" : "epochs")"
    guard count == 5, abs(first - last) < abs(first) * 0.001 else {
      return Check(what: count == 1 ? "one epoch says little" : "the loss moves", evidence: evidence, next: nil)
    }
    return Check(
      what: "flat loss", evidence: evidence, next: "set \(name) lr=\(text(model.recipe.learningRate / 3))")
  }
}
