import Glibc
import SessionCore
import Terminal
import Text
import WorkspaceStore

/// The recovery workspace of a notebook's kernel, and what is said of those that earlier sessions left.
///
/// A prompt asks what to do with an abandoned one; a kernel has nobody to ask, so it begins a new one and names the
/// command that opens the old.
package struct KernelRecovery {
  private let own: RecoveryWorkspace?
  private let folder: String
  private let home: String
  /// What the first cell says.
  package let remarks: [String]

  /// The workspace of this kernel; nil where the state folder cannot be written: the session is then kept in memory.
  package var path: String? { own?.path }

  package init(_ process: ProcessContext) {
    folder = RecoveryWorkspace.folder(process)
    home = process.home
    remarks = [Self.offer(process)].compactMap { $0 }
    own = RecoveryWorkspace.make(process)
  }

  /// One remark on all that ended badly, the newest by name.
  private static func offer(_ process: ProcessContext) -> String? {
    let found = RecoveryWorkspace.abandonedPaths(process).compactMap { path in
      WorkspaceSummary.of(path).map { (path: path, summary: $0) }
    }.filter { !$0.summary.isEmpty }
    guard let newest = found.first else { return nil }
    let (cells, names) = (newest.summary.cells, newest.summary.variables)
    let size = cells == 1 ? "1 cell" : "\(cells) cells"
    let held = names.isEmpty ? size : "\(size) and \(TextWidth.fit(names.joined(separator: ", "), to: 60))"
    let others = found.count - 1
    let rest =
      others == 0
      ? "" : ". \(others) older \(others == 1 ? "one is" : "ones are") in \(RecoveryWorkspace.folder(process))"
    return "The session of \(RecoveryWorkspace.lastUse(of: newest.path)) did not exit cleanly; "
      + "completed cells were saved (\(held)). To continue it: open \(quoted(newest.path))" + rest
  }

  private static func quoted(_ path: String) -> String {
    path.contains { $0.isWhitespace || ";|>#'".contains($0) } ? "\"\(path)\"" : path
  }

  /// The kernel leaves, its session closed.
  ///
  /// In good order, nothing stays behind: what a notebook computes ends with its kernel unless it was saved. A
  /// workspace of an earlier session that was opened goes too, unless it holds trained models that are nowhere else, or
  /// the kernel is only restarted. What a signal ended is offered at the next start.
  package func end(_ session: Session, isOrderly: Bool, isRestart: Bool) {
    if let own {
      let isGivenUp = isOrderly && session.unsavedModels(in: own.path).isEmpty
      if isGivenUp || session.cellNumber == 0 { own.remove() } else { own.release() }
    }
    guard isOrderly, !isRestart, let path = session.workspace, path != own?.path, session.unsavedModels.isEmpty,
      Self.expanded(path, home).hasPrefix(folder + "/"),
      let opened = RecoveryWorkspace(locking: Self.expanded(path, home))
    else { return }
    opened.remove()
  }

  private static func expanded(_ path: String, _ home: String) -> String {
    path.hasPrefix("~/") ? home + path.dropFirst() : path
  }
}

extension WorkspaceSummary {
  /// Nothing was finished in it.
  package var isEmpty: Bool { cells == 0 && variables.isEmpty }
}
