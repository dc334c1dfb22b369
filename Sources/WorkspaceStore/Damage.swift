import JSONText
import Language

/// What is wrong with a stored value: a file may hold anything, and what is not as it was written must not reach the
/// commands, which count on it.
package struct Damage: Error, Equatable, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }

  package static func list(_ json: JSON?, _ what: String) throws(Damage) -> [JSON] {
    guard let list = json?.arrayValue else { throw Damage("\(what): no list") }
    return list
  }

  package static func text(_ json: JSON?, _ what: String) throws(Damage) -> String {
    guard let text = json?.stringValue else { throw Damage("\(what): no text") }
    return text
  }

  package static func texts(_ json: JSON?, _ what: String) throws(Damage) -> [String] {
    try list(json, what).map { item throws(Damage) in try text(item, what) }
  }

  /// The fault of a value that cannot be restored.
  package func fault(ofKind kind: String) -> Fault {
    Fault(.notAWorkspace, "a value of kind '\(kind)' is damaged: \(self)")
  }
}
