import Tensors
import VAEngine

/// `doctor`.
enum DoctorCommand {
  static let all = [doctor]

  private static let doctor = Command(
    "doctor", family: .measures, summary: "look a model over: verdict, evidence, next command",
    positionals: [Positional("model", .model, takesPipe: true, help: "the model")],
    options: [EvaluateCommands.data, EvaluateCommands.seed], result: "a table of findings",
    examples: [.init("doctor m", "what is wrong, if anything")]
  ) { arguments, execution in
    let model = try arguments.model("model")
    let name = arguments["model"]?.name ?? "m"
    let source = try arguments.measured("on", model, execution)
    let live = try model.model(threads: execution.state.settings.threads)
    let result = try live.evaluate(source.source, options: .init(seed: 0))
    let probe = source.subset(Array(0..<min(2000, source.dataset.count)))
    let codes = try live.encode(probe.source)
    let findings = Findings(name: name, model: model, result: result, codes: codes, data: source).all
    let verdict =
      findings.isEmpty
      ? "healthy: nothing to complain of" : findings.count == 1 ? "one finding" : "\(findings.count) findings"
    return .table(
      Table(
        title: "\(name) on \(source.title): \(verdict)", columns: [.init("finding"), .init("evidence"), .init("next")],
        rows: findings.map { [.text($0.what), .text($0.evidence), .text($0.next)] },
        notes: findings.isEmpty
          ? [
            "−ELBO \(NumberText.fixed(result.negativeElbo.mean, decimals: 2)) nats, \(result.activeUnits) of \(result.klPerDimension.count) dimensions active"
          ]
          : []))
  }
}

/// What the doctor looks for.
private struct Findings {
  let name: String
  let model: ModelValue
  let result: Evaluation
  let codes: Codes
  let data: DatasetValue

  struct Finding {
    let what: String
    let evidence: String
    let next: String
  }

  var all: [Finding] {
    [untrained, collapse, balance, variance, overfitting, scale, flat].compactMap { $0 }
  }

  private func text(_ value: Double) -> String { NumberText.short(value, digits: 3) }

  private var isPlain: Bool { model.configuration.family == .autoencoder }

  private var untrained: Finding? {
    model.training.step == 0
      ? Finding(what: "not trained", evidence: "0 steps", next: "train \(name) epochs=20") : nil
  }

  private var collapse: Finding? {
    let d = model.configuration.latentDimensions
    guard !isPlain, model.training.step > 0, result.activeUnits < d else { return nil }
    let dead = d - result.activeUnits
    let severe = result.activeUnits == 0 || dead * 2 > d
    return Finding(
      what: severe ? "posterior collapse" : "inactive dimensions",
      evidence: "\(dead) of \(d) posterior means vary by less than 0.01",
      next: severe
        ? "set \(name) beta=0.5 freebits=0.1"
        : "model \(name)2 \(model.configuration.architecture.name) latent=\(max(1, result.activeUnits))")
  }

  private var balance: Finding? {
    guard !isPlain, model.training.step > 0, result.kl.mean < 1 || result.kl.mean > result.reconstruction.mean else {
      return nil
    }
    return Finding(
      what: result.kl.mean < 1 ? "the latents say next to nothing" : "the KL outweighs the reconstruction",
      evidence: "KL \(text(result.kl.mean)), reconstruction \(text(result.reconstruction.mean)) nats",
      next: result.kl.mean < 1
        ? "explain collapse" : "set \(name) beta=\(text(Double(max(model.configuration.beta.target, 1)) * 2))")
  }

  private var variance: Finding? {
    guard !isPlain else { return nil }
    let values = codes.logVariance.elements(as: Float.self)
    guard let low = values.min(), let high = values.max(), high > 5 || low < -15 else { return nil }
    return Finding(
      what: "exploding log variance", evidence: "log σ² from \(text(Double(low))) to \(text(Double(high)))",
      next: "train \(name) clip=1 lr=\(text(model.recipe.learningRate / 3))")
  }

  private var overfitting: Finding? {
    guard let last = model.training.history.epochs.last,
      let held = last.validation ?? (data.title.hasSuffix("test") ? result.negativeElbo.mean : nil),
      held > last.loss * 1.1 + 1, model.configuration.beta.target == 1 || last.validation != nil
    else { return nil }
    return Finding(
      what: "overfitting", evidence: "training \(text(last.loss)), held out \(text(held)) nats",
      next: "train \(name) validate=0.1 patience=5")
  }

  private var scale: Finding? {
    guard let head = try? data.dataset.examples(Array(0..<min(200, data.dataset.count))) else { return nil }
    let values = head.elements(as: Float.self)
    guard let low = values.min(), let high = values.max() else { return nil }
    let outside = low < 0 || high > 1
    switch model.configuration.likelihood {
    case .bernoulli where outside, .continuousBernoulli where outside, .logistic256 where outside:
      return Finding(
        what: "input outside [0, 1]", evidence: "values from \(text(Double(low))) to \(text(Double(high)))",
        next: "d2 = transform \(model.recipe.data ?? "d") scale=\(text(1 / Double(max(high, 1))))")
    default: return nil
    }
  }

  private var flat: Finding? {
    let epochs = model.training.history.epochs.suffix(5)
    guard epochs.count == 5, let first = epochs.first?.loss, let last = epochs.last?.loss,
      abs(first - last) < abs(first) * 0.001
    else { return nil }
    return Finding(
      what: "flat loss", evidence: "\(text(first)) to \(text(last)) nats in 5 epochs",
      next: "set \(name) lr=\(text(model.recipe.learningRate / 3))")
  }
}
