import SessionCore
import Tensors
import Text
import VAEngine

extension TrainingRun {
  /// ` on=d`, where it was given.
  var dataWords: String { command.$on.isGiven ? " on=\(command.$on.raw)" : "" }
  /// ` epochs=20`, where it was given.
  var epochWords: String { command.$epochs.isGiven ? " epochs=\(command.$epochs.raw)" : "" }

  /// What to do about a loss that is not finite, by its cause: what the model had learned is gone, σ is too small for
  /// the data, the data are far from 0, the KL weighs too much; else the learning rate.
  func fix(of error: NonFiniteError, firstStep: UInt64) throws -> String {
    let advice = DoctorAdvice(self)
    let configuration = model.configuration
    // Steps that were kept on the way to the failure are no place to continue from.
    let back = error.restoredStep > firstStep ? "undo; " : ""
    let glance = try DataGlance(training.thinned(to: 2000))
    let reach = "the data reach \(NumberText.short(glance.largest, digits: 3))"
    let isLarge = configuration.likelihood.isReal && glance.largest > DoctorCheck.largeInput
    let scaled = advice.freeName(for: recipe.data)
    let scaling = "\(scaled) = transform \(recipe.data ?? "d") standardize=yes; "
    // A tenth of a learning rate far above all useful values would not help.
    let isFast = recipe.learningRate > 0.01
    let rate = " lr=\(NumberText.short(min(recipe.learningRate / 10, 1e-3)))"
    if let sigma = configuration.likelihood.sigma,
      Double(sigma) < 1e-3 * (isLarge ? 1 : max(glance.largest, 1e-30))
    {
      let another = advice.another(on: isLarge ? scaled : nil) { $0.likelihood = .gaussianLearned }
      return "σ is far below the data: \(reach). Try: \(isLarge ? scaling : "")\(another)"
    }
    if isLarge {
      let lower = isFast ? rate : ""
      return "\(reach). Try: \(scaling)"
        + (firstStep == 0
          ? "\(back)train \(name ?? "m") on=\(scaled)\(lower)\(epochWords)"
          : advice.retrained(lower.trimmingPrefix(" ").description, on: scaled))
    }
    if configuration.family.hasWeightedKL, configuration.beta.target > 1e4 {
      return "beta=\(NumberText.short(Double(configuration.beta.target))) overflows. Try: "
        + advice.another {
          $0["beta"] = 1
          $0["freebits"] = 0
        }
    }
    let clip = recipe.learningRate <= 1e-3 ? " clip=1" : ""
    return "Try: \(back)train \(name ?? "m")\(dataWords)\(rate)\(clip)\(epochWords)"
  }
}

extension DoctorAdvice {
  /// What is said of a training under way.
  init(_ run: TrainingRun) {
    self.init(
      name: run.name ?? "m", model: run.model, dataName: run.recipe.data, recipe: run.recipe, execution: run.execution)
  }
}
