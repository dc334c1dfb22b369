import Text

/// The output of one command of a session file with the expected output.
package struct CommandResult: Equatable, Sendable {
  package let command: SessionFile.Command
  /// Lines of output, without those that are empty at the end.
  package let actual: [String]
  /// The same with marks around what the clock decides.
  private let marked: [String]
  package let edits: [LineEdit]
  package let seconds: Double

  /// - Parameter output: With marks around what the clock decides.
  package init(command: SessionFile.Command, output: String, seconds: Double, tolerance: Tolerance) {
    self.command = command
    self.seconds = seconds
    marked = outputLines(output)
    actual = marked.map(ClockMarks.plain)
    edits = align(command.expected.map { LineMatcher($0, tolerance: tolerance) }, with: actual)
  }

  package var agrees: Bool { edits.allSatisfy(\.isAgreement) }

  /// A line of the output as a session file holds it, with a tolerance that stood behind it.
  package func written(_ index: Int, suffix: String = "") -> String {
    suffix.isEmpty ? escaped(marked[index]) : ClockMarks.masked(marked[index]) + suffix
  }

  /// The expected lines, updated: lines whose matchers agree are unchanged, the others are replaced and keep their
  /// tolerance.
  package func updatedExpectation(tolerance: Tolerance) -> [String] {
    var lines: [String] = []
    for edit in edits {
      switch edit {
      case .same(let index, _), .anyLines(let index): lines.append(command.expected[index])
      case .covered, .missing: break
      case .extra(let index): lines.append(written(index))
      case .changed(let old, let new, _):
        let suffix = LineMatcher(command.expected[old], tolerance: tolerance).toleranceSuffix ?? ""
        lines.append(written(new, suffix: suffix))
      }
    }
    return lines
  }
}

/// `output` as lines, without blanks at their ends nor empty lines at the end.
package func outputLines(_ output: String) -> [String] {
  var lines = output.split(separator: "\n", omittingEmptySubsequences: false).map { trimmedRight($0) }
  while lines.last?.isEmpty == true { lines.removeLast() }
  return lines
}

/// An output line as a session file holds it: with `\` in front when it would be read as something else. What the clock
/// decides is different every time, so any value stands for it.
///
/// - Parameter line: With `ClockMarks`. Output that an older program kept has none: there the labels of a report tell.
package func escaped(_ line: String) -> String {
  if ClockMarks.isMarked(line) { return ClockMarks.masked(line) }
  if let label = clockLabel(line) {
    let gap = line.dropFirst(2 + label.count).prefix { $0 == " " }
    return "  " + label + gap + "[..]"
  }
  let isSpecial =
    line.hasPrefix("\\") || SessionFile.isPrompt(line) || SessionFile.isContinuation(line) || SessionFile.isProse(line)
    || line.hasPrefix("#!") || line == "..." || line.hasSuffix(" (re)") || line.hasSuffix(" (glob)")
    || line.range(of: "[..]", backwards: false) != nil
    || (line.hasSuffix(")") && line.range(of: " (~", backwards: true) != nil)
  return isSpecial ? "\\" + line : line
}

/// The label of a report's line that says a time.
private func clockLabel(_ line: String) -> String? {
  guard line.hasPrefix("  ") else { return nil }
  let rest = line.dropFirst(2)
  if let label = ["speed", "took", "time per epoch", "an epoch"].first(where: { rest.hasPrefix($0 + " ") }) {
    return label
  }
  // What the epochs of a dry run would take: `  3 epochs  1.2 s`.
  let words = rest.split(separator: " ", maxSplits: 2)
  guard words.count == 3, Int(words[0]) != nil, ["epoch", "epochs"].contains(words[1]), words[2].hasPrefix(" ") else {
    return nil
  }
  return "\(words[0]) \(words[1])"
}
