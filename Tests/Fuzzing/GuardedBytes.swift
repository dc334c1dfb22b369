import Glibc
import Tensors

/// Bytes that end where memory does: whoever reads one byte too far does not read on, the process dies.
package enum GuardedBytes {
  package static func storage(_ bytes: [UInt8]) throws -> Storage {
    let page = Int(getpagesize())
    let span = (bytes.count + page - 1) / page * page
    guard let base = mmap(nil, span + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      base != MAP_FAILED
    else { throw AllocationError(bytes: span + page) }
    mprotect(base + span, page, PROT_NONE)
    let start = base + span - bytes.count
    bytes.withUnsafeBytes { if let from = $0.baseAddress { start.copyMemory(from: from, byteCount: $0.count) } }
    return Storage(readOnly: start, byteCount: bytes.count) { _ in munmap(base, span + page) }
  }
}
