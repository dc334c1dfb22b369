import Text

/// Something that `doctor` looks for in models of one family, or of one likelihood.
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

  /// A number of evidence, three digits.
  static func text(_ value: Double) -> String { NumberText.short(value, digits: 3) }

  /// What is known of a trained model.
  package struct Evidence: Sendable {
    package let configuration: ModelConfiguration
    package let evaluation: Evaluation
    /// Of the last epoch; nil before there was one.
    package let epoch: TrainingHistory.Epoch?
    /// The likelihood's own parameters by their names.
    package let parameters: [String: [Float]]
    /// The mean of all elements of the data; nil where it is not known.
    package let dataMean: Double?

    package init(
      configuration: ModelConfiguration, evaluation: Evaluation, epoch: TrainingHistory.Epoch?,
      parameters: [String: [Float]] = [:], dataMean: Double? = nil
    ) {
      (self.configuration, self.evaluation, self.epoch) = (configuration, evaluation, epoch)
      (self.parameters, self.dataMean) = (parameters, dataMean)
    }
  }

  package struct Verdict: Sendable, Equatable {
    /// `the critic has won`
    package let text: String
    /// The number that shows it.
    package let evidence: String
    /// The setting that would help, or `likelihood`, and its value as typed; the program words the command.
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
