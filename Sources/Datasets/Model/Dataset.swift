import Tensors

/// Stored examples with labels, and a view of them: an order of indices into the storage (so subsets and splits copy
/// nothing) and transforms that are applied batch by batch.
package struct Dataset: Sendable {
  package var name: String
  /// A description of the source.
  package let source: String
  /// All stored examples, `[N, C, H, W]` or `[N, D]`, in the type of the source.
  package let storage: Tensor
  /// One label per stored example, as it was read; `ClassTable.unlabeled` for an example without.
  package let labels: [Int32]?
  /// Names by label; empty where labels are plain numbers.
  package let labelNames: [String]
  /// The classes that occur among the labels, numbered from 0; nil without labels.
  package private(set) var classes: ClassTable?
  /// The factors of each stored example, where they are known.
  package internal(set) var factors: Factors?
  /// Names of the elements of an example, of tables.
  package internal(set) var columns: [String] = []
  /// Notes on choices that were made while loading.
  package internal(set) var notes: [String] = []
  /// Indices into the storage, in this view's order; nil for all in theirs.
  package private(set) var view: [Int32]?
  /// The transforms of every example in a batch.
  package private(set) var transforms: [Transform]
  /// The transforms, made ready; of float64 and int32 those behind `exact`.
  private(set) var plan: BatchPlan
  /// The first transforms of float64 and int32, as far as they are rules for single elements: applied in Double, before
  /// anything is cut to float32.
  private(set) var exact: [Transform] = []
  /// The one draw that random transforms show of each example; nil where every reading draws anew.
  private(set) var draws: FixedDraws?
  /// Named parts of the storage, such as `train` and `test`.
  package let parts: [String: Range<Int>]
  /// Of the stored content, computed on first use and shared by all views.
  package let hash: ContentHash
  /// Keeps the memory that a mapped file takes small; nil for data in memory.
  let pages: MappedPages?

  package init(
    name: String, source: String, storage: Tensor, labels: [Int32]? = nil, labelNames: [String] = [],
    parts: [String: Range<Int>] = [:], columns: [String] = []
  ) {
    (self.name, self.source, self.storage, self.labels) = (name, source, storage, labels)
    self.columns = columns
    (self.labelNames, self.parts) = (labelNames, parts)
    classes = labels.map { ClassTable($0, names: labelNames) }
    hash = ContentHash(storage, labels: labels)
    pages = MappedPages(storage)
    // Bytes are scaled, which fits every shape.
    transforms = storage.dtype == .uint8 ? [.scale(1 / 255)] : []
    plan = BatchPlan(scale: storage.dtype == .uint8 ? 1 / 255 : 1, stored: storage.shape.droppingFirst)
  }

  /// The same examples under these transforms instead.
  ///
  /// - Throws: `TransformError` for one that does not fit the shape of what comes before it.
  package func replacing(transforms: [Transform]) throws(TransformError) -> Dataset {
    var other = self
    let stored = storage.shape.droppingFirst
    let isWide = storage.dtype == .float64 || storage.dtype == .int32
    other.exact = isWide ? Array(transforms.prefix { $0.isExact }) : []
    for transform in other.exact { _ = try transform.shape(after: stored) }
    other.plan = try BatchPlan(Array(transforms.dropFirst(other.exact.count)), stored: stored)
    other.transforms = transforms
    return other
  }

  /// The same examples with more transforms behind those they have.
  package func adding(_ more: [Transform]) throws(TransformError) -> Dataset {
    try replacing(transforms: transforms + more)
  }

  /// The view and what is known of the examples, from data whose storage was rearranged.
  mutating func take(_ other: Dataset, columns: [String]) {
    (view, draws, classes, factors, notes) = (other.view, other.draws, other.classes, other.factors, other.notes)
    self.columns = columns
  }

  /// The stored examples where they are, when the view is all of them as they are; nil of others, and of mapped files.
  package var whole: Tensor? {
    guard view == nil, transforms.isEmpty, storage.dtype == .float32, !storage.storage.isMappedFile,
      storage.shape.droppingFirst == exampleShape
    else { return nil }
    return storage
  }

  package var count: Int { view?.count ?? storage.shape[0] }
  /// The shape of an example after the transforms: `[C, H, W]` or `[D]`.
  package var exampleShape: Shape { plan.exampleShape }

  /// Where example `index` of this view lies in the storage.
  package func storageIndex(_ index: Int) -> Int { view.map { Int($0[index]) } ?? index }

  /// The label of example `index`; nil when it has none.
  package func label(_ index: Int) -> Int? {
    labels.flatMap { $0[storageIndex(index)] >= 0 ? Int($0[storageIndex(index)]) : nil }
  }

  /// How many examples of this view have no label, where others have one.
  package var unlabeledCount: Int {
    labels == nil ? 0 : (0..<count).reduce(0) { $0 + (label($1) == nil ? 1 : 0) }
  }

  /// The same examples with their classes numbered as a model numbers them.
  ///
  /// - Returns: nil when an example has a class that is none of the model's.
  package func numbered(as names: [String]) -> Dataset? {
    guard unknownClasses(to: names).isEmpty else { return nil }
    var other = self
    other.classes = classes?.ordered(as: names)
    return other
  }

  /// The classes of these examples that are none of a model's, by name.
  package func unknownClasses(to names: [String]) -> [String] {
    guard let classes, !classes.names.allSatisfy(names.contains) else { return [] }
    let present = Set(labelCounts.keys.map { Int32($0) })
    return zip(classes.labels, classes.names).filter { present.contains($0) && !names.contains($1) }.map(\.1)
  }

  /// The examples at these positions of this view, in this order.
  ///
  /// - Precondition: positions lie inside the view.
  package func subset(_ positions: [Int]) -> Dataset {
    var other = self
    other.view = positions.map { Int32(storageIndex($0)) }
    other.draws = draws?.subset(positions)
    return other
  }

  /// The same examples, each with one draw of its random transforms however often, in whatever order and in whichever
  /// part it is read: the draw that `seed` gives it where it is measured. Data without random transforms stay as they are.
  package func drawnOnce(seed: UInt64) -> Dataset {
    guard draws == nil, transforms.contains(where: \.isRandom) else { return self }
    var other = self
    other.draws = FixedDraws(seed: seed)
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

  /// All stored examples of a named part, whatever this view holds, seen through its transforms.
  package func storedPart(_ name: String) -> Dataset? {
    guard let range = parts[name] else { return nil }
    var other = self
    other.view = range.map { Int32($0) }
    other.draws = nil
    other.name = "\(self.name.split(separator: ".").first ?? "").\(name)"
    return other
  }

  /// Two disjoint parts, the fraction `share` of the examples in the first, by a seeded permutation; stratified keeps the fraction in
  /// every class and overall: remainders of rounding down go to the classes with the largest remainder.
  package func split(_ share: Double, seed: UInt64, stratified: Bool = false) -> (first: Dataset, second: Dataset) {
    let order = Permutation.order(count: count, seed: seed, purpose: "split")
    let groups = stratified ? Dictionary(grouping: order) { label(Int($0)) ?? -1 } : [0: order]
    var (first, second): ([Int], [Int]) = ([], [])
    let keys = groups.keys.sorted()
    let wanted = keys.map { Double(groups[$0]?.count ?? 0) * share }
    let left = Int((Double(count) * share).rounded()) - wanted.reduce(0) { $0 + Int($1) }
    let byLoss = keys.indices.sorted {
      (wanted[$1].truncatingRemainder(dividingBy: 1), $0) < (wanted[$0].truncatingRemainder(dividingBy: 1), $1)
    }
    let rounded = Set(byLoss.prefix(max(left, 0)))
    for (index, key) in keys.enumerated() {
      let group = groups[key] ?? []
      let cut = min(group.count, Int(wanted[index]) + (rounded.contains(index) ? 1 : 0))
      first += group[..<cut].map(Int.init)
      second += group[cut...].map(Int.init)
    }
    var (a, b) = (subset(first.sorted()), subset(second.sorted()))
    (a.name, b.name) = ("\(name).train", "\(name).test")
    return (a, b)
  }

  /// Examples per label, by label; examples without one are not counted.
  package var labelCounts: [Int: Int] {
    (0..<count).reduce(into: [:]) { counts, index in label(index).map { counts[$0, default: 0] += 1 } }
  }
}
