/// Offsets for arrays that live from one step to another, so that arrays never alive together share memory.
///
/// Largest first, each at the lowest offset free during its life (Pisarchyk & Lee 2020, "greedy by size").
struct ArenaPlan {
  struct Request {
    let id: Int
    let byteCount: Int
    /// First and last step that touch it.
    let life: ClosedRange<Int>
  }

  static let alignment = 64
  private(set) var offsets: [Int: Int] = [:]
  private(set) var byteCount = 0

  /// With `reuses` off every array has memory of its own.
  init(_ requests: [Request], reuses: Bool) {
    var placed: [(range: Range<Int>, life: ClosedRange<Int>)] = []
    for request in requests.sorted(by: { ($0.byteCount, $1.id) > ($1.byteCount, $0.id) }) {
      let size = (max(request.byteCount, 1) + Self.alignment - 1) / Self.alignment * Self.alignment
      var offset = 0
      if reuses {
        let overlapping = placed.filter { $0.life.overlaps(request.life) }.sorted {
          $0.range.lowerBound < $1.range.lowerBound
        }
        for other in overlapping {
          if offset + size <= other.range.lowerBound { break }
          offset = max(offset, other.range.upperBound)
        }
      } else {
        offset = byteCount
      }
      placed.append((offset..<offset + size, request.life))
      offsets[request.id] = offset
      byteCount = max(byteCount, offset + size)
    }
  }
}
