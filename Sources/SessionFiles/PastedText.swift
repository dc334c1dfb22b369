/// Converts text pasted at the prompt to commands.
///
/// From a transcript (text with `elbo> ` prompts) the commands are extracted; outputs and prose are skipped. Other text
/// is unchanged.
package enum PastedText {
  /// The text with prompts and outputs taken out; the same text when there are no prompts.
  package static func source(of text: String) -> String {
    guard SessionFile.hasPrompts(text) else { return text }
    return commands(in: text).joined(separator: "\n")
  }

  /// The commands of a transcript, in order.
  package static func commands(in text: String) -> [String] {
    var commands: [String] = []
    var isOpen = false
    for line in text.textLines {
      if SessionFile.isPrompt(line) {
        commands.append(String(line.dropFirst(SessionFile.prompt.count)))
        isOpen = true
      } else if SessionFile.isContinuation(line), isOpen, let last = commands.popLast() {
        commands.append(last + "\n" + line.dropFirst(SessionFile.continuation.count))
      } else if !line.isEmpty {
        // A paste with "\r\n" comes with an empty line after each: readline makes a newline of both.
        isOpen = false
      }
    }
    return commands.filter { !$0.allSatisfy { $0 == " " || $0 == "\n" } }
  }
}
