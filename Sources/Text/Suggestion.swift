/// The nearest known name to one that was mistyped.
package enum Suggestion {
  /// The closest of `candidates` to `word`, when it is close enough to be a probable match.
  ///
  /// Distance is Damerau–Levenshtein (a swap of neighbors counts one), up to a third of the length; a candidate that
  /// starts with the word is near as well.
  package static func nearest(to word: String, in candidates: some Sequence<String>) -> String? {
    let typed = Array(word.lowercased().utf8.prefix(64))
    guard !typed.isEmpty else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in candidates where !candidate.isEmpty {
      let known = Array(candidate.lowercased().utf8.prefix(64))
      var distance = Suggestion.distance(typed, known)
      if typed.count >= 2, known.starts(with: typed) { distance = min(distance, 1) }
      let allowed = max(1, max(typed.count, known.count) / 3)
      guard distance <= allowed, distance < max(typed.count, known.count) else { continue }
      if best.map({ distance < $0.distance || (distance == $0.distance && candidate < $0.name) }) ?? true {
        best = (candidate, distance)
      }
    }
    return best?.name
  }

  /// "Did you mean 'x'?" when something is near.
  package static func question(_ word: String, in candidates: some Sequence<String>) -> String? {
    nearest(to: word, in: candidates).map { "Did you mean '\($0)'?" }
  }

  /// Damerau–Levenshtein distance (optimal string alignment).
  package static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var before = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    var current = previous
    for i in 1...a.count {
      current[0] = i
      for j in 1...b.count {
        var cost = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { cost = min(cost, before[j - 2] + 1) }
        current[j] = cost
      }
      (before, previous, current) = (previous, current, before)
    }
    return previous[b.count]
  }
}
