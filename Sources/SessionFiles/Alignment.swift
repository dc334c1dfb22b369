/// How expected and actual lines correspond.
package enum LineEdit: Equatable, Sendable {
  /// The matcher holds.
  case same(expected: Int, actual: Int)
  /// An actual line that a lone `...` stands for.
  case covered(expected: Int, actual: Int)
  /// A lone `...`, after the lines it stands for.
  case anyLines(expected: Int)
  /// The same line with other content.
  case changed(expected: Int, actual: Int, LineDifference)
  case missing(expected: Int)
  case extra(actual: Int)

  package var isAgreement: Bool {
    switch self {
    case .same, .covered, .anyLines: true
    case .changed, .missing, .extra: false
    }
  }
}

/// The cheapest way to turn expected lines into actual ones.
///
/// A line that differs only in numbers costs 1, one with other words 3, one too many or too few 2: so a changed number is
/// reported as such, and an inserted line does not make all that follow it wrong. O(expected × actual) comparisons, after
/// what agrees at both ends was taken off.
package func align(_ expected: [LineMatcher], with actual: [String]) -> [LineEdit] {
  var first = 0
  while first < expected.count, first < actual.count, !expected[first].isAnyLines,
    expected[first].matches(actual[first])
  {
    first += 1
  }
  var last = 0
  while last < expected.count - first, last < actual.count - first {
    let matcher = expected[expected.count - 1 - last]
    if matcher.isAnyLines || !matcher.matches(actual[actual.count - 1 - last]) { break }
    last += 1
  }
  let head = (0..<first).map { LineEdit.same(expected: $0, actual: $0) }
  let tail = (0..<last).reversed().map {
    LineEdit.same(expected: expected.count - 1 - $0, actual: actual.count - 1 - $0)
  }
  let middle = alignMiddle(
    expected[first..<(expected.count - last)], actual[first..<(actual.count - last)])
  return head + middle + tail
}

private func alignMiddle(_ expected: ArraySlice<LineMatcher>, _ actual: ArraySlice<String>) -> [LineEdit] {
  let (rows, columns) = (expected.count, actual.count)
  if rows == 0 { return actual.indices.map { .extra(actual: $0) } }
  if columns == 0 {
    return expected.indices.map { expected[$0].isAnyLines ? .anyLines(expected: $0) : .missing(expected: $0) }
  }
  let (e0, a0) = (expected.startIndex, actual.startIndex)
  let stride = columns + 1
  // cost[i][j]: the cheapest for what is left from expected i and actual j on.
  var cost = [Int](repeating: 0, count: (rows + 1) * stride)
  var differences = [LineDifference?](repeating: nil, count: rows * columns)
  for j in (0..<columns).reversed() { cost[rows * stride + j] = (columns - j) * 2 }
  for i in (0..<rows).reversed() {
    let matcher = expected[e0 + i]
    cost[i * stride + columns] = cost[(i + 1) * stride + columns] + (matcher.isAnyLines ? 0 : 2)
    for j in (0..<columns).reversed() {
      let (skip, take) = (cost[(i + 1) * stride + j], cost[i * stride + j + 1])
      if matcher.isAnyLines {
        cost[i * stride + j] = min(skip, take)
      } else {
        let difference = matcher.difference(from: actual[a0 + j])
        differences[i * columns + j] = difference
        cost[i * stride + j] = min(cost[(i + 1) * stride + j + 1] + difference.cost, skip + 2, take + 2)
      }
    }
  }
  var edits: [LineEdit] = []
  var (i, j) = (0, 0)
  while i < rows || j < columns {
    if i == rows {
      edits.append(.extra(actual: a0 + j))
      j += 1
    } else if expected[e0 + i].isAnyLines {
      if j < columns, cost[i * stride + j] == cost[i * stride + j + 1] {
        edits.append(.covered(expected: e0 + i, actual: a0 + j))
        j += 1
      } else {
        edits.append(.anyLines(expected: e0 + i))
        i += 1
      }
    } else if j == columns {
      edits.append(.missing(expected: e0 + i))
      i += 1
    } else {
      let difference = differences[i * columns + j]
      let here = cost[i * stride + j]
      if here == cost[(i + 1) * stride + j + 1] + difference.cost {
        edits.append(
          difference.map { .changed(expected: e0 + i, actual: a0 + j, $0) } ?? .same(expected: e0 + i, actual: a0 + j))
        i += 1
        j += 1
      } else if here == cost[(i + 1) * stride + j] + 2 {
        edits.append(.missing(expected: e0 + i))
        i += 1
      } else {
        edits.append(.extra(actual: a0 + j))
        j += 1
      }
    }
  }
  return edits
}

extension LineMatcher {
  var isAnyLines: Bool { if case .anyLines = kind { true } else { false } }
}

extension Optional<LineDifference> {
  fileprivate var cost: Int {
    switch self {
    case nil: 0
    case .numbers: 1
    case .text, .badPattern: 3
    }
  }
}
