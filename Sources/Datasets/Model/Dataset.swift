import Tensors

/// Examples as they came, with labels, and how they are to be seen: an order of indices into the storage (so subsets
/// and splits cost nothing) and transforms that are applied batch by batch.
package struct Dataset: Sendable {
  package var name: String
  /// Where it came from, in words.
  package let source: String
  /// All stored examples, `[N, C, H, W]` or `[N, D]`, uint8 or float32.
  package let storage: Tensor
  /// One class per stored example.
  package let labels: [Int32]?
  package let labelNames: [String]
  /// Indices into the storage, in this view's order; nil for all in theirs.
  package private(set) var view: [Int32]?
  package var transforms: [Transform]
  /// Named parts of the storage, such as `train` and `test`.
  package let parts: [String: Range<Int>]

  package init(
    name: String, source: String, storage: Tensor, labels: [Int32]? = nil, labelNames: [String] = [],
    parts: [String: Range<Int>] = [:]
  ) {
    (self.name, self.source, self.storage, self.labels) = (name, source, storage, labels)
    (self.labelNames, self.parts) = (labelNames, parts)
    transforms = storage.dtype == .uint8 ? [.scale(1 / 255)] : []
  }

  package var count: Int { view?.count ?? storage.shape[0] }
  /// `[C, H, W]` or `[D]`.
  package var exampleShape: Shape { storage.shape.droppingFirst }

  /// Where example `index` of this view lies in the storage.
  package func storageIndex(_ index: Int) -> Int { view.map { Int($0[index]) } ?? index }

  package func label(_ index: Int) -> Int? { labels.map { Int($0[storageIndex(index)]) } }

  /// The examples at these positions of this view, in this order.
  ///
  /// - Precondition: positions lie inside the view.
  package func subset(_ positions: [Int]) -> Dataset {
    var other = self
    other.view = positions.map { Int32(storageIndex($0)) }
    return other
  }

  package func subset(_ range: Range<Int>) -> Dataset { subset(Array(range)) }

  /// The examples with this label.
  package func subset(label: Int) -> Dataset { subset((0..<count).filter { self.label($0) == label }) }

  /// A named part, within this view.
  package func part(_ name: String) -> Dataset? {
    guard let range = parts[name] else { return nil }
    var other = subset((0..<count).filter { range.contains(storageIndex($0)) })
    other.name = "\(self.name).\(name)"
    return other
  }

  /// Two disjoint parts, `share` of the examples in the first, by a seeded permutation; stratified keeps the share in
  /// every class.
  package func split(_ share: Double, seed: UInt64, stratified: Bool = false) -> (first: Dataset, second: Dataset) {
    let order = Permutation.order(count: count, seed: seed, purpose: "split")
    let groups = stratified ? Dictionary(grouping: order) { label(Int($0)) ?? 0 } : [0: order]
    var (first, second): ([Int], [Int]) = ([], [])
    for key in groups.keys.sorted() {
      let group = groups[key] ?? []
      let cut = Int((Double(group.count) * share).rounded())
      first += group[..<cut].map(Int.init)
      second += group[cut...].map(Int.init)
    }
    var (a, b) = (subset(first.sorted()), subset(second.sorted()))
    (a.name, b.name) = ("\(name).train", "\(name).test")
    return (a, b)
  }

  /// Examples per label, by label.
  package var labelCounts: [Int: Int] {
    guard labels != nil else { return [:] }
    return (0..<count).reduce(into: [:]) { $0[label($1) ?? 0, default: 0] += 1 }
  }
}
