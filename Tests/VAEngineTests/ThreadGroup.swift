import Foundation
import ProcessGroups
import Synchronization

/// Ranks as threads of one process, to test what each of them computes: sums are taken in the order of the ranks.
final class ThreadGroup: ProcessGroup {
  let rank: Int
  var size: Int { meeting.size }
  private let meeting: Meeting

  init(_ rank: Int, _ meeting: Meeting) { (self.rank, self.meeting) = (rank, meeting) }

  /// Where the threads wait for one another.
  final class Meeting: @unchecked Sendable {
    let size: Int
    private let condition = NSCondition()
    private var given: [Int: [UInt8]] = [:]
    private var taken = 0
    private var all: [[UInt8]]?
    /// Bytes of gradients that were added up.
    let reduced = Mutex(0)

    init(_ size: Int) { self.size = size }

    /// What every rank gives, once all have.
    func exchange(_ rank: Int, _ own: [UInt8]) -> [[UInt8]] {
      condition.lock()
      defer { condition.unlock() }
      // The last of the round before has not gone yet.
      while all != nil { condition.wait() }
      given[rank] = own
      if given.count == size {
        all = (0..<size).map { given[$0] ?? [] }
        condition.broadcast()
      }
      while all == nil { condition.wait() }
      let result = all ?? []
      taken += 1
      if taken == size {
        (given, taken, all) = ([:], 0, nil)
        condition.broadcast()
      } else {
        while all != nil { condition.wait() }
      }
      return result
    }
  }

  var isBroken: Bool { false }
  func name(of rank: Int) -> String { "rank \(rank) on thread" }
  func finish() {}

  func sum(
    _ values: UnsafeMutableBufferPointer<Float>, _ terms: UnsafeMutableBufferPointer<Double>
  ) throws(ProcessGroupError) {
    add(values)
    add(terms)
    meeting.reduced.withLock { $0 += values.count * 4 }
  }

  private func add<Number: FloatingPoint>(_ values: UnsafeMutableBufferPointer<Number>) {
    let all = meeting.exchange(rank, Array(UnsafeRawBufferPointer(values)))
    for index in values.indices {
      values[index] = all.map { bytes in
        bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: index * MemoryLayout<Number>.size, as: Number.self) }
      }.reduce(0, +)
    }
  }

  func broadcast(
    _ bytes: UnsafeMutableRawBufferPointer, from root: Int, isPatient: Bool
  ) throws(ProcessGroupError) {
    bytes.copyBytes(from: meeting.exchange(rank, Array(bytes))[root])
  }

  func gather(_ own: [UInt8], isPatient: Bool) throws(ProcessGroupError) -> [UInt8] {
    meeting.exchange(rank, own).flatMap { $0 }
  }

  /// Runs `body` on as many threads as there are ranks, and returns what each made, by rank.
  static func run<Value: Sendable>(_ size: Int, _ body: @escaping @Sendable (ThreadGroup) throws -> Value) throws
    -> [Value]
  {
    let meeting = Meeting(size)
    let results = Mutex([Int: Result<Value, any Error>]())
    let threads = (0..<size).map { rank in
      let thread = Thread {
        let result = Result { try body(ThreadGroup(rank, meeting)) }
        results.withLock { $0[rank] = result }
      }
      thread.stackSize = 8 << 20
      thread.start()
      return thread
    }
    while threads.contains(where: { !$0.isFinished }) { usleep(1000) }
    let all = results.withLock { $0 }
    return try (0..<size).compactMap { try all[$0]?.get() }
  }
}
