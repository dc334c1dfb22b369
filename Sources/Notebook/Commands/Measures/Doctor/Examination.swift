import Glibc
import SessionCore
import Tensors
import Text
import VAEngine

/// What the doctor measures of a model, once, and what its checks decide by.
struct Examination {
  /// Examples of a set that are looked at, evenly spread over it.
  static let limit = 2000

  let name: String
  let model: ModelValue
  /// The data it is measured on.
  let source: DatasetValue
  /// How that is called.
  let measuredName: String?
  let data: DataGlance
  /// The first parameter that is not finite, and how many are.
  let nonFinite: (first: String, count: Int)?
  /// nil when there is nothing to measure: never trained, not finite, or data outside what the likelihood can hold.
  let measured: Measurement?
  let advice: DoctorAdvice

  /// - Parameters:
  ///   - place: Of the model.
  ///   - given: The name of the data, when they were given.
  init(
    _ model: ModelValue, at place: ArgumentPlace, on whole: DatasetValue, named given: String?, seed: UInt64,
    _ call: Call
  ) throws {
    let execution = call.execution
    (self.model, source) = (model, whole)
    name = place.variable ?? "m"
    let parts = try TrainedParts(model, measured: whole, execution, at: call.verbSpan)
    let live = try model.model(threads: call.threads)
    try live.check(whole.source)
    try execution.working("doctor", 0)
    nonFinite = live.parameters.nonFinite
    data = try DataGlance(whole.thinned(to: Self.limit))
    let datasets = execution.names(ofKinds: [.dataset])
    measuredName = given?.strippingPart ?? parts.name ?? (datasets.count == 1 ? datasets[0] : nil)
    advice = DoctorAdvice(name: name, model: model, dataName: parts.name ?? measuredName, execution: execution)
    guard nonFinite == nil, model.training.step > 0, data.isFinite, data.fits(model.configuration.likelihood) else {
      measured = nil
      return
    }
    measured = try Measurement(live, whole, parts, seed: seed) {
      try execution.working("doctor", $0)
    }
  }

  /// What was measured, all of it: `mnist.test, 10,000 examples`.
  var place: String { "\(source.title), \(counted(source.dataset.count, "example"))" }

  /// What of it was looked at for the range of its values.
  var dataPlace: String { "\(source.title), \(counted(data.count, "example"))" }

  /// Three digits, the sign of a number that is not positive included.
  func text(_ value: Double) -> String { NumberText.short(value, digits: 3) }
}

/// Figures of the current parameters.
struct Measurement {
  /// One set, and how the model does on it.
  struct Side {
    let title: String
    let count: Int
    /// What training is judged by: −ELBO, the bound of k samples, or the reconstruction of an autoencoder.
    let loss: Estimate
    /// The same of the best constant prediction; nil where it has no closed form.
    let constantPrediction: Double?
    let meanSquaredError: Double

    /// `digits.train, 2,000 examples`.
    var place: String { "\(title), \(counted(count, "example"))" }
  }

  let evaluation: Evaluation
  /// Smallest and largest log σ² of the posteriors.
  let logVariance: ClosedRange<Double>?
  /// What the likelihood has besides the decoder's outputs.
  let likelihoodParameters: [String: [Float]]
  /// σ of a Gaussian likelihood.
  let sigma: Double?
  let training: Side?
  let heldOut: Side?
  /// The set that was measured, whatever it is.
  let here: Side
  /// What the code leaves in common between the elements of an example.
  let residual: ResidualCorrelation
  /// Largest eigenvalue of the data's covariance.
  let principalVariance: Double

  /// The examples it was trained on, where they are known: faults of training are judged there.
  var judged: Side { training ?? here }

  init(
    _ live: Model, _ source: DatasetValue, _ parts: TrainedParts, seed: UInt64, progress: (Double) throws -> Void
  ) throws {
    evaluation = try live.evaluate(source.source, options: .init(seed: seed)) { try progress(0.4 * $0) }
    let few = source.thinned(to: Examination.limit)
    let codes = try live.encode(few.source) { try progress(0.4 + 0.2 * $0) }
    let variances = codes.logVariance.elements(as: Float.self)
    if let low = variances.min(), let high = variances.max() {
      logVariance = low <= high ? Double(low)...Double(high) : nil
    } else {
      logVariance = nil
    }
    sigma = try live.sigma
    likelihoodParameters = try live.likelihoodParameters
    let isWeighted = live.configuration.family.bound == .importanceWeighted
    func side(_ data: DatasetValue, _ known: Evaluation? = nil) throws -> Side {
      // k decodings an example.
      let data = data.thinned(to: isWeighted ? Examination.limit / 4 : Examination.limit)
      let result = try known ?? live.evaluate(data.source)
      return Side(
        title: data.title, count: data.dataset.count,
        loss: isWeighted ? try live.heldOutLoss(data.source) : result.negativeElbo,
        constantPrediction: try live.lossOfConstantPrediction(data.source), meanSquaredError: result.meanSquaredError)
    }
    here = try side(few, few.dataset.count == source.dataset.count && !isWeighted ? evaluation : nil)
    try progress(0.7)
    training = try parts.training.map { try side($0) }
    try progress(0.85)
    heldOut = try parts.heldOut.map { try side($0) }
    // Half a second of arithmetic at most, however large the examples are.
    let probe = source.thinned(to: max(100, min(1000, 2_000_000 / max(live.configuration.pixels, 1))))
    residual =
      evaluation.firstNonFinite == nil ? try live.residualCorrelation(probe.source) : .init(eigenvalue: 0, byChance: 1)
    principalVariance = PrincipalVariance.largest(
      try probe.source.values().elements(as: Float.self), size: live.configuration.pixels, standardized: false)
    try progress(1)
  }
}

extension DatasetValue {
  /// At most `limit` examples, evenly spread, under the same name.
  func thinned(to limit: Int) -> DatasetValue {
    let count = dataset.count
    guard count > limit else { return self }
    return subset((0..<limit).map { $0 * count / limit }, title: title)
  }
}
