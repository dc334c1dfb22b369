import Datasets
import JSONText
import Language
import SessionCore
import Tensors
import VAEngine
import WorkspaceStore

/// Data that every rank has for itself: loaded by each from the same file or catalogue, sent where they were made in the
/// session; and a fingerprint of what is read of them, which tells whether all have the same.
extension RankMessage {
  mutating func add(_ key: String, _ data: DatasetValue) throws {
    add(key, try data.stored())
    guard case .object(let members) = detail else { return }
    let dataset = data.dataset
    detail = .object(
      members + [
        .init(
          "seen " + key,
          .object([
            .init("columns", .array(dataset.columns.map { .string($0) })),
            .init("classes", dataset.classes.map { .array($0.names.map { .string($0) }) } ?? .null),
            .init("fingerprint", .string(dataset.fingerprint)),
          ]))
      ])
  }

  /// - Throws: `Fault` when the file cannot be read here, or holds something else than that of rank 0.
  func data(_ key: String, _ options: SessionOptions, _ loaded: inout LoadedData) throws -> DatasetValue? {
    guard let stored = try value(key) else { return nil }
    var data = try DatasetValue(stored: stored, options: options) { try loaded.dataset($0, stored, options) }
    let seen = detail["seen " + key]
    let columns = try Damage.texts(seen?["columns"], "columns")
    if columns != data.dataset.columns {
      let transforms = data.dataset.transforms
      data = try data.mapped { try $0.arranged(as: columns).replacing(transforms: transforms) }
    }
    if let classes = seen?["classes"], classes != .null {
      let names = try Damage.texts(classes, "classes")
      data = data.mapped { $0.numbered(as: names) ?? $0 }
    }
    guard data.dataset.fingerprint == seen?["fingerprint"]?.stringValue else {
      throw Fault(
        .unreadableFile, "\(data.title) holds other examples here than on rank 0",
        fix: "All hosts need the same files under the same paths.")
    }
    return data
  }
}

/// The files that a rank has read last, so that a training and the measures after it read them once.
struct LoadedData {
  private var kept: [(request: LoadRequest, hash: String, dataset: Dataset)] = []

  /// - Throws: What `DatasetLoading` throws.
  mutating func dataset(_ request: LoadRequest, _ stored: StoredValue, _ options: SessionOptions) throws -> Dataset {
    let hash = stored.detail["hash"]?.stringValue ?? ""
    if let found = kept.first(where: { $0.request == request && $0.hash == hash }) { return found.dataset }
    let dataset = try DatasetLoading.load(request, options)
    kept = kept.suffix(1) + [(request, hash, dataset)]
    return dataset
  }
}

extension Dataset {
  /// What a trainer sees of the first and last examples, of their classes, and how many there are.
  fileprivate var fingerprint: String {
    let rows = Array(Set(Array(0..<min(4, count)) + Array(max(0, count - 4)..<count))).sorted().map { Int32($0) }
    var values = [Float](repeating: 0, count: rows.count * exampleShape.count)
    read(rows, into: &values, stream: RandomStream(seed: 0, purpose: "fingerprint"))
    var labels = [Int32](repeating: -1, count: rows.count)
    if classCount != nil {
      rows.withUnsafeBufferPointer { rows in
        labels.withUnsafeMutableBufferPointer { labels in
          if let base = labels.baseAddress { readLabels(rows, into: base) }
        }
      }
    }
    let words = values.map { UInt64($0.bitPattern) } + labels.map { UInt64(UInt32(bitPattern: $0)) }
    let hash = words.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ $1) &* 0x100_0000_01B3 as UInt64 }
    return "\(count) \(exampleShape) \(classCount ?? 0) \(String(hash, radix: 16))"
  }
}
