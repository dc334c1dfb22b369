import SessionCore
import Tensors
import Text
import VAEngine

/// `doctor`.
struct Diagnose: DeclaredCommand {
  static var about: About {
    About(
      "doctor", family: .measures, summary: "diagnose a model: verdict, evidence, next command",
      details: """
        Every figure is measured now, with the current parameters, in nats per example, on the data named beside it (at \
        most \(NumberText.count(Examination.limit)) examples of the training data and of the held-out data, evenly \
        spaced). Problems come first; when one causes others, only the cause is listed. Its checks, in order, find:
        """ + "\n\n" + looksFor.joined(separator: "\n"),
      // It says itself what is wrong with the parameters.
      returns: .init(.table, "a table of the checks"), remarksCaveats: false,
      examples: [.init("doctor m", "what is wrong with it, if anything")])
  }

  /// Checks of every model, then those of families and of likelihoods.
  private static var looksFor: [String] {
    DoctorCheck.all.map { "- " + $0.looksFor }
      + Family.all.flatMap { family in family.findings.map { "- of \(family.word): \($0.looksFor)" } }
      + Likelihood.all.flatMap { likelihood in
        likelihood.findings.map { "- of likelihood=\(likelihood.name): \($0.looksFor)" }
      }
  }

  @Argument(takesPipe: true, help: "the model") var model: ModelValue
  let data = MeasuredData()
  let seed = MeasureSeed()

  func run(_ call: Call) throws -> Value {
    let examination = try Examination(
      model, at: $model, on: data.data(for: model, at: $model, call).testPart, named: data.name, seed: seed.value, call)
    let findings = try Finding.all(examination)
    let count = findings.filter { $0.weight != .fine }.count
    let verdict = count == 0 ? "healthy" : count == 1 ? "one finding" : "\(count) findings"
    return .table(
      Table(
        title: "\(examination.name) on \(examination.source.title): \(verdict)",
        columns: [.init("check"), .init("evidence"), .init("next")],
        rows: findings.map { [.text($0.verdict), .text($0.evidence), .text($0.next ?? "")] }, stacksLast: true))
  }
}
