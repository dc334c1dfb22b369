import Glibc
import Synchronization
import Tensors

/// Limits the resident memory of a large mapped file: once too much of it is resident, its pages are released.
///
/// The resident size is queried from the system: around an accessed page it maps others, sixteen or a whole large folio
/// of its cache, so that it cannot be derived from the rows that were read.
final class MappedPages: Sendable {
  /// The number of bytes of files that may stay resident.
  static let budget = 128 << 20
  /// Rows read between two queries, each of which takes some microseconds; a row may map a megabyte.
  static let interval = 64

  private let read = Atomic<Int>(0)

  /// nil for data that are not a large mapped file.
  init?(_ tensor: Tensor) {
    guard tensor.storage.isMappedFile else { return nil }
  }

  /// Counts the rows that were read; called from any thread.
  func touched(_ rows: Int, of tensor: Tensor) {
    let before = read.wrappingAdd(rows, ordering: .relaxed).oldValue
    guard before / Self.interval != (before &+ rows) / Self.interval, Self.residentFileBytes() > Self.budget else {
      return
    }
    tensor.storage.releasePages()
  }

  /// Resident bytes of mapped files, the program's own among them: the third number of /proc/self/statm, in pages. 0
  /// where there is none.
  static func residentFileBytes() -> Int {
    let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return 0 }
    defer { close(descriptor) }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 128) { text in
      var (field, pages) = (0, 0)
      for byte in text.prefix(max(Glibc.read(descriptor, text.baseAddress, 128), 0)) {
        if byte == UInt8(ascii: " ") {
          field += 1
        } else if field == 2 {
          pages = pages * 10 + Int(byte &- UInt8(ascii: "0"))
        }
      }
      return pages * Int(getpagesize())
    }
  }
}
