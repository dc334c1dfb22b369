/// Bytes that threads read or write, and whether one thread's access overlaps another's.
///
/// Disjoint segments in order, each of one thread or of several; neighbors of the same owner are one segment. A check or
/// an insertion looks at the segments it overlaps and no others, however many there are.
package struct MemoryAccesses {
  package struct MemoryAccess {
    package var range: Range<UInt>
    package var thread: Int

    package init(_ range: Range<UInt>, thread: Int) { (self.range, self.thread) = (range, thread) }
  }

  private struct Segment {
    var begin: UInt
    var end: UInt
    /// A thread, or `several`.
    var owner: Int
  }

  private static let several = -1
  private var segments: [Segment] = []

  package init(_ accesses: [MemoryAccess] = []) {
    for access in accesses { insert(access.range, owner: access.thread) }
  }

  package mutating func add(_ other: MemoryAccesses) {
    if segments.isEmpty { return segments = other.segments }
    for segment in other.segments { insert(segment.begin..<segment.end, owner: segment.owner) }
  }

  /// Whether one thread accesses a byte here and another thread accesses it there.
  package func conflict(with other: MemoryAccesses) -> Bool {
    let (few, many) = segments.count < other.segments.count ? (self, other) : (other, self)
    return few.segments.contains { segment in
      var index = many.firstIndex(endingBeyond: segment.begin)
      while index < many.segments.count, many.segments[index].begin < segment.end {
        let owner = many.segments[index].owner
        // Of several threads at least one is another.
        if owner != segment.owner || owner == Self.several { return true }
        index += 1
      }
      return false
    }
  }

  /// The first segment that ends behind `address`.
  private func firstIndex(endingBeyond address: UInt) -> Int {
    var (low, high) = (0, segments.count)
    while low < high {
      let middle = (low + high) / 2
      if segments[middle].end > address { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private mutating func insert(_ range: Range<UInt>, owner: Int) {
    guard !range.isEmpty else { return }
    let first = firstIndex(endingBeyond: range.lowerBound)
    var pieces: [Segment] = []
    func append(_ begin: UInt, _ end: UInt, _ owner: Int) {
      guard begin < end else { return }
      if let last = pieces.last, last.end == begin, last.owner == owner {
        pieces[pieces.count - 1].end = end
      } else {
        pieces.append(Segment(begin: begin, end: end, owner: owner))
      }
    }
    // With the neighbors it may join.
    let start = first > 0 && segments[first - 1].end == range.lowerBound ? first - 1 : first
    if start < first { append(segments[start].begin, segments[start].end, segments[start].owner) }
    var at = range.lowerBound
    var index = first
    while index < segments.count, segments[index].begin < range.upperBound {
      let segment = segments[index]
      append(segment.begin, max(segment.begin, range.lowerBound), segment.owner)
      append(at, segment.begin, owner)
      let end = min(segment.end, range.upperBound)
      append(max(segment.begin, at), end, segment.owner == owner ? owner : Self.several)
      append(end, segment.end, segment.owner)
      at = max(at, end)
      index += 1
    }
    append(at, range.upperBound, owner)
    if index < segments.count, segments[index].begin == range.upperBound {
      append(segments[index].begin, segments[index].end, segments[index].owner)
      index += 1
    }
    if pieces.count == index - start {
      for (offset, piece) in pieces.enumerated() { segments[start + offset] = piece }
    } else {
      segments.replaceSubrange(start..<index, with: pieces)
    }
  }
}
