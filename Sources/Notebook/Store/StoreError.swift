/// Why a workspace cannot be opened or written.
package enum StoreError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Another process has it open; its id when known.
  case locked(path: String, process: Int?)
  /// Written by a newer elbo.
  case newer(path: String, version: Int, known: Int)
  /// Not an elbo workspace, or damaged.
  case notAWorkspace(path: String, reason: String)
  case cannotOpen(path: String, reason: String)
  case cannotWrite(path: String, reason: String)

  package var description: String {
    switch self {
    case .locked(let path, let process):
      "\(path) is open in another process" + (process.map { " (\($0))" } ?? "")
    case .newer(let path, let version, let known):
      "\(path) has schema version \(version), this elbo knows versions up to \(known)"
    case .notAWorkspace(let path, let reason): "\(path) is not a workspace: \(reason)"
    case .cannotOpen(let path, let reason): "\(path) cannot be opened: \(reason)"
    case .cannotWrite(let path, let reason): "\(path) cannot be written: \(reason)"
    }
  }

  /// The fault that a statement ends with.
  package var fault: Fault {
    switch self {
    case .locked:
      Fault(.workspaceLocked, description, fix: "Close it there, or open it with read-only=yes.")
    case .newer: Fault(.workspaceNewer, description, fix: "Open it with the elbo that wrote it.")
    case .notAWorkspace: Fault(.notAWorkspace, description)
    case .cannotOpen: Fault(.unreadableFile, description)
    case .cannotWrite: Fault(.unwritableFile, description, fix: "Write it elsewhere: save session PATH")
    }
  }
}
