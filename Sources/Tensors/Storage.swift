import Glibc
import POSIX
import Synchronization
import Text

/// An allocation that failed.
package struct AllocationError: Error, Equatable, Sendable, CustomStringConvertible {
  package let bytes: Int

  package init(bytes: Int) { self.bytes = bytes }

  package var description: String {
    let limit = Storage.byteLimit
    return "cannot allocate \(NumberText.bytes(bytes))"
      + (bytes > limit ? ": there are \(NumberText.bytes(limit)) in all" : "")
  }
}

/// Owns a block of memory, 64-byte aligned when it allocates itself.
///
/// The rule that makes `@unchecked Sendable` safe: bytes are written either through a unique reference (`Tensor` copies
/// first when shared) or, inside a running program, by threads that the compiler gave disjoint ranges between two
/// barriers.
package final class Storage: @unchecked Sendable {
  package static let alignment = 64

  package let base: UnsafeMutableRawPointer
  package let byteCount: Int
  /// False for memory that belongs to someone else, such as a mapped file: writers copy first.
  package let isWritable: Bool
  /// True for the pages of a file, which the system can forget and read again.
  package let isMappedFile: Bool
  private let release: (UnsafeMutableRawPointer) -> Void

  /// Padding after every allocated block: kernels load whole vectors, the last of which may start at the last element.
  /// The values read there are not used.
  private static let slack = 64

  /// Zeroed memory, with 64 bytes behind it that may be read. Large blocks come from the system lazily, so untouched pages cost nothing; but what could never all
  /// be touched is refused here, where it can be said, rather than later by the system's killing the process.
  package init(byteCount: Int) throws(AllocationError) {
    guard byteCount >= 0, byteCount < 1 << 46 else { throw AllocationError(bytes: byteCount) }
    let rounded = (max(byteCount, 1) + Self.alignment - 1) / Self.alignment * Self.alignment + Self.slack
    if Self.endsAtGuardPage {
      (base, release) = try Self.guarded(rounded)
      (self.byteCount, isWritable, isMappedFile) = (byteCount, true, false)
      return
    }
    guard Storage.reserve(rounded) else { throw AllocationError(bytes: byteCount) }
    guard let memory = Storage.allocateZeroed(rounded) else {
      Storage.releaseReservation(rounded)
      throw AllocationError(bytes: byteCount)
    }
    self.base = memory
    self.byteCount = byteCount
    self.isWritable = true
    self.isMappedFile = false
    if rounded >= Storage.mapThreshold {
      self.release = {
        munmap($0, rounded)
        Storage.releaseReservation(rounded)
      }
    } else {
      self.release = { free($0) }
    }
  }

  /// Adopts memory that `release` gives back, read-only.
  package init(
    readOnly base: UnsafeMutableRawPointer, byteCount: Int, isMappedFile: Bool = false,
    release: @escaping (UnsafeMutableRawPointer) -> Void
  ) {
    self.base = base
    self.byteCount = byteCount
    self.isWritable = false
    self.isMappedFile = isMappedFile
    self.release = release
  }

  deinit { release(base) }

  /// Releases the pages of a mapped file, which the system reads again on access, usually from its cache. This is
  /// cheap, limits the resident memory, and is safe for concurrent readers.
  package func releasePages() {
    guard isMappedFile else { return }
    madvise(base, byteCount, MADV_DONTNEED)
  }

  /// Tells the system whether a mapped file will be read sequentially or randomly.
  package func expectRandomReads(_ isRandom: Bool) {
    guard isMappedFile else { return }
    madvise(base, byteCount, isRandom ? MADV_RANDOM : MADV_NORMAL)
  }

  /// Whether blocks allocated in this task end where a page begins that cannot be read: in tests, a kernel that reads
  /// further than the slack then ends the process.
  @TaskLocal package static var endsAtGuardPage = false

  private static func guarded(
    _ byteCount: Int
  ) throws(AllocationError) -> (UnsafeMutableRawPointer, (UnsafeMutableRawPointer) -> Void) {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let whole = (byteCount + page - 1) / page * page
    let pages = mmap(nil, whole + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let pages, pages != MAP_FAILED, mprotect(pages + whole, page, PROT_NONE) == 0 else {
      throw AllocationError(bytes: byteCount)
    }
    return (pages + (whole - byteCount), { _ in munmap(pages, whole + page) })
  }

  private static let mapThreshold = 1 << 20

  private static func allocateZeroed(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    if byteCount >= mapThreshold {
      let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      return memory == MAP_FAILED ? nil : memory
    }
    var memory: UnsafeMutableRawPointer?
    guard posix_memalign(&memory, alignment, byteCount) == 0, let memory else { return nil }
    memset(memory, 0, byteCount)
    return memory
  }

  /// Bytes of all large blocks that are allocated.
  private static let reserved = Atomic<Int>(0)

  /// All memory of the machine, or of the control groups that the process is in when they have less.
  package static let byteLimit: Int = {
    let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    return min(machine, max(ControlGroupMemory.limit() ?? machine, mapThreshold))
  }()

  private static func reserve(_ byteCount: Int) -> Bool {
    guard byteCount >= mapThreshold else { return true }
    if reserved.add(byteCount, ordering: .relaxed).newValue <= byteLimit { return true }
    releaseReservation(byteCount)
    return false
  }

  private static func releaseReservation(_ byteCount: Int) {
    guard byteCount >= mapThreshold else { return }
    reserved.subtract(byteCount, ordering: .relaxed)
  }
}
