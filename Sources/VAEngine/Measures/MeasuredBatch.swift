import ProcessGroups
import Tensors

/// A batch of a measure: examples in their order, of a fixed number of rows, of which those beyond the last example repeat it.
struct MeasuredBatch {
  /// Its number, which keys what it draws.
  let step: UInt64
  let indices: [Int32]
  /// Rows that are examples of its own.
  let valid: Int

  init(_ step: Int, of source: any BatchSource, rows: Int) {
    let begin = step * rows
    let valid = min(rows, source.count - begin)
    indices = (0..<rows).map { Int32(begin + min($0, valid - 1)) }
    (self.step, self.valid) = (UInt64(step), valid)
  }

  static func count(_ source: any BatchSource, rows: Int) -> Int { (source.count + rows - 1) / rows }
}

extension Model {
  /// Computes numbers of every batch and takes them in the order of the examples. Where processes share the measure
  /// (`measuringGroup`), each computes every n-th batch and all take the numbers of all: the same bits as in one.
  ///
  /// - Parameters:
  ///   - count: How many numbers a batch has.
  ///   - compute: Writes those of a batch, which depend on nothing but the batch.
  ///   - consume: Takes those of each batch, in order.
  /// - Throws: What either throws; `Stopped`, between two batches. What ends one process ends all.
  func measureBatches(
    of source: any BatchSource, rows: Int, numbers count: Int,
    compute: (MeasuredBatch, inout [Double]) throws -> Void, consume: (MeasuredBatch, [Double]) throws -> Void
  ) throws {
    let batches = MeasuredBatch.count(source, rows: rows)
    var numbers = [Double](repeating: 0, count: count)
    guard let group = measuringGroup, group.size > 1 else {
      for step in 0..<batches {
        try Stopping.check()
        let batch = MeasuredBatch(step, of: source, rows: rows)
        try compute(batch, &numbers)
        try consume(batch, numbers)
      }
      return
    }
    var failure: (any Error)?
    for first in stride(from: 0, to: batches, by: group.size) {
      let own = first + group.rank
      if own < batches, failure == nil {
        do {
          try Stopping.check()
          try compute(MeasuredBatch(own, of: source, rows: rows), &numbers)
        } catch { failure = error }
      }
      let all = try group.gather(numbers, saying: failure.map { $0 is Stopped ? .stopped : .failed } ?? .done)
      if let failure { throw failure }
      if all.contains(where: { $0.state == .stopped }) { throw Stopped() }
      if all.contains(where: { $0.state == .failed }) { throw ProcessGroupError.ended }
      do {
        for (rank, other) in all.enumerated() where first + rank < batches {
          try consume(MeasuredBatch(first + rank, of: source, rows: rows), other.numbers)
        }
      } catch { failure = error }
    }
    if let failure { throw failure }
  }
}

/// How a process ended its part of a round.
private enum RoundState: UInt8 { case done, stopped, failed }

extension ProcessGroup {
  /// The numbers of every process, which each has as many of, and how it came by them.
  fileprivate func gather(
    _ numbers: [Double], saying state: RoundState
  ) throws(ProcessGroupError) -> [(numbers: [Double], state: RoundState)] {
    let size = (numbers.count + 1) * 8
    let all = try gather(numbers.withUnsafeBytes { Array($0) } + [state.rawValue] + [UInt8](repeating: 0, count: 7))
    return stride(from: 0, to: all.count, by: size).map { begin in
      let numbers = all.withUnsafeBytes { bytes in
        (0..<numbers.count).map { bytes.loadUnaligned(fromByteOffset: begin + $0 * 8, as: Double.self) }
      }
      return (numbers, RoundState(rawValue: all[begin + size - 8]) ?? .failed)
    }
  }
}
