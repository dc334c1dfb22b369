import Glibc
import Language

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
  /// Its file or folder is read-only.
  case readOnly(path: String)

  package var description: String {
    switch self {
    case .locked(let path, let process):
      process == Int(getpid())
        ? "\(path) is already open in this program"
        : "\(path) is open in another process" + (process.map { " (\($0))" } ?? "")
    case .newer(let path, let version, let known):
      "\(path) has schema version \(version), this elbo supports versions up to \(known)"
    case .notAWorkspace(let path, let reason): "\(path) is not a workspace: \(reason)"
    case .cannotOpen(let path, let reason): "\(path) cannot be opened: \(reason)"
    case .readOnly(let path): "\(path) is read-only"
    case .cannotWrite(let path, let reason): "\(path) cannot be written: \(reason)"
    }
  }

  /// The same of the path as a person wrote it.
  package func naming(_ shown: String) -> StoreError {
    switch self {
    case .locked(_, let process): .locked(path: shown, process: process)
    case .newer(_, let version, let known): .newer(path: shown, version: version, known: known)
    case .notAWorkspace(_, let reason): .notAWorkspace(path: shown, reason: reason)
    case .cannotOpen(_, let reason): .cannotOpen(path: shown, reason: reason)
    case .cannotWrite(_, let reason): .cannotWrite(path: shown, reason: reason)
    case .readOnly: .readOnly(path: shown)
    }
  }

  /// The fault that a statement ends with.
  package var fault: Fault {
    switch self {
    case .locked(_, let process) where process == Int(getpid()):
      Fault(.workspaceLocked, description, fix: "Move this session to another file first: save session PATH")
    case .locked:
      Fault(.workspaceLocked, description, fix: "Close it there, or open it with read-only=yes.")
    case .newer: Fault(.workspaceNewer, description, fix: "Open it with the version of elbo that wrote it.")
    case .notAWorkspace: Fault(.notAWorkspace, description)
    case .cannotOpen: Fault(.unreadableFile, description)
    case .readOnly: Fault(.workspaceReadOnly, description, fix: "Write it elsewhere: save session PATH")
    case .cannotWrite: Fault(.unwritableFile, description, fix: "Write it elsewhere: save session PATH")
    }
  }
}
