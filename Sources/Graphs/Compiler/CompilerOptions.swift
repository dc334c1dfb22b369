import CTeam

/// How a graph is compiled.
package struct CompilerOptions: Hashable, Sendable {
  /// A rewrite that changes speed and memory, never what is computed (rounding apart).
  package enum Pass: String, Hashable, Sendable, CaseIterable {
    /// Drops what no output needs.
    case deadCode
    /// Computes equal nodes once.
    case commonSubexpressions
    /// Folds constants and movement that moves nothing.
    case simplification
    /// Keeps images channels-last from convolution to convolution, not only inside each.
    case layout
    /// Folds bias and activation into matrix products and convolutions.
    case epilogues
    /// Runs elementwise chains in one pass.
    case fusion
    /// Runs neighbouring convolutions block by block of examples, so that what passes between them stays in cache.
    case blocking
    /// Computes 2×2 output pixels of a convolution at a time, where that takes fewer multiplications.
    case winograd
    /// Lets arrays that are never alive together share memory.
    case arenaReuse
  }

  /// Whose kernels compute matrix products and convolutions.
  package enum Backend: String, Hashable, Sendable, CaseIterable {
    /// Our own.
    case own
    /// oneDNN's: the second opinion that ours are checked and timed against. Loaded when first asked for.
    case onednn
  }

  package var threads: Int
  package var backend: Backend
  package var passes: Set<Pass>

  /// Threads that this process can have running at the same time: by its affinity mask and by the share of processor time
  /// that its control groups (containers) may use, rounded up. What `threads` is unless it is said.
  package static var hardwareThreads: Int { Int(elbo_team_hardware_threads()) }

  /// - Parameter threads: Nil for `hardwareThreads`.
  package init(threads: Int? = nil, passes: Set<Pass> = Set(Pass.allCases), backend: Backend = .own) {
    self.backend = backend
    self.threads = Swift.max(1, threads ?? Self.hardwareThreads)
    self.passes = passes
  }
}
