extension StringProtocol {
  /// The first (or last) place of `needle`, by code units: enough for ASCII needles, and free of Foundation.
  func range(of needle: String, backwards: Bool) -> Range<Index>? {
    let count = needle.utf8.count
    let positions = Array(utf8.indices)
    guard count > 0, positions.count >= count else { return nil }
    let last = positions.count - count
    for step in 0...last {
      let at = backwards ? last - step : step
      let start = positions[at]
      let end = at + count < positions.count ? positions[at + count] : endIndex
      if utf8[start..<end].elementsEqual(needle.utf8) { return start..<end }
    }
    return nil
  }
}
