import Text
import WorkspaceStore

/// The cells of a session and, with a workspace, of the sessions before it.
package struct History: Sendable {
  /// Cells kept in memory: all of a session without workspace, those not yet written of one with.
  ///
  /// In pieces: the running cell's copy of the session and the one that others look at share them, and adding to one long
  /// list would copy all of it for every cell.
  private var pieces: [[HistoryEntry]] = []
  private static let pieceSize = 256
  private var entries: FlattenSequence<[[HistoryEntry]]> { pieces.joined() }
  private let store: Store?

  package init(store: Store? = nil) { self.store = store }

  /// The number of the running session in its workspace.
  private var session: Int { store.map { Int($0.sessionID) } ?? 1 }

  package mutating func add(_ entry: HistoryEntry, isStored: Bool) {
    if isStored {
      pieces.removeAll()
    } else {
      var entry = entry
      entry.session = session
      if pieces.last.map({ $0.count < Self.pieceSize }) != true { pieces.append([]) }
      pieces[pieces.count - 1].append(entry)
    }
  }

  /// The last `count` cells, oldest first.
  package func tail(_ count: Int, withOutputs: Bool = false) -> [HistoryEntry] {
    let stored = store?.lastCells(max(0, count), withOutputs: withOutputs) ?? []
    return Array((stored + entries).suffix(max(0, count)))
  }

  /// Cells `start ..< stop` of a session: 0 is the running one, -1 the one before it, others by their number.
  package func range(
    session wanted: Int = 0, start: Int, stop: Int?, withOutputs: Bool = false
  ) -> [HistoryEntry] {
    let chosen = wanted <= 0 ? session + wanted : wanted
    let stop = stop ?? .max
    let stored = store?.cells(ofSession: chosen, start: start, stop: stop, withOutputs: withOutputs)
    return (stored ?? [])
      + entries.filter { $0.session == chosen && $0.number >= start && $0.number < stop }
  }

  /// Cells whose source matches a glob pattern (`*` and `?`), oldest first; the last `limit` of them.
  package func search(
    _ pattern: String, unique: Bool = false, limit: Int? = nil, allSessions: Bool = true, withOutputs: Bool = false
  ) -> [HistoryEntry] {
    var seen: Set<String> = []
    var found: [HistoryEntry] = []
    // Every cell matches a lone '*', so that the last ones are enough.
    let most = pattern == "*" && !unique ? limit : nil
    let stored = store?.newestCells(ofSession: allSessions ? nil : session, limit: most, withOutputs: withOutputs)
    for entry in Array(entries.reversed()) + (stored ?? []) where Glob.matches(pattern, entry.source) {
      if unique, !seen.insert(entry.source).inserted { continue }
      found.append(entry)
      if let limit, found.count >= limit { break }
    }
    return found.reversed()
  }
}
