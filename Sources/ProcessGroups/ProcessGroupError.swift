/// Why processes that work on one thing together cannot go on.
package enum ProcessGroupError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Ranks, by name, that did not come to where the others wait.
  case notAnswering(ranks: [String], seconds: Int)
  /// All came, and what they sent one another did not arrive.
  case notConnected(seconds: Int)
  /// What MPI says.
  case failed(String)
  /// A rank is another program, or computes with other instructions.
  case otherProgram(rank: String, what: String)
  /// The parameters of these ranks are not those of rank 0.
  case drifted(ranks: [String], epoch: Int)
  /// A rank cannot do its part.
  case cannotTakePart(rank: String, reason: String)
  /// Another rank has ended the work.
  case ended

  package var description: String {
    switch self {
    case .notAnswering(let ranks, let seconds):
      "\(Self.listed(ranks)) \(ranks.count == 1 ? "has" : "have") not answered for \(seconds) s"
    case .notConnected(let seconds): "the ranks have waited for what they sent one another for \(seconds) s"
    case .failed(let reason): reason
    case .otherProgram(let rank, let what): "\(rank) \(what)"
    case .drifted(let ranks, let epoch):
      "the parameters of \(Self.listed(ranks)) differ from those of rank 0 after epoch \(epoch)"
    case .cannotTakePart(let rank, let reason): "\(rank) cannot take part: \(reason)"
    case .ended: "another rank has ended the work"
    }
  }

  /// What helps.
  package var fix: String? {
    switch self {
    case .notAnswering, .notConnected:
      "The model has every completed step. Look after the host and its network, then continue with any number of ranks; "
        + "ELBO_MPI_TIMEOUT=SECONDS waits longer."
    case .failed, .ended: nil
    case .otherProgram: "All hosts need the same build; ELBO_SIMD=avx2 (mpirun -x ELBO_SIMD=avx2) makes CPUs agree."
    case .drifted: "The host may compute wrongly. Continue from the last checkpoint without it."
    case .cannotTakePart: nil
    }
  }

  private static func listed(_ ranks: [String]) -> String {
    ranks.prefix(4).joined(separator: ", ") + (ranks.count > 4 ? " and \(ranks.count - 4) more" : "")
  }
}
