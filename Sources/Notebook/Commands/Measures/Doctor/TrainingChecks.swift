import SessionCore
import Text
import VAEngine

extension DoctorCheck {
  /// A loss that has risen: its last epoch against the best one under the same settings.
  static let divergence = DoctorCheck(
    id: "divergence",
    looksFor: """
      a loss that has risen from the best epoch under the same settings to the last, by more than a tenth of what was \
      gained over the best constant prediction and by more than the epochs' noise explains
      """
  ) { examination in
    let training = examination.model.training
    guard let measured = examination.measured, training.restoredEpoch == nil,
      let course = LossCourse(training, examination.model.configuration), course.trained.count > 1,
      let best = course.trained.min(), let last = course.trained.last
    else { return nil }
    let start = measured.judged.constantPrediction ?? course.trained[0]
    let gained = max(abs(start - best), 0.05 * abs(best))
    guard last > best + max(0.1 * gained, 6 * course.noise) else { return nil }
    let rate = min(examination.model.recipe.learningRate / 10, 1e-3)
    return .cause(
      "the loss has risen",
      "loss \(examination.text(best)) to \(examination.text(last)) nats (training, epoch \(course.lastEpoch))",
      next: examination.advice.retrained("lr=\(NumberText.short(rate)) clip=1"))
  }

  /// What training examples gained over a constant prediction and others did not.
  static let overfitting = DoctorCheck(
    id: "overfitting",
    looksFor: """
      a gap between training and held-out examples of more than a tenth of what training examples gained over the best \
      constant prediction, and of more than three standard errors
      """
  ) { examination in
    guard let measured = examination.measured else { return nil }
    guard let training = measured.training, let held = measured.heldOut else {
      return .fine("nothing was held out", "the gap to unseen data is not known")
    }
    let (a, b) = (training.loss, held.loss)
    let evidence = "training \(examination.text(a.mean)), held out \(examination.text(b.mean)) nats"
    let gained = training.constantPrediction.map { max($0 - a.mean, 0) } ?? abs(a.mean)
    let error = (a.standardError * a.standardError + b.standardError * b.standardError).squareRoot()
    guard b.mean - a.mean > max(0.1 * gained, 3 * error) else {
      return .fine("no overfitting", "\(evidence) (\(held.place))")
    }
    if let restored = examination.model.training.restoredEpoch {
      return .fine("overfitting was stopped", "\(evidence) at epoch \(restored) (\(held.place))")
    }
    let recipe = examination.model.recipe
    let watches = recipe.validate > 0 || recipe.validationData != nil
    return .cause(
      "overfitting", "\(evidence) (\(training.place); \(held.place))",
      next: examination.advice.retrained(watches ? "patience=5" : "validate=0.1 patience=5"))
  }

  /// Where training stands: not begun, stopped on the way, still gaining, done.
  static let progress = DoctorCheck(
    id: "progress",
    looksFor: """
      training that was stopped on its way, or still gains more than 2 % an epoch of what was gained over the best \
      constant prediction, by a line through its last five epochs under the same settings (of the validation loss, where \
      there is one). A loss that no longer changes has converged, which is no problem
      """
  ) { examination in
    let training = examination.model.training
    if training.step == 0 { return examination.notTrained }
    guard let measured = examination.measured else { return nil }
    if let wanted = examination.model.recipe.unfinished, wanted > training.epoch {
      return .cause(
        "training was stopped", "after \(training.epoch) of \(wanted) epochs", next: "train \(examination.name)")
    }
    if let restored = training.restoredEpoch, let epoch = training.currentEpoch {
      let loss = epoch.validation.map { "validation \(examination.text($0))" } ?? "loss \(examination.text(epoch.loss))"
      return .fine("stopped at its best epoch", "epoch \(restored) of \(training.epoch) restored, \(loss) nats")
    }
    guard let course = LossCourse(training, examination.model.configuration), let last = course.losses.last else {
      return nil
    }
    let recent = course.losses.suffix(LossCourse.recent)
    let epochs = "\(recent.count) \(recent.count == 1 ? "epoch" : "epochs")"
    let evidence =
      "\(course.what) \(examination.text(recent.first ?? last)) to \(examination.text(last)) nats in \(epochs)"
    guard let fall = course.fall else { return .fine("one epoch says little", evidence) }
    let gained = measured.judged.constantPrediction.map { abs($0 - last) } ?? abs(last)
    guard fall > 0.02 * gained else {
      return .fine(fall > 0.002 * gained ? "the loss falls slowly" : "the loss has converged", evidence)
    }
    return .cause("the loss still falls", evidence, next: examination.advice.continued())
  }

  /// A model that does no better than one prediction for all.
  static let gain = DoctorCheck(
    id: "gain",
    looksFor: """
      a loss on the training data that is no better than that of the best constant prediction (each element's mean)
      """
  ) { examination in
    guard let measured = examination.measured, let without = measured.judged.constantPrediction else { return nil }
    let loss = measured.judged.loss.mean
    let evidence = "\(examination.text(loss)) nats, a constant prediction \(examination.text(without))"
    // Without any code in use the dimensions say so.
    let isUsed = !examination.model.configuration.family.isProbabilistic || measured.evaluation.activeUnits > 0
    guard !(loss < without) else {
      return .fine("better than a constant prediction", "\(evidence) (\(measured.judged.place))")
    }
    guard isUsed else { return nil }
    return .cause("nothing was learned", "\(evidence) (\(measured.judged.place))", next: examination.advice.continued())
  }

  /// Learning rates that Adam learns something at; its default is 0.001 (Kingma & Ba 2015).
  private static let usualRates = 1e-4...0.03

  /// The same at a learning rate far from any that is used: going on would be of no use.
  static let learningRate = DoctorCheck(
    id: "learning-rate",
    looksFor: """
      a learning rate outside 0.0001 to 0.03 at which nothing was gained over the best constant prediction
      """
  ) { examination in
    let rate = examination.model.recipe.learningRate
    guard let measured = examination.measured, let without = measured.judged.constantPrediction,
      !(measured.judged.loss.mean < without), !usualRates.contains(rate), examination.model.recipe.optimizer != .sgd
    else { return nil }
    let size = rate > usualRates.upperBound ? "high" : "low"
    let loss = examination.text(measured.judged.loss.mean)
    return .cause(
      "the learning rate is too \(size)",
      "lr=\(NumberText.short(rate)), \(loss) nats, a constant prediction \(examination.text(without)) (\(measured.judged.place))",
      next: examination.advice.retrained("lr=0.001"))
  }
}

extension Examination {
  fileprivate var notTrained: Finding {
    let on = model.recipe.data == nil ? advice.dataName.map { " on=\($0)" } ?? "" : ""
    return .fault("not trained", "0 steps", next: "train \(name)\(on) epochs=20")
  }
}

/// The losses of the epochs that compare: under the settings that hold now, behind a warm-up.
struct LossCourse {
  /// Epochs that tell how it goes on.
  static let recent = 5

  let losses: [Double]
  /// Of the training data.
  let trained: [Double]
  /// `validation` where it is measured after every epoch, else `loss`.
  let what: String
  let lastEpoch: Int

  init?(_ training: TrainingState, _ configuration: ModelConfiguration) {
    // What an edit of these changes is the loss itself.
    let edits = training.history.edits.filter { edit in
      ["beta=", "freebits=", "capacity=", "restored the parameters"].contains { edit.what.contains($0) }
    }
    let edited = edits.map(\.epoch).max() ?? 0
    let isWarm = if case .cyclical = configuration.beta { true } else { false }
    let epochs = training.history.epochs.filter {
      Double($0.epoch) > edited && (isWarm || !configuration.beta.isRising(at: Double($0.epoch - 1)))
    }
    guard let last = epochs.last else { return nil }
    lastEpoch = last.epoch
    let watched = epochs.compactMap(\.validation)
    trained = epochs.map(\.loss)
    (losses, what) = watched.count == epochs.count ? (watched, "validation") : (trained, "loss")
  }

  /// Standard deviation of the noise of an epoch's loss, by the median difference of successive epochs (0.954 standard
  /// deviations of normal noise), which neither a trend nor a jump moves much; 0 of fewer than ten epochs. The best of 150
  /// epochs lies 2.6 deviations below their mean by chance alone.
  var noise: Double {
    guard trained.count >= 10 else { return 0 }
    let steps = zip(trained, trained.dropFirst()).map { abs($1 - $0) }.sorted()
    return steps[steps.count / 2] / 0.954
  }

  /// How much the loss falls in an epoch, by a line through the recent ones; nil of a single epoch, 0 when the fall is not
  /// beyond three standard errors of the line.
  var fall: Double? {
    let recent = Array(losses.suffix(Self.recent))
    let n = Double(recent.count)
    guard recent.count > 1 else { return nil }
    guard recent.count > 2 else { return recent[0] - recent[1] }
    let (middle, mean) = ((n - 1) / 2, recent.reduce(0, +) / n)
    let spread = (0..<recent.count).reduce(0.0) { $0 + (Double($1) - middle) * (Double($1) - middle) }
    let slope =
      recent.indices.reduce(0.0) { $0 + (Double($1) - middle) * (recent[$1] - mean) } / spread
    let rest = recent.indices.reduce(0.0) { sum, i in
      let off = recent[i] - mean - slope * (Double(i) - middle)
      return sum + off * off
    }
    let error = (rest / (n - 2) / spread).squareRoot()
    return -slope > 3 * error || recent.count == 3 ? -slope : 0
  }
}
