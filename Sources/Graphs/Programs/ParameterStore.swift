import Tensors

/// One parameter of a model. Those that are not trainable (running statistics) are assigned, never optimized.
package struct ParameterSpec: Hashable, Sendable {
  package let name: String
  package let shape: Shape
  package let trainable: Bool
  /// Trained together, by one loss and one optimizer: see `TrainingPhase`.
  package let group: String

  /// The group of parameters that name no other.
  package static let mainGroup = "model"

  package init(name: String, shape: Shape, trainable: Bool = true, group: String = Self.mainGroup) {
    self.name = name
    self.shape = shape
    self.trainable = trainable
    self.group = group
  }
}

/// The parameters of a model and its optimizer's moments, each kind in one flat float32 buffer, so that an update is
/// one pass. Programs write it in place; everything else sees tensors.
///
/// Trainable parameters come first, those of a group together, each aligned to 64 bytes; the gaps stay zero.
package final class ParameterStore {
  package let specs: [ParameterSpec]
  /// Elements of the trainable part, gaps included: the extent of gradients and moments.
  package let trainableCount: Int
  /// By group, the elements of its parameters, gaps included, in all flat buffers.
  package let groups: [String: Range<Int>]
  private let offsets: [String: Int]
  private let indices: [String: Int]
  let values: Storage
  let gradients: Storage
  let firstMoments: Storage
  let secondMoments: Storage

  /// All zeros.
  ///
  /// - Precondition: names are unique.
  package init(_ specs: [ParameterSpec]) throws(AllocationError) {
    var groupOrder: [String: Int] = [:]
    for spec in specs where spec.trainable && groupOrder[spec.group] == nil {
      groupOrder[spec.group] = groupOrder.count
    }
    let trained = groupOrder.sorted { $0.value < $1.value }.flatMap { group in
      specs.filter { $0.trainable && $0.group == group.key }
    }
    let ordered = trained + specs.filter { !$0.trainable }
    var offsets: [String: Int] = [:]
    var total = 0
    var trainable = 0
    var groups: [String: Range<Int>] = [:]
    for spec in ordered {
      precondition(offsets[spec.name] == nil, "ParameterStore: two parameters named '\(spec.name)'")
      offsets[spec.name] = total
      total += (spec.shape.count + 15) / 16 * 16
      guard total < Shape.countLimit / 8 else { throw AllocationError(bytes: total * 4) }
      guard spec.trainable else { continue }
      groups[spec.group] = (groups[spec.group]?.lowerBound ?? trainable)..<total
      trainable = total
    }
    self.specs = specs
    self.offsets = offsets
    self.indices = Dictionary(uniqueKeysWithValues: specs.enumerated().map { ($0.element.name, $0.offset) })
    self.trainableCount = trainable
    self.groups = groups
    self.values = try Storage(byteCount: total * 4)
    self.gradients = try Storage(byteCount: trainable * 4)
    self.firstMoments = try Storage(byteCount: trainable * 4)
    self.secondMoments = try Storage(byteCount: trainable * 4)
  }

  package func spec(named name: String) -> ParameterSpec? { indices[name].map { specs[$0] } }

  /// Where a parameter begins in the flat buffers, in elements.
  func offset(of name: String) -> Int? { offsets[name] }

  /// A copy of one parameter's values, or new values for it.
  ///
  /// - Precondition: the name exists; a new value is float32 of its shape.
  package func value(_ name: String) throws(AllocationError) -> Tensor { try copy(of: values, name) }

  /// A copy of the gradient of the last training run.
  package func gradient(_ name: String) throws(AllocationError) -> Tensor { try copy(of: gradients, name) }

  package func set(_ name: String, to tensor: Tensor) {
    guard let spec = spec(named: name), let offset = offsets[name] else {
      preconditionFailure("ParameterStore: no parameter '\(name)'")
    }
    precondition(tensor.dtype == .float32 && tensor.shape == spec.shape, "ParameterStore: '\(name)' is \(spec.shape)")
    tensor.withUnsafeBytes { bytes in
      if let from = bytes.baseAddress { (values.base + offset * 4).copyMemory(from: from, byteCount: bytes.count) }
    }
  }

  private func copy(of storage: Storage, _ name: String) throws(AllocationError) -> Tensor {
    guard let spec = spec(named: name), let offset = offsets[name] else {
      preconditionFailure("ParameterStore: no parameter '\(name)'")
    }
    let copy = try Storage(byteCount: spec.shape.count * 4)
    copy.base.copyMemory(from: storage.base + offset * 4, byteCount: spec.shape.count * 4)
    return Tensor(storage: copy, byteOffset: 0, shape: spec.shape, dtype: .float32)
  }

  /// The flat buffers as they are: what a checkpoint saves and restores.
  package struct Snapshot: Sendable {
    package var values: Tensor
    package var firstMoments: Tensor
    package var secondMoments: Tensor

    package init(values: Tensor, firstMoments: Tensor, secondMoments: Tensor) {
      self.values = values
      self.firstMoments = firstMoments
      self.secondMoments = secondMoments
    }
  }

  package func snapshot() throws(AllocationError) -> Snapshot {
    Snapshot(
      values: try Self.copy(values), firstMoments: try Self.copy(firstMoments),
      secondMoments: try Self.copy(secondMoments))
  }

  /// - Precondition: the snapshot is of a store with the same specs.
  package func restore(_ snapshot: Snapshot) {
    for (storage, tensor) in [
      (values, snapshot.values), (firstMoments, snapshot.firstMoments), (secondMoments, snapshot.secondMoments),
    ] {
      precondition(
        tensor.dtype == .float32 && tensor.byteCount == storage.byteCount, "ParameterStore: other parameters")
      tensor.withUnsafeBytes { bytes in
        if let from = bytes.baseAddress { storage.base.copyMemory(from: from, byteCount: bytes.count) }
      }
    }
  }

  /// A store of its own with the same contents.
  package func copy() throws(AllocationError) -> ParameterStore {
    let other = try ParameterStore(specs)
    other.restore(try snapshot())
    return other
  }

  private static func copy(_ storage: Storage) throws(AllocationError) -> Tensor {
    let copy = try Storage(byteCount: storage.byteCount)
    copy.base.copyMemory(from: storage.base, byteCount: storage.byteCount)
    return Tensor(storage: copy, byteOffset: 0, shape: [storage.byteCount / 4], dtype: .float32)
  }

  /// A number that all values together decide, bit by bit (FNV-1a over pairs of them): equal values have equal ones.
  package var checksum: UInt64 {
    let words = UnsafeRawBufferPointer(start: values.base, count: values.byteCount / 8 * 8).bindMemory(to: UInt64.self)
    return words.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ $1) &* 0x100_0000_01B3 }
  }

  /// The name and position of the first value that is not finite, nil when all are.
  package func firstNonFinite() -> (name: String, index: Int)? {
    let all = UnsafeBufferPointer(start: values.base.assumingMemoryBound(to: Float.self), count: values.byteCount / 4)
    for spec in specs {
      guard let offset = offsets[spec.name] else { continue }
      let values = UnsafeBufferPointer(rebasing: all[offset..<offset + spec.shape.count])
      if values.isFinite { continue }
      if let index = values.firstIndex(where: { !$0.isFinite }) { return (spec.name, index) }
    }
    return nil
  }
}
