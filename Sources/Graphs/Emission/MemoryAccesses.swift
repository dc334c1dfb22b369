/// Byte ranges that threads read or write, and whether ranges of different threads overlap.
package struct MemoryAccesses {
  package struct MemoryAccess {
    package var range: Range<UInt>
    package var thread: Int

    package init(_ range: Range<UInt>, thread: Int) { (self.range, self.thread) = (range, thread) }
  }

  /// Sorted by start.
  private var sorted: [MemoryAccess]

  package init(_ accesses: [MemoryAccess] = []) {
    sorted = accesses.filter { !$0.range.isEmpty }.sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  package mutating func add(_ other: MemoryAccesses) {
    var merged: [MemoryAccess] = []
    merged.reserveCapacity(sorted.count + other.sorted.count)
    var (a, b) = (sorted[...], other.sorted[...])
    while let first = a.first, let second = b.first {
      merged.append(first.range.lowerBound <= second.range.lowerBound ? a.removeFirst() : b.removeFirst())
    }
    sorted = merged + a + b
  }

  /// Whether a range overlaps one of the other's that belongs to another thread.
  ///
  /// One pass over both in the order of their starts: two ranges overlap when the one that starts first ends after the
  /// start of the other, so that only the furthest end of each side has to be tracked.
  package func conflict(with other: MemoryAccesses) -> Bool {
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
    var otherThreadsEnd: UInt = 0

    mutating func add(_ access: MemoryAccess) {
      let end = access.range.upperBound
      if access.thread == thread {
        self.end = max(self.end, end)
      } else if end > self.end {
        (otherThreadsEnd, self.end, thread) = (self.end, end, access.thread)
      } else {
        otherThreadsEnd = max(otherThreadsEnd, end)
      }
    }

    func covers(_ access: MemoryAccess) -> Bool {
      (access.thread == thread ? otherThreadsEnd : end) > access.range.lowerBound
    }
  }
}
