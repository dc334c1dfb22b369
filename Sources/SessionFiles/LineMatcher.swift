import Text

/// The tolerance of a comparison of floats.
package struct Tolerance: Equatable, Sendable {
  package var rtol: Double
  package var atol: Double
  /// Numbers are not compared at all: only the words around them.
  package var ignoresNumbers: Bool

  package init(rtol: Double, atol: Double, ignoresNumbers: Bool = false) {
    self.rtol = rtol
    self.atol = atol
    self.ignoresNumbers = ignoresNumbers
  }

  /// |a − b| ≤ atol + rtol·|b|, b being what was expected.
  package func accepts(_ actual: Double, expected: Double) -> Bool {
    ignoresNumbers || (actual - expected).magnitude <= atol + rtol * expected.magnitude
  }
}

/// One expected line.
///
/// - `… (~1e-2)` sets the relative tolerance of the line, `(~1e-2 ±0.05)` the absolute one too;
/// - `… (re)` is a regular expression over the whole line, `… (glob)` one with `*` and `?`;
/// - `...` alone stands for any number of lines, none included;
/// - `[..]` inside a line stands for any text;
/// - `\…` is the rest of the line as it stands, without any of these.
package struct LineMatcher: Sendable {
  package enum Kind: Sendable {
    case anyLines
    case tokens(Tolerance)
    case pieces([String], Tolerance)
    case pattern(String)
    case glob(String)
  }
  /// The line in the file.
  package let source: String
  package let kind: Kind
  /// The line without its matcher, which is compared.
  package let body: String

  package init(_ line: String, tolerance: Tolerance) {
    source = line
    let line = trimmedRight(line)
    if line.hasPrefix("\\") {
      body = String(line.dropFirst())
      kind = .tokens(tolerance)
    } else if line == "..." {
      body = line
      kind = .anyLines
    } else if line.hasSuffix(" (re)") {
      body = String(line.dropLast(5))
      kind = .pattern(body)
    } else if line.hasSuffix(" (glob)") {
      body = String(line.dropLast(7))
      kind = .glob(body)
    } else {
      let (rest, own) = Self.splitTolerance(line, tolerance)
      body = rest
      kind = rest.contains("[..]") ? .pieces(Self.pieces(rest), own) : .tokens(own)
    }
  }

  /// The matcher at the end of the line, which is kept when the line is updated; nil when there is none.
  package var toleranceSuffix: String? {
    guard !source.hasPrefix("\\"), let open = source.range(of: " (~", backwards: true) else { return nil }
    switch kind {
    case .tokens, .pieces: return trimmedRight(source[open.lowerBound...])
    default: return nil
    }
  }

  package func matches(_ actual: String) -> Bool { difference(from: actual) == nil }

  /// How `actual` differs; nil when it agrees.
  package func difference(from actual: String) -> LineDifference? {
    switch kind {
    case .anyLines: return nil
    case .tokens(let tolerance):
      return compare(LineToken.tokens(of: body), LineToken.tokens(of: actual), tolerance)
    case .pieces(let pieces, let tolerance):
      return holds(pieces[...], in: LineToken.tokens(of: actual)[...], tolerance, isStart: true) ? nil : .text
    case .pattern(let pattern):
      guard let regex = try? Regex(pattern) else { return .badPattern }
      return (try? regex.wholeMatch(in: trimmedRight(actual))) != nil ? nil : .text
    case .glob(let pattern):
      return Glob.matches(trimmedRight(pattern), trimmedRight(actual)) ? nil : .text
    }
  }

  private static func splitTolerance(_ line: String, _ given: Tolerance) -> (String, Tolerance) {
    guard line.hasSuffix(")"), let open = line.range(of: " (~", backwards: true) else { return (line, given) }
    let words = line[open.upperBound...].dropLast().split(separator: " ")
    guard let first = words.first, let rtol = Double(String(first)), rtol >= 0, words.count <= 2 else {
      return (line, given)
    }
    var own = given
    own.rtol = rtol
    if words.count == 2 {
      guard words[1].hasPrefix("±"), let atol = Double(String(words[1].dropFirst())), atol >= 0 else {
        return (line, given)
      }
      own.atol = atol
    }
    return (trimmedRight(line[..<open.lowerBound]), own)
  }

  private static func pieces(_ line: String) -> [String] {
    var pieces: [String] = []
    var rest = line[...]
    while let hole = rest.range(of: "[..]", backwards: false) {
      pieces.append(String(rest[..<hole.lowerBound]))
      rest = rest[hole.upperBound...]
    }
    return pieces + [String(rest)]
  }
}

/// The difference between an actual and an expected line.
package enum LineDifference: Equatable, Sendable {
  /// The words differ.
  case text
  /// The `(re)` pattern is not a regular expression.
  case badPattern
  /// All words agree but these numbers differ: expected, actual, allowed tolerance (nil for integers).
  case numbers([NumberDifference])
}

package struct NumberDifference: Equatable, Sendable {
  package let expected: String
  package let actual: String
  /// |a − b|
  package let absolute: Double
  /// |a − b| / |b|, infinite for b = 0.
  package let relative: Double
  /// The tolerance it had; nil for integers.
  package let allowed: Tolerance?
}

private func compare(_ expected: [LineToken], _ actual: [LineToken], _ tolerance: Tolerance) -> LineDifference? {
  guard expected.count == actual.count else { return .text }
  var wrong: [NumberDifference] = []
  for (want, got) in zip(expected, actual) {
    switch (want, got) {
    case (.text(let a), .text(let b)):
      if a != b { return .text }
    case (.text, _), (_, .text): return .text
    default:
      if let difference = numberDifference(want, got, tolerance) { wrong.append(difference) }
    }
  }
  return wrong.isEmpty ? nil : .numbers(wrong)
}

private func numberDifference(_ want: LineToken, _ got: LineToken, _ tolerance: Tolerance) -> NumberDifference? {
  let areIntegers: Bool
  if case .integer = want, case .integer = got { areIntegers = true } else { areIntegers = false }
  if want.spelling == got.spelling || tolerance.ignoresNumbers { return nil }
  let (b, a) = (value(of: want), value(of: got))
  if !areIntegers, tolerance.accepts(a, expected: b) { return nil }
  let distance = (a - b).magnitude
  return NumberDifference(
    expected: want.spelling, actual: got.spelling, absolute: distance, relative: distance / b.magnitude,
    allowed: areIntegers ? nil : tolerance)
}

private func value(of token: LineToken) -> Double {
  switch token {
  case .text: .nan
  case .integer(let text): Double(text.filter { $0 != "," && $0 != "+" }) ?? .nan
  case .float(let value, _): value
  }
}

/// Whether the pieces between `[..]` occur in order, the first at the start and the last at the end.
private func holds(
  _ pieces: ArraySlice<String>, in actual: ArraySlice<LineToken>, _ tolerance: Tolerance, isStart: Bool
) -> Bool {
  // Worked on the text: a hole may end in the middle of a word, and numbers are compared within each piece.
  let line = actual.map(\.spelling).joined()
  return place(pieces, line[...], tolerance, isStart: isStart)
}

private func place(_ pieces: ArraySlice<String>, _ line: Substring, _ tolerance: Tolerance, isStart: Bool) -> Bool {
  guard let piece = pieces.first else { return true }
  let want = LineToken.tokens(of: piece)
  let isLast = pieces.count == 1
  let starts = isStart ? [line.startIndex] : Array(line.indices) + [line.endIndex]
  for start in starts {
    let ends = isLast ? [line.endIndex] : [line.endIndex] + Array(line[start...].indices)
    for end in ends where end >= start {
      let part = line[start..<end]
      if !agrees(want, piece, part, tolerance) { continue }
      if isLast || place(pieces.dropFirst(), line[end...], tolerance, isStart: false) { return true }
    }
  }
  return false
}

private func agrees(_ want: [LineToken], _ piece: String, _ part: Substring, _ tolerance: Tolerance) -> Bool {
  if piece.isEmpty { return part.isEmpty }
  // Blanks beside a hole count, though they stand at an end here.
  if piece.last == " ", part.last != " " { return false }
  return compare(want, LineToken.tokens(of: part), tolerance) == nil
}
