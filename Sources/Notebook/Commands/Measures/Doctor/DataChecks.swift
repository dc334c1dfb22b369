import Datasets
import SessionCore
import Text
import VAEngine

extension DoctorCheck {
  /// Beyond this, values are not of the size that layers begin with: with PyTorch's initial weights a layer gives back
  /// about what it gets, and Adam moves a weight by no more than the learning rate in a step.
  static let largeInput = 10.0
  /// Below this, the first layer hardly sees the input for its bias, and codes that would pay are not found.
  static let smallInput = 0.5

  /// One example over and over: there is nothing to learn, and every code is as good as none.
  static let constantData = DoctorCheck(
    id: "constant-data", looksFor: "data in which every example is the same: nothing can be learned from them"
  ) { examination in
    guard examination.data.isConstant else { return nil }
    return .only(
      "the data do not vary", "every example is the same (\(examination.dataPlace))",
      next: "describe \(examination.measuredName ?? "d")")
  }

  /// Data that the likelihood gives no probability.
  static let support = DoctorCheck(
    id: "support",
    looksFor: """
      values outside [0, 1] under bernoulli, continuous-bernoulli and logistic256; negative and fractional values under \
      poisson, nb and zinb
      """
  ) { examination in
    let likelihood = examination.model.configuration.likelihood
    guard likelihood.support != .realLine else { return nil }
    let evidence = "values from \(examination.text(examination.data.low)) to \(examination.text(examination.data.high))"
    if likelihood.support == .counts {
      guard !examination.data.fits(likelihood) else { return .fine("input of counts", evidence) }
      return .only(
        "input is not of counts", "\(evidence) (\(examination.dataPlace))",
        next: examination.advice.another { $0.likelihood = .gaussianLearned })
    }
    guard !examination.data.fits(likelihood) else { return .fine("input in [0, 1]", evidence) }
    return .only("input outside [0, 1]", "\(evidence) (\(examination.dataPlace))", next: examination.broughtInside)
  }

  /// Values far from 0, where they hinder: a Gaussian whose σ is far from the error that is left, an autoencoder that
  /// leaves a tenth of the variance or more.
  static let scale = DoctorCheck(
    id: "scale",
    looksFor: """
      values beyond ±10 under gaussian, gaussian-learned and mse, when the fit is poor as well: a root mean squared \
      error more than twice σ (1.22 times a σ that is learned), or, without σ, more than a tenth of the variance left; \
      values within ±0.5 under gaussian-learned and mse, when dimensions are inactive and the residuals are correlated. \
      Layers begin as if their input were near 1, and Adam moves a weight by about lr in a step
      """
  ) { examination in
    let configuration = examination.model.configuration
    // The columns of a table are standardized inside the model.
    guard configuration.likelihood.isReal, configuration.likelihood.columns == nil else { return nil }
    let data = examination.data
    let evidence = "values from \(examination.text(data.low)) to \(examination.text(data.high))"
    if data.largest < smallInput, configuration.likelihood.sigma == nil, let measured = examination.measured,
      measured.inactive(configuration) > 0, measured.residual.isCorrelated
    {
      let inactive = "\(measured.inactive(configuration)) of \(configuration.latentDimensions) dimensions inactive"
      return .cause(
        "input is not scaled",
        "\(evidence), \(inactive), \(examination.text(measured.residual)) (\(examination.place))",
        next: examination.standardized)
    }
    guard data.largest > largeInput else { return .fine("input of moderate size", evidence) }
    guard let measured = examination.measured else {
      return .cause("input is not scaled", "\(evidence) (\(examination.dataPlace))", next: examination.standardized)
    }
    guard measured.isPoor(configuration) else { return .fine("input is large, and fitted well", evidence) }
    return .cause(
      "input is not scaled",
      "\(evidence), \(measured.errorText(examination)) (\(measured.judged.place))", next: examination.standardized)
  }
}

extension Measurement {
  /// Dimensions whose posterior means vary by less than 0.01.
  fileprivate func inactive(_ configuration: ModelConfiguration) -> Int {
    configuration.latentDimensions - evaluation.activeUnits
  }

  /// Mean squared error per element over σ²; nil without σ. 1 where σ fits: −log p is least there.
  var errorRatio: Double? {
    sigma.map { judged.meanSquaredError / ($0 * $0) }
  }

  fileprivate func isPoor(_ configuration: ModelConfiguration) -> Bool {
    guard let ratio = errorRatio else {
      guard let variance = judged.constantPrediction else { return false }
      return !(judged.loss.mean < 0.1 * variance)
    }
    let most = configuration.likelihood.learnsSigma ? DoctorCheck.learnedRatio : DoctorCheck.givenRatio
    return !(ratio < most)
  }

  /// `root mean squared error 12.1, σ 1`.
  func errorText(_ examination: Examination) -> String {
    let error = "root mean squared error \(examination.text(judged.meanSquaredError.squareRoot()))"
    return sigma.map { "\(error), σ \(examination.text($0))" } ?? error
  }
}

extension Examination {
  /// `correlation left 12, by chance 1.2`.
  func text(_ residual: ResidualCorrelation) -> String {
    "correlation left \(text(residual.eigenvalue)), by chance \(text(residual.byChance))"
  }

  /// Mean 0 and deviation 1, and a model of the same kind on that: a factor alone could leave less than σ of it.
  var standardized: String {
    let data = advice.freeName(for: advice.dataName)
    let transform = "\(data) = transform \(advice.dataName ?? "d") standardize=yes"
    guard model.training.step > 0 else { return "\(transform); train \(name) on=\(data) epochs=\(advice.epochs)" }
    return "\(transform); \(advice.retrained(on: data))"
  }

  /// Data inside [0, 1]: seen as the model saw those of its training, where that does it; else scaled by the largest
  /// value; else, with negative values, a likelihood of all numbers.
  fileprivate var broughtInside: String {
    let likelihood = model.configuration.likelihood
    let (from, to) = (measuredName ?? "d", advice.freeName(for: measuredName))
    let isTrained = model.training.step > 0
    if isTrained, let transforms = source.transforms(of: model.recipe), transforms != source.dataset.transforms,
      let seen = try? source.with(transforms, replacing: true), let glance = try? DataGlance(seen.thinned(to: 200)),
      glance.fits(likelihood)
    {
      return "\(to) = transform \(from) like=\(name); evaluate \(name) on=\(to)"
    }
    return advice.broughtInside(data, from: from, to: to, isTrained: isTrained)
  }
}

extension DoctorAdvice {
  /// Data inside [0, 1] for a likelihood of such values: by a factor, from [−1, 1] by half and a half, else a likelihood
  /// of all numbers.
  func broughtInside(_ data: DataGlance, from: String, to: String, isTrained: Bool) -> String {
    let change: String
    switch data.low {
    case 0...: change = "scale=\(NumberText.short(1 / data.high, digits: 7))"
    case _ where data.low >= -1 - 1e-5 && data.high <= 1 + 1e-5: change = "scale=0.5 shift=0.5"
    default: return "\(to) = transform \(from) standardize=yes; " + another(on: to) { $0.likelihood = .gaussianLearned }
    }
    let transform = "\(to) = transform \(from) \(change)"
    return isTrained ? "\(transform); \(retrained(on: to))" : "\(transform); train \(name) on=\(to) epochs=\(epochs)"
  }
}
