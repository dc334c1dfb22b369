import JSONText
import Language
import Tensors
import WorkspaceStore

/// An error that a command's arguments say more about.
package protocol ArgumentFault: FaultConvertible {
  /// The fault with what was given called by its name; nil where the arguments say nothing.
  func fault(of arguments: Arguments) -> Fault?
}

extension Fault {
  /// An error of what lies below as a fault, without a place.
  package static func translated(_ error: any Error) -> Fault {
    switch error {
    case let fault as Fault: return fault
    case let error as AllocationError:
      return Fault(.outOfMemory, error.description, fix: "Drop variables that are not needed, or use fewer examples.")
    case let error as StoreError: return error.fault
    case let damage as Damage: return Fault(.notAWorkspace, "damaged: \(damage)")
    case let error as JSONError: return Fault(.notAWorkspace, "damaged: \(error.message)")
    case let error as FileError: return Fault(.unreadableFile, error.description, fix: error.fix)
    case let error as any FaultConvertible: return error.fault
    default: return Fault(.internalError, "\(error)")
    }
  }

  /// The same of an error that a command ended with: what was given is called by its name.
  package static func translated(_ error: any Error, of arguments: Arguments) -> Fault {
    (error as? any ArgumentFault)?.fault(of: arguments) ?? translated(error)
  }
}
