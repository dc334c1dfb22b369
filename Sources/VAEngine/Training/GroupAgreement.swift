import Graphs
import ProcessGroups

/// What the ranks send one another in a training: all-reduces of the gradients with the terms, and of what couples the examples
/// of a batch.
package struct Exchange: Sendable, Equatable {
  package var steps = 0
  /// All-reduces of all steps.
  package var count = 0
  /// What they add up, in bytes.
  package var byteCount = 0
  /// Until all are added up, with the wait for ranks that are not done yet.
  package var duration = Duration.zero

  /// Of one step: all-reduces, bytes and seconds.
  package var ofStep: (count: Double, bytes: Int, seconds: Double) {
    let (seconds, attoseconds) = duration.components
    let steps = max(steps, 1)
    return (
      Double(count) / Double(steps), byteCount / steps,
      (Double(seconds) + Double(attoseconds) * 1e-18) / Double(steps)
    )
  }
}

/// What the processes of a group decide together in every step, so that all of them stop after the same one: each says what
/// was asked of it with its gradients, and learns what was asked of any.
final class GroupAgreement {
  let group: any ProcessGroup
  /// Whether this process was asked to stop; the others learn it in the next step.
  private(set) var asked: @Sendable () -> Bool = { false }
  /// Requested on all processes at once.
  private(set) var stop = StopSignal()
  /// What this process cannot go on for; the next step ends on all of them before it changes anything.
  var failure: (any Error)?

  /// What the steps of this run have exchanged.
  private(set) var exchange = Exchange()

  init(_ group: any ProcessGroup) { self.group = group }

  func begin(_ asked: StopSignal?) {
    self.asked = { asked?.isRequested ?? false }
    (stop, failure, exchange) = (StopSignal(), nil, Exchange())
  }

  /// Adds up gradients and terms, both means over the rows of each process, to those of the whole batch.
  ///
  /// - Parameter hasFault: Whether the program met an index beyond its table.
  /// - Throws: On every process when one of them has a failure or a fault.
  func reduce(
    _ gradients: UnsafeMutableBufferPointer<Float>, _ terms: [Float], weight: Float, hasFault: Bool
  ) throws -> [Float] {
    Self.scale(gradients, by: weight)
    var sums = terms.map { weight == 0 ? 0 : Double($0) * Double(weight) }
    sums += [asked() ? 1 : 0, failure == nil ? 0 : 1, hasFault ? 1 : 0]
    let start = ContinuousClock.now
    try sums.withUnsafeMutableBufferPointer { try group.sum(gradients, $0) }
    note(bytes: gradients.count * 4 + sums.count * 8, since: start)
    exchange.steps += 1
    let said = sums.suffix(3)
    if said[said.startIndex + 1] > 0 { throw failure ?? ProcessGroupError.ended }
    if said[said.startIndex + 2] > 0 { throw ProgramError.unsupported("an index of a rank is beyond its table") }
    if said[said.startIndex] > 0 { stop.request() }
    return sums.dropLast(3).map { Float($0) }
  }

  /// Replaces means over the rows of each process by those over the whole batch.
  func average(_ values: UnsafeMutableBufferPointer<Float>, weight: Float) throws {
    Self.scale(values, by: weight)
    let start = ContinuousClock.now
    try group.sum(values, UnsafeMutableBufferPointer(start: nil, count: 0))
    note(bytes: values.count * 4, since: start)
  }

  private static func scale(_ values: UnsafeMutableBufferPointer<Float>, by weight: Float) {
    // Nothing of rows that are another's, even where it is not finite.
    if weight == 0 { return values.update(repeating: 0) }
    for index in values.indices { values[index] *= weight }
  }

  private func note(bytes: Int, since start: ContinuousClock.Instant) {
    exchange.count += 1
    exchange.byteCount += bytes
    exchange.duration += ContinuousClock.now - start
  }

  /// Compares the parameters of all processes, which the same updates have kept the same.
  ///
  /// - Throws: `ProcessGroupError.drifted`, on all of them.
  func compare(_ parameters: ParameterStore, epoch: Int) throws {
    guard group.size > 1 else { return }
    let sums = try group.numbers(parameters.checksum)
    let others = sums.indices.filter { sums[$0] != sums[0] }
    guard others.isEmpty else {
      throw ProcessGroupError.drifted(ranks: others.map { group.name(of: $0) }, epoch: epoch)
    }
  }
}
