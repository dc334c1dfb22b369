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
