import Tensors
import Terminal

/// The banner: three lines with first commands on the first run, one line later.
enum Banner {
  static func text(isFirstRun: Bool, workspace: String?, isRecovery: Bool, color: ColorPolicy) -> String {
    let name = Style.heading.apply("elbo \(ProcessContext.version)", color)
    if let workspace, !isRecovery { return "\(name) · \(VisibleText.name(workspace))\n" }
    guard isFirstRun else { return "\(name) · Tab completes, '?' after a word shows help, 'help' lists the commands\n" }
    let commands = ["load digits as=d", "model m conv latent=20", "train m on=d epochs=5", "sample m"]
    return """
      \(name): variational autoencoders at a prompt. 'help' lists the commands, Tab completes.
      Try  \(commands.map { Style.prompt.apply($0, color) }.joined(separator: ", "))
      'train?' shows help, Ctrl-C interrupts, Ctrl-D exits.

      """
  }
}
