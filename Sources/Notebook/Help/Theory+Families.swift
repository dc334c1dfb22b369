import SessionCore
import VAEngine

extension Theory {
  /// What families say of themselves, with their sources and the recorded runs of published results.
  static var families: [Theory] {
    Family.all.filter { !$0.theory.isEmpty }.map { family in
      let runs = family.published.isEmpty ? "" : " Recorded: \(family.published.joined(separator: ", "))."
      return Theory(
        family.word, family.summary, aliases: family.aliases, "\(family.theory)\n\n\(family.source).\(runs)",
        show: ["model n \(family.word)"])
    }
  }
}
