import SessionCore
import VAEngine

extension ModelValue {
  /// What it means when parameters are not finite: what was shown came from nothing.
  package func caveat(as name: String?, threads: Int?) -> String? {
    guard let live = try? model(threads: threads), let bad = live.parameters.firstNonFinite() else { return nil }
    let name = name ?? "the model"
    return
      "\(name) has parameters that are not finite, the first \(bad.name)[\(bad.index)]: nothing computed from it means "
      + "anything. Undo what caused it (undo), or train a fresh model: train \(name) seeds=1"
  }
}

extension Execution {
  /// Says where a measure is not finite although the parameters are.
  func remark(_ result: Evaluation, of name: String, _ model: ModelValue) {
    guard let example = result.firstNonFinite,
      (try? model.model(threads: state.settings.threads))?.parameters.firstNonFinite() == nil
    else { return }
    let term = result.kl.mean.isFinite ? "reconstruction" : "KL"
    note("the \(term) of \(name) is not finite, first at example \(example). What to do: doctor \(name)")
  }
}
