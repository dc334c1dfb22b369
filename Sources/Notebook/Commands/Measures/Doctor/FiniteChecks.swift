import Graphs
import SessionCore
import Text
import VAEngine

extension DoctorCheck {
  /// NaN or infinity among the parameters: nothing that is computed from them is a number.
  static let finiteParameters = DoctorCheck(
    id: "finite-parameters",
    looksFor: "parameters that are not finite: then no number of the model means anything"
  ) { examination in
    guard let bad = examination.nonFinite else { return nil }
    let all = NumberText.count(examination.model.parameterCount)
    return .only(
      "parameters are not finite", "\(NumberText.count(bad.count)) of \(all), the first \(bad.first)",
      next: examination.advice.retrained())
  }

  /// −ELBO that overflows although the parameters do not: a log σ² that ran away, running statistics of one row.
  static let finiteMeasures = DoctorCheck(
    id: "finite-measures", looksFor: "a −ELBO that is not finite although the parameters are"
  ) { examination in
    guard let measured = examination.measured, let example = measured.evaluation.firstNonFinite else { return nil }
    let e = measured.evaluation
    let term = e.kl.mean.isFinite ? "reconstruction" : "KL"
    let value = e.kl.mean.isFinite ? e.reconstruction.mean : e.kl.mean
    // Values far from 0 overflow first; a new model on them would, too.
    let isLarge = examination.data.largest > DoctorCheck.largeInput
    return .only(
      "−ELBO is not finite",
      "\(term) \(examination.text(value)) nats, the first at example \(example) (\(examination.place))",
      next: isLarge && examination.model.configuration.likelihood.isReal
        ? examination.standardized : examination.advice.retrained())
  }
}

extension ParameterStore {
  /// The first element that is not finite, and how many there are; nil when all are.
  var nonFinite: (first: String, count: Int)? {
    guard let first = firstNonFinite() else { return nil }
    let count = specs.reduce(0) { sum, spec in
      sum + ((try? value(spec.name).elements(as: Float.self).count { !$0.isFinite }) ?? 0)
    }
    return ("\(first.name)[\(first.index)]", count)
  }
}
