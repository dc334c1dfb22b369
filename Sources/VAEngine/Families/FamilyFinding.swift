/// Something that `doctor` looks for in models of one family.
package struct FamilyFinding: Sendable {
  /// A stable name, for programs and tests.
  package let id: String
  /// What it looks for, with the threshold and why it is that.
  package let looksFor: String
  /// What it found; nil for nothing.
  package let look: @Sendable (Evidence) -> Verdict?

  package init(_ id: String, looksFor: String, look: @escaping @Sendable (Evidence) -> Verdict?) {
    (self.id, self.looksFor, self.look) = (id, looksFor, look)
  }

  /// What is known of a trained model.
  package struct Evidence: Sendable {
    package let configuration: ModelConfiguration
    package let evaluation: Evaluation
    /// Of the last epoch; nil before there was one.
    package let epoch: TrainingHistory.Epoch?

    package init(configuration: ModelConfiguration, evaluation: Evaluation, epoch: TrainingHistory.Epoch?) {
      (self.configuration, self.evaluation, self.epoch) = (configuration, evaluation, epoch)
    }
  }

  package struct Verdict: Sendable, Equatable {
    /// `the critic has won`
    package let text: String
    /// The number that shows it.
    package let evidence: String
    /// The setting that would help, and its value as typed; the program words the command.
    package let advice: (setting: String, value: String)?

    package init(_ text: String, evidence: String, advice: (setting: String, value: String)? = nil) {
      (self.text, self.evidence, self.advice) = (text, evidence, advice)
    }

    package static func == (a: Verdict, b: Verdict) -> Bool {
      a.text == b.text && a.evidence == b.evidence && a.advice?.setting == b.advice?.setting
        && a.advice?.value == b.advice?.value
    }
  }
}
