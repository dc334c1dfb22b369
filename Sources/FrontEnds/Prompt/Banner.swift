import Tensors
import Terminal
import Text

/// The banner: three lines with first commands on the first run, one line later.
package enum Banner {
  package static func text(
    isFirstRun: Bool, workspace: String?, isRecovery: Bool, color: ColorPolicy, width: Int
  ) -> String {
    let name = "elbo \(ProcessContext.version)"
    let commands = ["load digits as=d", "model m conv latent=20", "train m on=d epochs=5", "sample m"]
    var text: String
    if let workspace, !isRecovery {
      text = "\(name) · \(VisibleText.name(workspace))"
    } else if !isFirstRun {
      text = "\(name) · Tab completes, '?' after a word explains it, 'help' lists commands"
    } else {
      text = """
        \(name): a prompt for variational autoencoders. 'help' lists the commands.
        Try  \(commands.joined(separator: ", "))
        Tab completes, 'train?' shows help, Ctrl-C interrupts, Ctrl-D exits.
        """
    }
    text = HangingText.wrapped(text, to: width)
    // Where a command is broken over two lines it has no color.
    for command in isFirstRun ? commands : [] where text.contains(command) {
      text.replace(command, with: Style.prompt.apply(command, color), maxReplacements: 1)
    }
    text.replace(name, with: Style.heading.apply(name, color), maxReplacements: 1)
    return text + "\n"
  }
}
