/// Patterns with `*` for any text and `?` for any one character; everything else stands for itself.
///
/// Compared by Unicode scalars, whatever the locale; `?` takes a whole character, combining marks included.
package enum Glob {
  package static func matches(_ pattern: String, _ text: String) -> Bool {
    let (p, t) = (Array(pattern.unicodeScalars), Array(text.unicodeScalars))
    let ends = characterEnds(text)
    var (i, j) = (0, 0)
    var star: (pattern: Int, text: Int)?
    while j < t.count {
      if i < p.count, p[i] == "*" {
        star = (i, j)
        i += 1
      } else if i < p.count, p[i] == "?" {
        i += 1
        j = ends[j]
      } else if i < p.count, p[i] == t[j] {
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

  /// For every scalar the position after the character that it begins, or after itself where it begins none.
  private static func characterEnds(_ text: String) -> [Int] {
    var ends: [Int] = []
    for character in text {
      let (start, count) = (ends.count, character.unicodeScalars.count)
      ends += (0..<count).map { $0 == 0 ? start + count : start + $0 + 1 }
    }
    return ends
  }
}
