import Language
import SessionCore

/// `label=`: the class to decode, for conditional models.
struct LabelOption: ArgumentGroup {
  @Option(.label, help: "class by name or number, for conditional models") var label: String?

  /// - Parameter labels: Classes that the latents have already.
  func `class`(for model: ModelValue, else labels: [Int32]? = nil) throws -> Int? {
    let family = model.configuration.family
    if $label.isGiven, !family.isConditional {
      throw $label.fault(
        .badOptionValue, "option 'label' does not apply to \(family.word) models",
        fix: "Use a conditional model: model c cvae conv on=d")
    }
    if family.isConditional, !$label.isGiven, labels == nil {
      throw $label.fault(
        .missingArgument, "a conditional model needs a class", fix: "Add: label=\(LabelNames.word(model.labelExample))")
    }
    return try label.flatMap { text in
      try model.classNumber(text) { message, fix in throw $label.fault(.badOptionValue, message, fix: fix) }
    }
  }
}
