/// The cells of a session.
package struct History: Sendable {
  private var entries: [HistoryEntry] = []

  mutating func add(_ entry: HistoryEntry) { entries.append(entry) }

  /// The last `count` cells, oldest first.
  package func tail(_ count: Int) -> [HistoryEntry] { Array(entries.suffix(max(0, count))) }

  /// Cells `start ..< stop` of a session (0 or the current one's number: this one; negative: counted back).
  package func range(session: Int = 0, start: Int, stop: Int?) -> [HistoryEntry] {
    entries.filter { $0.number >= start && $0.number < (stop ?? .max) }
  }

  /// Cells whose source matches a glob pattern (`*` and `?`), oldest first; the last `limit` of them.
  package func search(
    _ pattern: String, unique: Bool = false, limit: Int? = nil, allSessions: Bool = true
  ) -> [HistoryEntry] {
    var seen: Set<String> = []
    var found: [HistoryEntry] = []
    for entry in entries.reversed() where Glob.matches(pattern, entry.source) {
      if unique, !seen.insert(entry.source).inserted { continue }
      found.append(entry)
      if let limit, found.count >= limit { break }
    }
    return found.reversed()
  }
}

/// Patterns with `*` for any text and `?` for any character.
enum Glob {
  static func matches(_ pattern: String, _ text: String) -> Bool {
    let (p, t) = (Array(pattern.unicodeScalars), Array(text.unicodeScalars))
    var (i, j) = (0, 0)
    var star: (pattern: Int, text: Int)?
    while j < t.count {
      if i < p.count, p[i] == "*" {
        star = (i, j)
        i += 1
      } else if i < p.count, p[i] == "?" || p[i] == t[j] {
        i += 1
        j += 1
      } else if let (at, from) = star {
        i = at + 1
        j = from + 1
        star = (at, from + 1)
      } else {
        return false
      }
    }
    return p[i...].allSatisfy { $0 == "*" }
  }
}
