/// Processes that train one model together, each with a part of every batch; one of them, rank 0, leads.
///
/// Every member calls the same operations in the same order, and each waits in them for the others. One that waited in
/// vain throws, and the group is of no more use. Not for two threads at once.
package protocol ProcessGroup: AnyObject, Sendable {
  /// This process, 0 ..< `size`.
  var rank: Int { get }
  var size: Int { get }
  /// How messages call a rank: `rank 3 on node2`.
  func name(of rank: Int) -> String

  /// Sums over all ranks, element by element, of two arrays at once; every rank gets the same bits.
  func sum(
    _ values: UnsafeMutableBufferPointer<Float>, _ terms: UnsafeMutableBufferPointer<Double>
  ) throws(ProcessGroupError)
  /// Copies the bytes of one rank to all others.
  ///
  /// - Parameter isPatient: Waits for as long as it takes: that rank has other things to do.
  func broadcast(
    _ bytes: UnsafeMutableRawBufferPointer, from root: Int, isPatient: Bool
  ) throws(ProcessGroupError)
  /// The bytes of all ranks, one rank after another; every rank gives as many.
  ///
  /// - Parameter isPatient: Waits for as long as it takes: the ranks have work of different lengths.
  func gather(_ own: [UInt8], isPatient: Bool) throws(ProcessGroupError) -> [UInt8]
  /// Whether a rank did not answer: nothing more can be done together.
  var isBroken: Bool { get }
  /// Leaves the group: together with the others, or, where one of them does not answer any more, by ending all.
  func finish()
}

/// A process by itself.
package final class OneProcess: ProcessGroup {
  package init() {}
  package var rank: Int { 0 }
  package var size: Int { 1 }
  package func name(of rank: Int) -> String { "rank \(rank)" }
  package func sum(_ values: UnsafeMutableBufferPointer<Float>, _ terms: UnsafeMutableBufferPointer<Double>) {}
  package func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int, isPatient: Bool) {}
  package func gather(_ own: [UInt8], isPatient: Bool) -> [UInt8] { own }
  package var isBroken: Bool { false }
  package func finish() {}
}

extension ProcessGroup {
  package var leads: Bool { rank == 0 }

  /// The sum of a number over all ranks.
  package func sum(_ number: Double) throws(ProcessGroupError) -> Double {
    var terms = [number]
    try sum(&terms)
    return terms[0]
  }

  /// Sums over all ranks, element by element.
  package func sum(_ terms: inout [Double]) throws(ProcessGroupError) {
    try terms.withUnsafeMutableBufferPointer { terms throws(ProcessGroupError) in
      try sum(UnsafeMutableBufferPointer(start: nil, count: 0), terms)
    }
  }

  /// Whether it is true of any rank.
  package func any(_ isTrue: Bool) throws(ProcessGroupError) -> Bool { try sum(isTrue ? 1 : 0) > 0 }

  /// The message of one rank, of whatever length.
  ///
  /// - Parameters:
  ///   - message: Read on that rank alone.
  ///   - root: Which rank that is.
  package func message(
    _ message: [UInt8] = [], from root: Int = 0, isPatient: Bool = false
  ) throws(ProcessGroupError) -> [UInt8] {
    let length = try broadcast(Self.bytes(of: UInt64(message.count)), count: 8, from: root, isPatient: isPatient)
    let count = Int(Self.number(length[...]))
    return count == 0 ? [] : try broadcast(message, count: count, from: root, isPatient: false)
  }

  private func broadcast(
    _ bytes: [UInt8], count: Int, from root: Int, isPatient: Bool
  ) throws(ProcessGroupError) -> [UInt8] {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
    defer { memory.deallocate() }
    if rank == root { memory.copyBytes(from: bytes) }
    try broadcast(memory, from: root, isPatient: isPatient)
    return Array(memory)
  }

  /// The bytes of all ranks, one rank after another; every rank gives as many.
  package func gather(_ own: [UInt8]) throws(ProcessGroupError) -> [UInt8] { try gather(own, isPatient: false) }

  /// A text of every rank.
  package func texts(_ own: String, isPatient: Bool = false) throws(ProcessGroupError) -> [String] {
    let lengths = try gather(Self.bytes(of: UInt64(own.utf8.count)), isPatient: isPatient)
    let counts = stride(from: 0, to: lengths.count, by: 8).map { Self.number(lengths[$0..<$0 + 8]) }
    let longest = Int(counts.max() ?? 0)
    let all = try gather(Array(own.utf8) + [UInt8](repeating: 0, count: longest - own.utf8.count))
    return counts.enumerated().map { rank, count in
      String(decoding: all[rank * longest..<rank * longest + Int(count)], as: UTF8.self)
    }
  }

  /// A number of every rank.
  package func numbers(_ own: UInt64) throws(ProcessGroupError) -> [UInt64] {
    let all = try gather(Self.bytes(of: own))
    return stride(from: 0, to: all.count, by: 8).map { Self.number(all[$0..<$0 + 8]) }
  }

  private static func bytes(of number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
