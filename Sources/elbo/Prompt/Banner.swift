import Terminal

/// What a person sees first: three lines that tell what to type, the first time; one line later.
enum Banner {
  static func text(isFirstRun: Bool, workspace: String?, isRecovery: Bool, color: ColorPolicy) -> String {
    let name = Style.heading.apply("elbo \(ProcessContext.version)", color)
    if let workspace, !isRecovery { return "\(name) · \(workspace)\n" }
    guard isFirstRun else { return "\(name) · Tab completes, '?' after a word explains, 'help' lists\n" }
    let commands = ["load digits as=d", "model m conv latent=20", "train m on=d epochs=5", "sample m"]
    return """
      \(name): variational autoencoders at a prompt. 'help' lists, Tab completes.
      Try  \(commands.map { Style.prompt.apply($0, color) }.joined(separator: ", "))
      'train?' explains a word, Ctrl-C stops what runs, Ctrl-D leaves.

      """
  }
}
