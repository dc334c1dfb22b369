import SessionCore
import Text
import VAEngine

extension DoctorCheck {
  /// Dimensions whose posterior mean does not vary: too many of them, or a collapse.
  static let dimensions = DoctorCheck(
    id: "dimensions",
    looksFor: """
      dimensions whose posterior means vary by less than 0.01 (Burda et al. 2016): a collapse when they are more than \
      half of all and the residuals are still correlated (largest eigenvalue more than twice that of chance, Marchenko & \
      Pastur 1967); else more dimensions than the data need, and a smaller latent reaches the same ELBO
      """
  ) { examination in
    let configuration = examination.model.configuration
    guard configuration.family.isProbabilistic, let measured = examination.measured else { return nil }
    let (d, active) = (configuration.latentDimensions, measured.evaluation.activeUnits)
    let inactive = d - active
    guard inactive > 0 else { return .fine("dimensions in use", "all \(d) posterior means vary") }
    let residual = measured.residual
    let evidence = "\(inactive) of \(d) posterior means vary by less than 0.01"
    if inactive * 2 > d, residual.isCorrelated {
      let left = examination.text(residual)
      return .fault("posterior collapse", "\(evidence), \(left) (\(examination.place))", next: examination.revived)
    }
    guard d > 1, max(active, 1) < d else { return .fine("a code is not needed", "\(evidence) (\(examination.place))") }
    return .fault(
      "inactive dimensions", "\(evidence) (\(examination.place))",
      next: examination.advice.another { $0.latent = max(active, 1) })
  }
}

extension Examination {
  /// What lets more dimensions live, of what the family has.
  fileprivate var revived: String {
    let configuration = model.configuration
    if configuration.family.hasCapacity {
      let more = NumberText.short(Double(max(configuration.capacity.target, 10)) * 2)
      return "set \(name) capacity=\(more); \(advice.continued())"
    }
    guard configuration.family.hasWeightedKL else { return advice.retrained() }
    return advice.another {
      $0["warmup"] = Double(max(advice.epochs / 2, 1))
      $0["beta"] = min($0["beta"], 1)
    }
  }
}
