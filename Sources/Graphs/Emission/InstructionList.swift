import CTeam
import Tensors

/// The instructions of one kernel for every thread, with the memory each thread touches.
///
/// A kernel may come in blocks, each of which does some of every thread's examples.
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
  /// By block, then by thread.
  let blocks: [[Part]]

  init(name: String, blocks: [[Part]]) {
    self.name = name
    self.blocks = blocks
  }

  init(name: String, parts: [Part]) { self.init(name: name, blocks: [parts]) }
}

/// Owns the argument structs of a program.
final class ArgumentArena {
  private var blocks: [UnsafeMutableRawPointer] = []
  private var releases: [() -> Void] = []

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

  /// Has `release` called when the program is gone.
  func own(_ release: @escaping () -> Void) { releases.append(release) }

  deinit {
    for release in releases { release() }
    for block in blocks { block.deallocate() }
  }
}

/// Puts the steps of a program into one flat list per thread, with a barrier only where a thread would otherwise read
/// or write what another one is still writing or reading.
struct InstructionLists {
  let threads: Int
  private(set) var lists: [[elbo_instruction]]
  private(set) var names: [String] = []
  private(set) var barrierCount = 0
  /// What the threads touched since the last barrier.
  private var (reads, writes) = (MemoryAccesses(), MemoryAccesses())

  init(threads: Int) {
    self.threads = threads
    lists = Array(repeating: [], count: threads)
  }

  private static let idle: Step.Kernel = { _ in }

  mutating func append(_ step: Step) { append([step]) }

  /// Steps of equally many blocks: the first block of each, then the second of each, and so on.
  ///
  /// - Precondition: `canInterleave(steps)` when there are several blocks.
  mutating func append(_ steps: [Step]) {
    let tags = names.count
    names += steps.map(\.name)
    for block in 0..<(steps.first?.blocks.count ?? 0) {
      for (index, step) in steps.enumerated() { append(step.blocks[block], tag: Int32(tags + index)) }
    }
  }

  private mutating func append(_ parts: [Step.Part], tag: Int32) {
    let (newReads, newWrites) = (Self.accesses(parts, \.reads), Self.accesses(parts, \.writes))
    let barrier =
      newReads.conflict(with: writes) || newWrites.conflict(with: writes) || newWrites.conflict(with: reads)
    if barrier {
      barrierCount += 1
      (reads, writes) = (MemoryAccesses(), MemoryAccesses())
    }
    reads.add(newReads)
    writes.add(newWrites)
    for (thread, part) in parts.enumerated() where part.kernel != nil || barrier {
      lists[thread].append(
        elbo_instruction(
          run: part.kernel ?? Self.idle, arguments: part.arguments, barrierBefore: barrier ? 1 : 0, tag: tag))
    }
  }

  private static func accesses(_ parts: [Step.Part], _ ranges: KeyPath<Step.Part, [Range<UInt>]>) -> MemoryAccesses {
    MemoryAccesses(
      parts.enumerated().flatMap { thread, part in
        part[keyPath: ranges].map { MemoryAccesses.MemoryAccess($0, thread: thread) }
      })
  }
}

extension InstructionLists {
  /// Whether no block of a step reads or writes what a later block of an earlier step writes, or writes what it reads;
  /// but for memory that every block uses anew.
  static func canInterleave(_ steps: [Step], reusing reused: Range<UInt>?) -> Bool {
    func kept(_ ranges: [Range<UInt>]) -> [Range<UInt>] {
      guard let reused else { return ranges }
      return ranges.filter { !$0.overlaps(reused) }
    }
    var laterReads: [[Range<UInt>]] = []
    var laterWrites: [[Range<UInt>]] = []
    for step in steps {
      for (block, parts) in step.blocks.enumerated().dropLast() {
        let reads = kept(parts.flatMap(\.reads))
        let writes = kept(parts.flatMap(\.writes))
        for later in block + 1..<step.blocks.count where later < laterWrites.count {
          if laterWrites[later].contains(where: { range in
            reads.contains(where: range.overlaps) || writes.contains(where: range.overlaps)
          }) {
            return false
          }
          if laterReads[later].contains(where: { writes.contains(where: $0.overlaps) }) { return false }
        }
      }
      for (block, parts) in step.blocks.enumerated() {
        if block == laterReads.count {
          laterReads.append([])
          laterWrites.append([])
        }
        laterReads[block] += kept(parts.flatMap(\.reads))
        laterWrites[block] += kept(parts.flatMap(\.writes))
      }
    }
    return true
  }
}

/// The units of `0..<count` that belong to `thread` when they are divided among `threads` as evenly as possible.
package func share(_ count: Int, _ thread: Int, of threads: Int) -> Range<Int> {
  count * thread / threads..<count * (thread + 1) / threads
}

/// The index of the part that contains `unit` when `count` units are divided into `parts` (the inverse of `share`).
package func owner(of unit: Int, in count: Int, parts: Int) -> Int { ((unit + 1) * parts - 1) / count }

/// The part of a range with index `part` when the range is divided into `parts` in the same way.
package func share(_ range: Range<Int>, _ part: Int, of parts: Int) -> Range<Int> {
  let inner = share(range.count, part, of: parts)
  return range.lowerBound + inner.lowerBound..<range.lowerBound + inner.upperBound
}
