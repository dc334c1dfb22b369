import WorkspaceStore

/// A workspace that could not be written, and what the person knows of it.
///
/// What does not go in waits in the store and goes in with the next commit that succeeds. It is said once when it
/// begins and once when it is over, by the first cell that may speak.
package struct Outage: Sendable {
  package var reason: String
  /// Everything is written again.
  package var isOver = false
  /// The person was told that it began.
  package var isSaid = false
}

extension Session.Core {
  /// Whether the history's cells are on disk.
  package var isStored: Bool { store.map { !$0.isReadOnly } == true && outage?.isOver != false }

  /// Keeps a cell as far as it is, and the state after it, in the workspace.
  package mutating func keep(_ record: CellRecord?) {
    guard let store, !store.isReadOnly else { return }
    do throws(StoreError) {
      try store.commit(record, state: state)
      outage?.isOver = true
    } catch {
      outage = Outage(reason: error.description, isSaid: outage?.isSaid ?? false)
    }
  }

  /// What the person has not heard yet; nil when there is nothing.
  package mutating func takeRemark() -> String? {
    guard let store, let current = outage else { return nil }
    if !current.isOver {
      outage?.isSaid = true
      if current.isSaid { return nil }
      return "\(current.reason). The session continues in memory; 'save session PATH' writes it elsewhere"
    }
    outage = nil
    let path = store.path
    return current.isSaid
      ? "\(path) can be written again; no cell was lost"
      : "\(current.reason), temporarily: it can be written again, and no cell was lost"
  }
}
