import Language
import Text

/// Labels of rows by the names of their classes, where those have names.
package enum LabelNames {
  /// The name of a label, or the number where it has none.
  package static func name(of label: Int32, _ names: [String]) -> String {
    names.indices.contains(Int(label)) ? names[Int(label)] : String(label)
  }

  /// The labels that occur, for messages.
  package static func listed(_ labels: [Int32], _ names: [String]) -> String {
    let known = Set(labels).filter { $0 >= 0 }.sorted().map { name(of: $0, names) }
    return known.prefix(12).joined(separator: ", ") + (known.count > 12 ? ", …" : "")
  }

  /// A class as a word of the language: in quotes where it is no number, and no names joined by minus signs.
  package static func word(_ name: String) -> String {
    let isNumber = !name.isEmpty && name.utf8.allSatisfy { $0 >= 48 && $0 <= 57 }
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    return isNumber || parts.allSatisfy { String($0).isName } ? name : "\"\(escaped(name, quote: "\""))\""
  }

  /// What stands between quotes for it.
  package static func escaped(_ name: String, quote: Character) -> String {
    name.map { $0 == quote || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined()
  }
}
