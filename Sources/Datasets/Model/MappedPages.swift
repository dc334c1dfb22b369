import Synchronization
import Tensors

/// Keeps a process small that reads a large mapped file: after every so many bytes the pages are given back.
final class MappedPages: Sendable {
  /// Bytes read between two releases, and so about what stays resident.
  static let budget = 256 << 20
  /// The system maps sixteen pages around one that is touched, when it has them.
  static let around = 64 << 10

  private let read = Atomic<Int>(0)

  /// nil for data that are not a large mapped file.
  init?(_ tensor: Tensor) {
    guard tensor.storage.isMappedFile else { return nil }
  }

  /// Counts the rows that were read; called from any thread.
  func touched(_ rows: Int, of tensor: Tensor) {
    let bytes = rows * (tensor.byteCount / max(tensor.shape[0], 1) + Self.around)
    let before = read.wrappingAdd(bytes, ordering: .relaxed).oldValue
    guard before + bytes >= Self.budget else { return }
    read.store(0, ordering: .relaxed)
    tensor.storage.releasePages()
  }
}
