import CTeam

/// The processors that this process may run on, to be compared with those of other processes on its host.
package enum ProcessorShare {
  /// One bit for each of the machine's processors.
  package static func mask() -> [UInt8] {
    var mask = [UInt8](repeating: 0, count: 1024)
    elbo_team_affinity(&mask, mask.count)
    return mask
  }

  /// Threads of one of `masks.count` processes on a host: the processors that any of them may use, divided by their number.
  ///
  ///     threads = max(1, min(own, ⌊min(|∪ masks|, limit) / processes⌋))
  ///
  /// Where the launcher bound each to processors of its own, those; where it bound none, an equal part of all.
  ///
  /// - Parameters:
  ///   - own: This process among them.
  ///   - limit: What control groups leave of the host to all of them.
  package static func threads(masks: [[UInt8]], own: Int, limit: Int) -> Int {
    func bits(_ mask: [UInt8]) -> Int { mask.reduce(0) { $0 + $1.nonzeroBitCount } }
    let union = masks.reduce([UInt8](repeating: 0, count: masks.map(\.count).max() ?? 0)) { union, mask in
      union.enumerated().map { $0.element | (mask.indices.contains($0.offset) ? mask[$0.offset] : 0) }
    }
    let shared = min(bits(union), limit) / max(masks.count, 1)
    return max(1, min(bits(masks[own]), shared))
  }
}
