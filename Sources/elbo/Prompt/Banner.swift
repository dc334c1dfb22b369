import Notebook
import Tensors
import Terminal

/// What a person sees first: three lines that tell what to type, the first time; one line later.
enum Banner {
  static func text(
    isFirstRun: Bool, workspace: String?, isRecovery: Bool, color: ColorPolicy, width: Int
  ) -> String {
    let name = "elbo \(ProcessContext.version)"
    let commands = ["load digits as=d", "model m conv latent=20", "train m on=d epochs=5", "sample m"]
    var text: String
    if let workspace, !isRecovery {
      text = "\(name) · \(VisibleText.name(workspace))"
    } else if !isFirstRun {
      text = "\(name) · Tab completes, '?' after a word explains, 'help' lists"
    } else {
      text = """
        \(name): variational autoencoders at a prompt. 'help' lists, Tab completes.
        Try  \(commands.joined(separator: ", "))
        'train?' explains a word, Ctrl-C stops what runs, Ctrl-D leaves.
        """
    }
    text = HangingText.wrapped(text, to: width)
    // Where a command is broken over two lines it has no colour.
    for command in isFirstRun ? commands : [] where text.contains(command) {
      text.replace(command, with: Style.prompt.apply(command, color), maxReplacements: 1)
    }
    text.replace(name, with: Style.heading.apply(name, color), maxReplacements: 1)
    return text + "\n"
  }
}
