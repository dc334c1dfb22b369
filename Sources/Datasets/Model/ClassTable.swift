/// The classes of a dataset: the labels that occur, with their names, and the number from 0 of each, which is its place
/// in a one-hot vector.
///
/// Labels are kept as they were read: of {0, 255} class 0 is label 0 and class 1 is label 255.
package struct ClassTable: Sendable, Equatable {
  /// What stands for the label of an example that has none.
  package static let unlabeled: Int32 = -1

  /// The label of each class, ascending; `unlabeled` for a class of a model that the data lack.
  package let labels: [Int32]
  package let names: [String]
  /// Class of each label from 0; nil where every label is its class.
  private let indices: [Int32]?

  /// The labels that occur among `labels`, without examples that have none.
  init(_ labels: [Int32], names: [String]) {
    var isPresent = [Bool](repeating: false, count: Int(labels.max() ?? -1) + 1)
    for label in labels where label >= 0 { isPresent[Int(label)] = true }
    let present = isPresent.indices.filter { isPresent[$0] }.map { Int32($0) }
    self.init(present, named: present.map { Self.name(of: $0, names) })
  }

  private init(_ labels: [Int32], named names: [String]) {
    (self.labels, self.names) = (labels, names)
    let isPlain = labels.enumerated().allSatisfy { $0.offset == Int($0.element) }
    var indices = [Int32](repeating: Self.unlabeled, count: isPlain ? 0 : Int(labels.max() ?? -1) + 1)
    for (index, label) in labels.enumerated() where label >= 0 && !isPlain { indices[Int(label)] = Int32(index) }
    self.indices = isPlain ? nil : indices
  }

  package var count: Int { labels.count }

  /// The number of a label's class; `unlabeled` for a label that is none of them.
  package func index(of label: Int32) -> Int32 {
    guard label >= 0 else { return Self.unlabeled }
    guard let indices else { return Int(label) < count ? label : Self.unlabeled }
    return Int(label) < indices.count ? indices[Int(label)] : Self.unlabeled
  }

  /// The label of the class with this name.
  package func label(named name: String) -> Int32? { names.firstIndex(of: name).map { labels[$0] } }

  /// The classes in the order of these names, for a model that numbers them so; without those that have none of them.
  package func ordered(as order: [String]) -> ClassTable {
    ClassTable(order.map { label(named: $0) ?? Self.unlabeled }, named: order)
  }

  /// The name of a label: its own, or the number.
  package static func name(of label: Int32, _ names: [String]) -> String {
    names.indices.contains(Int(label)) ? names[Int(label)] : String(label)
  }
}
