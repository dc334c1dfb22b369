import CTeam
import Tensors

/// The instructions of one kernel for every thread, with the memory each thread touches.
struct Step {
  typealias Kernel = @convention(c) (UnsafeRawPointer?) -> Void

  /// One thread's share; nothing when `kernel` is nil.
  struct Part {
    var kernel: Kernel?
    var arguments: UnsafeRawPointer?
    /// Byte ranges by absolute address.
    var reads: [Range<UInt>] = []
    var writes: [Range<UInt>] = []
  }
  let name: String
  var parts: [Part]
}

/// Owns the argument structs of a program.
final class ArgumentArena {
  private var blocks: [UnsafeMutableRawPointer] = []

  func store<T>(_ value: T) -> UnsafePointer<T> {
    let block = UnsafeMutablePointer<T>.allocate(capacity: 1)
    block.initialize(to: value)
    blocks.append(UnsafeMutableRawPointer(block))
    return UnsafePointer(block)
  }

  func store<T>(_ values: [T]) -> UnsafePointer<T> {
    let block = UnsafeMutablePointer<T>.allocate(capacity: max(values.count, 1))
    block.initialize(from: values, count: values.count)
    blocks.append(UnsafeMutableRawPointer(block))
    return UnsafePointer(block)
  }

  /// Memory that one instruction uses while it runs.
  func scratch(_ floats: Int) -> UnsafeMutablePointer<Float> {
    let block = UnsafeMutableRawPointer.allocate(byteCount: max(floats, 1) * 4 + 64, alignment: 64)
    block.initializeMemory(as: UInt8.self, repeating: 0, count: max(floats, 1) * 4 + 64)
    blocks.append(block)
    return block.assumingMemoryBound(to: Float.self)
  }

  deinit { for block in blocks { block.deallocate() } }
}

/// Puts the steps of a program into one flat list per thread, with a barrier only where a thread would otherwise read
/// or write what another one is still writing or reading.
struct InstructionLists {
  let threads: Int
  private(set) var lists: [[elbo_instruction]]
  private(set) var names: [String] = []
  private(set) var barrierCount = 0
  /// What each thread touched since the last barrier.
  private var reads: [[Range<UInt>]]
  private var writes: [[Range<UInt>]]

  init(threads: Int) {
    self.threads = threads
    lists = Array(repeating: [], count: threads)
    reads = Array(repeating: [], count: threads)
    writes = Array(repeating: [], count: threads)
  }

  private static let idle: Step.Kernel = { _ in }

  mutating func append(_ step: Step) {
    let barrier = conflicts(step)
    if barrier {
      barrierCount += 1
      for thread in 0..<threads { (reads[thread], writes[thread]) = ([], []) }
    }
    let tag = Int32(names.count)
    names.append(step.name)
    for (thread, part) in step.parts.enumerated() {
      guard part.kernel != nil || barrier else { continue }
      lists[thread].append(
        elbo_instruction(
          run: part.kernel ?? Self.idle, arguments: part.arguments, barrierBefore: barrier ? 1 : 0, tag: tag))
      reads[thread] += part.reads
      writes[thread] += part.writes
    }
  }

  private func conflicts(_ step: Step) -> Bool {
    for (thread, part) in step.parts.enumerated() {
      for other in 0..<threads where other != thread {
        for range in part.reads where writes[other].contains(where: range.overlaps) { return true }
        for range in part.writes
        where writes[other].contains(where: range.overlaps) || reads[other].contains(where: range.overlaps) {
          return true
        }
      }
    }
    return false
  }
}

/// Shares `count` units out to `threads`, as evenly as whole units allow.
func share(_ count: Int, _ thread: Int, of threads: Int) -> Range<Int> {
  count * thread / threads..<count * (thread + 1) / threads
}
