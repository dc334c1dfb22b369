/// How well a line fits some letters of it.
///
/// Every word of the query must be in the line, its letters in order though not side by side; upper case is looked for only
/// where the query has it. Letters that stand together and at the beginnings of words count more, gaps between them less.
package struct FuzzyMatch: Equatable, Sendable {
  /// More is better.
  package let score: Int
  /// The bytes of the line that the query's letters are.
  package let positions: [Int]

  /// nil where the line does not fit.
  package init?(_ query: String, in line: String) {
    let text = Array(line.utf8)
    var (score, positions) = (0, [Int]())
    for word in query.split(separator: " ") {
      guard let found = Self.find(Array(word.utf8), in: text) else { return nil }
      score += found.score
      positions += found.positions
    }
    self.score = score
    self.positions = positions.sorted()
  }

  private static func find(_ word: [UInt8], in text: [UInt8]) -> (score: Int, positions: [Int])? {
    let isExact = word.contains { $0 >= 0x41 && $0 <= 0x5A }
    func fits(_ letter: UInt8, _ other: UInt8) -> Bool { letter == (isExact ? other : lowered(other)) }
    // The word as it stands is better than its letters apart.
    if word.count <= text.count {
      var best: Int?
      for start in 0...text.count - word.count where word.indices.allSatisfy({ fits(word[$0], text[start + $0]) }) {
        if best == nil { best = start }
        if isBeginning(start, text) {
          best = start
          break
        }
      }
      if let best {
        return (20 * word.count + (isBeginning(best, text) ? 30 : 0), Array(best..<best + word.count))
      }
    }
    // Forwards to the first end, then backwards to the latest beginning: the shortest stretch there.
    var (next, end) = (0, -1)
    for (index, letter) in text.enumerated() where next < word.count && fits(word[next], letter) {
      next += 1
      end = index
    }
    guard next == word.count, !word.isEmpty else { return nil }
    var (positions, at) = ([Int](), end)
    for letter in word.reversed() {
      while !fits(letter, text[at]) { at -= 1 }
      positions.append(at)
      at -= 1
    }
    positions.reverse()
    var score = 0
    for (index, position) in positions.enumerated() {
      if index > 0 { score -= min(8, position - positions[index - 1] - 1) }
      if index > 0, position == positions[index - 1] + 1 { score += 8 }
      score += isBeginning(position, text) ? 10 : 2
    }
    return (score, positions)
  }

  private static func lowered(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

  private static func isBeginning(_ position: Int, _ text: [UInt8]) -> Bool {
    guard position > 0 else { return true }
    let before = text[position - 1]
    return !(before >= 0x30 && before <= 0x39 || before | 0x20 >= 0x61 && before | 0x20 <= 0x7A || before >= 0x80)
  }

  /// The entries that fit, best first, of equal ones the one that comes first; each once, and `limit` of them.
  ///
  /// - Returns: Also how many there are in all.
  package static func best(_ query: String, in entries: [String], limit: Int) -> (lines: [String], count: Int) {
    var seen: Set<String> = []
    var found: [(score: Int, place: Int)] = []
    for (place, entry) in entries.enumerated() {
      guard let match = FuzzyMatch(query, in: entry), seen.insert(entry).inserted else { continue }
      found.append((match.score, place))
    }
    found.sort { ($1.score, $0.place) < ($0.score, $1.place) }
    return (found.prefix(limit).map { entries[$0.place] }, found.count)
  }
}
