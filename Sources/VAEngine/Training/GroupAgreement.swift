import Graphs
import ProcessGroups

/// What the ranks send one another in a training.
package struct Exchange: Sendable, Equatable {
  package var steps = 0
  /// Gradients and terms of one step.
  package var bytes = 0
  /// Until all are added up, with the wait for ranks that are not done yet.
  package var duration = Duration.zero

  /// Of one step.
  package var seconds: Double {
    let (seconds, attoseconds) = duration.components
    return (Double(seconds) + Double(attoseconds) * 1e-18) / Double(max(steps, 1))
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
    // Nothing of rows that are another's, even where it is not finite.
    if weight == 0 {
      gradients.update(repeating: 0)
    } else {
      for index in gradients.indices { gradients[index] *= weight }
    }
    var sums = terms.map { weight == 0 ? 0 : Double($0) * Double(weight) }
    sums += [asked() ? 1 : 0, failure == nil ? 0 : 1, hasFault ? 1 : 0]
    let start = ContinuousClock.now
    try sums.withUnsafeMutableBufferPointer { try group.sum(gradients, $0) }
    exchange.steps += 1
    exchange.bytes = gradients.count * 4 + sums.count * 8
    exchange.duration += ContinuousClock.now - start
    let said = sums.suffix(3)
    if said[said.startIndex + 1] > 0 { throw failure ?? ProcessGroupError.ended }
    if said[said.startIndex + 2] > 0 { throw ProgramError.unsupported("an index of a rank is beyond its table") }
    if said[said.startIndex] > 0 { stop.request() }
    return sums.dropLast(3).map { Float($0) }
  }

  /// The mean over the examples of all processes, from the means of each: the same number on all. Nil when one has none,
  /// because it was stopped.
  func mean(_ own: Estimate?) throws -> Double? {
    // The mean of no examples is no number.
    let sum = own.map { $0.count > 0 ? $0.mean * Double($0.count) : 0 } ?? 0
    var sums = [sum, Double(own?.count ?? 0), own == nil ? 1 : 0]
    try group.sum(&sums)
    return sums[2] > 0 ? nil : sums[0] / sums[1]
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
