import VAEngine

extension Execution {
  /// Says what it means when a model that something was computed of has parameters that are not finite: what was shown
  /// came from nothing.
  func remarkNonFinite(_ arguments: Arguments) {
    let command = arguments.command
    guard command.remarksNonFinite else { return }
    for argument in command.positionals.flatMap({ arguments.all($0.name) }) {
      guard case .value(.object(let object)) = argument.content, let model = object as? ModelValue,
        let live = try? model.model(threads: state.settings.threads), let bad = live.parameters.firstNonFinite()
      else { continue }
      let name = argument.name ?? "the model"
      note(
        "\(name) has parameters that are not finite, the first \(bad.name)[\(bad.index)]: nothing computed from it means "
          + "anything. Undo what caused it (undo), or train a fresh model: train \(name) seeds=1")
    }
  }

  /// Says where a measure is not finite although the parameters are.
  func remark(_ result: Evaluation, of name: String, _ model: ModelValue) {
    guard let example = result.firstNonFinite,
      (try? model.model(threads: state.settings.threads))?.parameters.firstNonFinite() == nil
    else { return }
    let term = result.kl.mean.isFinite ? "reconstruction" : "KL"
    note("the \(term) of \(name) is not finite, first at example \(example). What to do: doctor \(name)")
  }
}
