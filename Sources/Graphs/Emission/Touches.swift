/// Bytes that threads read or write, as many ranges as they like, and whether they get into each other's way.
package struct Touches {
  package struct Touch {
    package var range: Range<UInt>
    package var thread: Int

    package init(_ range: Range<UInt>, thread: Int) { (self.range, self.thread) = (range, thread) }
  }

  /// By their beginnings.
  private var sorted: [Touch]

  package init(_ touches: [Touch] = []) {
    sorted = touches.filter { !$0.range.isEmpty }.sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  package mutating func add(_ other: Touches) {
    var merged: [Touch] = []
    merged.reserveCapacity(sorted.count + other.sorted.count)
    var (a, b) = (sorted[...], other.sorted[...])
    while let first = a.first, let second = b.first {
      merged.append(first.range.lowerBound <= second.range.lowerBound ? a.removeFirst() : b.removeFirst())
    }
    sorted = merged + a + b
  }

  /// Whether a range overlaps one of the other's that belongs to another thread.
  ///
  /// One pass over both in the order of their beginnings: two ranges overlap when the one that begins first ends behind
  /// the other's beginning, so that of each side only how far it reaches has to be known.
  package func conflict(with other: Touches) -> Bool {
    var (a, b) = (sorted[...], other.sorted[...])
    var (left, right) = (Reach(), Reach())
    while !a.isEmpty || !b.isEmpty {
      if let first = a.first, first.range.lowerBound <= b.first?.range.lowerBound ?? .max {
        if right.covers(first) { return true }
        left.add(first)
        a.removeFirst()
      } else if let second = b.first {
        if left.covers(second) { return true }
        right.add(second)
        b.removeFirst()
      }
    }
    return false
  }

  /// The furthest end so far, and the furthest of any other thread.
  private struct Reach {
    var end: UInt = 0
    var thread = -1
    var endOfOthers: UInt = 0

    mutating func add(_ touch: Touch) {
      let end = touch.range.upperBound
      if touch.thread == thread {
        self.end = max(self.end, end)
      } else if end > self.end {
        (endOfOthers, self.end, thread) = (self.end, end, touch.thread)
      } else {
        endOfOthers = max(endOfOthers, end)
      }
    }

    func covers(_ touch: Touch) -> Bool {
      (touch.thread == thread ? endOfOthers : end) > touch.range.lowerBound
    }
  }
}
