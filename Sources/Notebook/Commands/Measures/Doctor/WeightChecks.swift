import Glibc
import SessionCore
import VAEngine

extension DoctorCheck {
  /// Mean squared error over σ² from which a σ that was given is too small: twice σ is left.
  static let givenRatio = 4.0
  /// From which a learned σ lags behind: at its optimum the ratio is 1.
  static let learnedRatio = 1.5

  /// A Gaussian whose σ is far from the error that is left. With r = mean squared error / σ², a σ of the error's size
  /// would save D/2 · (r − 1 − log r) nats.
  static let sigma = DoctorCheck(
    id: "sigma",
    looksFor: """
      a σ that does not fit the error that is left: given, when the root mean squared error is more than twice σ; \
      learned, when it is more than 1.22 times σ or less than σ / 1.22 (its optimum is the root mean squared error: \
      Rybkin et al. 2021); and a given σ under which no code can pay, because σ² is above the largest variance of any \
      direction of the data (Tipping & Bishop 1999)
      """
  ) { examination in
    guard let measured = examination.measured, let ratio = measured.errorRatio, let sigma = measured.sigma else {
      return nil
    }
    let evidence = measured.errorText(examination)
    let place = "(\(measured.judged.place))"
    let saved = Double(examination.model.configuration.pixels) / 2 * (ratio - 1 - log(ratio))
    let saving = "a fitting σ saves \(examination.text(saved)) nats \(place)"
    if examination.model.configuration.likelihood.learnsSigma {
      // What is measured has clean input, and k samples weigh the good ones most: then σ is of another error.
      let family = examination.model.configuration.family
      let isHigh = ratio > learnedRatio && family.bound != .importanceWeighted
      let isLow = ratio < 1 / learnedRatio && family.bound == .elbo && !family.corruptsInput
      guard isHigh || isLow else { return .fine("σ fits the error", evidence) }
      return .cause("σ has not reached the error yet", "\(evidence): \(saving)", next: examination.advice.continued())
    }
    let learned = examination.advice.another { $0.likelihood = .gaussianLearned }
    if !(ratio <= givenRatio) { return .cause("σ is too small", "\(evidence): \(saving)", next: learned) }
    let isUnused = measured.evaluation.activeUnits == 0 && examination.model.configuration.family.isProbabilistic
    if isUnused, measured.principalVariance > 0, measured.principalVariance <= sigma * sigma {
      let deviation = examination.text(measured.principalVariance.squareRoot())
      return .cause(
        "σ is too large for a code",
        "σ \(examination.text(sigma)), deviation of the data at most \(deviation) \(place)", next: learned)
    }
    return .fine("σ as it was given", evidence)
  }

  /// A weight of the KL so small that nothing holds the codes, or so large that it pays to do without them.
  static let weightOfKL = DoctorCheck(
    id: "beta",
    looksFor: """
      beta below 0.1, where a nat of KL costs next to nothing and codes sharpen and spread without end; beta above 1 \
      with more than half of the dimensions inactive, and beta of 10 and more (Higgins et al. 2017 use 4 for such \
      images): a nat of KL must then save that many nats of reconstruction. −ELBO is least at beta=1
      """
  ) { examination in
    let configuration = examination.model.configuration
    guard let measured = examination.measured, configuration.family.isProbabilistic else { return nil }
    let e = measured.evaluation
    let terms = "KL \(examination.text(e.kl.mean)), reconstruction \(examination.text(e.reconstruction.mean)) nats"
    let evidence = "\(terms) (\(examination.place))"
    guard configuration.family.hasWeightedKL, !configuration.family.hasCapacity else {
      return .fine("KL and reconstruction", evidence)
    }
    let beta = Double(configuration.beta.target)
    let next = examination.advice.another {
      $0["beta"] = 1
      $0["freebits"] = 0
    }
    if beta < 0.1 {
      let low = measured.logVariance.map { ", log σ² down to \(examination.text($0.lowerBound))" } ?? ""
      return .cause("beta=\(examination.text(beta)) is too small", "\(terms)\(low) (\(examination.place))", next: next)
    }
    let inactive = configuration.latentDimensions - e.activeUnits
    if beta > 1, beta >= 10 || inactive * 2 > configuration.latentDimensions {
      let idle = "\(inactive) of \(configuration.latentDimensions) dimensions inactive"
      return .cause("beta=\(examination.text(beta)) is too large", "\(idle), \(evidence)", next: next)
    }
    return .fine("KL and reconstruction", evidence)
  }

  /// Posteriors wider than any optimum has them.
  static let logVariance = DoctorCheck(
    id: "log-variance",
    looksFor: """
      a log σ² of a posterior above 5 (148 times the prior's variance, when an optimum is never above it), or below −15 \
      (σ below 0.0006) under a likelihood of [0, 1]
      """
  ) { examination in
    guard examination.model.configuration.family.isProbabilistic, let range = examination.measured?.logVariance else {
      return nil
    }
    let evidence =
      "log σ² from \(examination.text(range.lowerBound)) to \(examination.text(range.upperBound))"
    let isLow = range.lowerBound < -15 && examination.model.configuration.likelihood.isBounded
    guard isLow || range.upperBound > 5 else { return .fine("log σ² in bounds", evidence) }
    return .fault(
      "log σ² out of bounds", "\(evidence) (\(examination.place))",
      next: examination.advice.another { $0.bounds = -10...2 })
  }
}
