import SessionCore
import VAEngine

/// One thing that the doctor looks at.
struct DoctorCheck: Sendable {
  /// A stable name, for programs and tests.
  let id: String
  /// What it looks for, with the threshold and why it is that: a paragraph of `help doctor`.
  let looksFor: String
  /// What it found; nil where there is nothing to look at.
  let look: @Sendable (Examination) throws -> Finding?

  /// What a model's family and its likelihood look for by themselves.
  static func checks(of configuration: ModelConfiguration) -> [DoctorCheck] {
    (configuration.family.findings + configuration.likelihood.findings).map { finding in
      DoctorCheck(id: finding.id, looksFor: finding.looksFor) { examination in
        guard let measured = examination.measured else { return nil }
        let evidence = FamilyFinding.Evidence(
          configuration: examination.model.configuration, evaluation: measured.evaluation,
          epoch: examination.model.training.currentEpoch, parameters: measured.likelihoodParameters,
          dataMean: examination.data.mean)
        guard let verdict = finding.look(evidence) else { return nil }
        let next = verdict.advice.map { advice in examination.advice.another { $0.set(advice.setting, advice.value) } }
        return .fault(verdict.text, "\(verdict.evidence) (\(examination.place))", next: next)
      }
    }
  }

  /// All checks, causes before what they cause.
  static let all = [
    finiteParameters, constantData, support, finiteMeasures, scale, divergence, learningRate, sigma, weightOfKL,
    overfitting, progress, gain, dimensions, logVariance,
  ]
}

/// A verdict with its evidence and, when something is wrong, the command to go on with.
struct Finding: Sendable {
  enum Weight: Sendable {
    /// Nothing is wrong.
    case fine
    /// Wrong by itself: what is found besides it may be right, too.
    case fault
    /// Wrong, and the cause of other things: what comes after it is not looked for.
    case cause
    /// Wrong so that no other number means anything.
    case only
  }
  let weight: Weight
  let verdict: String
  let evidence: String
  let next: String?

  static func fine(_ verdict: String, _ evidence: String) -> Finding {
    Finding(weight: .fine, verdict: verdict, evidence: evidence, next: nil)
  }

  static func fault(_ verdict: String, _ evidence: String, next: String?) -> Finding {
    Finding(weight: .fault, verdict: verdict, evidence: evidence, next: next)
  }

  static func cause(_ verdict: String, _ evidence: String, next: String?) -> Finding {
    Finding(weight: .cause, verdict: verdict, evidence: evidence, next: next)
  }

  static func only(_ verdict: String, _ evidence: String, next: String?) -> Finding {
    Finding(weight: .only, verdict: verdict, evidence: evidence, next: next)
  }

  /// What the checks found, the faults first. After a cause only what is fine is told: faults behind it are its own.
  static func all(_ examination: Examination) throws -> [Finding] {
    var found: [Finding] = []
    var hasCause = false
    for check in DoctorCheck.all + DoctorCheck.checks(of: examination.model.configuration) {
      guard let finding = try check.look(examination), !hasCause || finding.weight == .fine else { continue }
      if finding.weight == .only { return [finding] }
      hasCause = hasCause || finding.weight == .cause
      found.append(finding)
    }
    return found.filter { $0.weight != .fine } + found.filter { $0.weight == .fine }
  }
}
