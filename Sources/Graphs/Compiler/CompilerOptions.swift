import CHighway
import CTeam

/// How a graph is compiled.
package struct CompilerOptions: Hashable, Sendable {
  /// A rewrite that changes speed and memory, never what is computed, except for rounding.
  package enum Pass: String, Hashable, Sendable, CaseIterable {
    /// Removes nodes that no output depends on.
    case deadCode
    /// Computes equal nodes once.
    case commonSubexpressions
    /// Folds constants and movement ops without effect.
    case simplification
    /// Keeps images channels-last from convolution to convolution, not only inside each.
    case layout
    /// Folds bias and activation into matrix products and convolutions.
    case epilogues
    /// Runs elementwise chains in one pass.
    case fusion
    /// Runs neighboring convolutions block by block of examples, so that intermediate values stay in cache.
    case blocking
    /// Computes 2×2 output pixels of a convolution at a time, where that takes fewer multiplications.
    case winograd
    /// Lets arrays with disjoint lifetimes share memory.
    case arenaReuse
  }

  /// Whose kernels compute matrix products and convolutions.
  package enum Backend: String, Hashable, Sendable, CaseIterable {
    /// The kernels of this project.
    case own
    /// oneDNN's: a reference for correctness and speed. The library is loaded on first use.
    case onednn
  }

  package var threads: Int
  package var backend: Backend
  package var passes: Set<Pass>

  /// Threads that this process can have running at the same time: by its affinity mask and by the share of processor time
  /// that its control groups (containers) may use, rounded up. What `threads` is unless it is said.
  package static var hardwareThreads: Int { Int(elbo_team_hardware_threads()) }

  /// From now on `hardwareThreads` is this number: the part of a host that one process of several has.
  package static func offer(threads: Int) { elbo_team_offer(Int32(clamping: threads)) }

  /// The instruction set that the kernels use on this CPU, as Highway calls it: `AVX3`, `AVX2`.
  package static var instructionSet: String { String(cString: elbo_simd_target()) }

  /// - Parameter threads: Nil for `hardwareThreads`.
  package init(threads: Int? = nil, passes: Set<Pass> = Set(Pass.allCases), backend: Backend = .own) {
    self.backend = backend
    self.threads = Swift.max(1, threads ?? Self.hardwareThreads)
    self.passes = passes
  }
}
