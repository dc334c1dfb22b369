import Tensors
import VAEngine

/// `doctor`.
enum DoctorCommand {
  static let all = [doctor]

  private static let doctor = Command(
    "doctor", family: .measures, summary: "look a model over: verdict, evidence, next command",
    details: """
      Every number is of the parameters at hand, measured now, in nats per example, on the set that is named with it \
      (at most \(NumberText.count(Examination.limit)) examples of those of training and of what was held out, evenly \
      spread). Faults come first; behind one that causes others, those are not told. It looks, in this order, for:
      """ + "\n\n" + DoctorCheck.all.map { "- " + $0.looksFor }.joined(separator: "\n"),
    positionals: [Positional("model", .model, takesPipe: true, help: "the model")],
    options: [EvaluateCommands.data, EvaluateCommands.seed], result: "a table of what was looked at",
    examples: [.init("doctor m", "what is wrong, if anything")]
  ) { arguments, execution in
    let examination = try Examination(arguments, execution)
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
