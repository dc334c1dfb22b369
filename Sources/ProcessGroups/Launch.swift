/// How a launcher of MPI programs started this process, from the variables that it sets: `mpirun` of Open MPI or MPICH, or
/// Slurm's `srun`.
package struct Launch: Equatable, Sendable {
  package let rank: Int
  package let size: Int

  /// What an environment says.
  package enum Found: Equatable, Sendable {
    /// A process by itself, in the environment of no launcher or as its only one.
    case alone
    case member(Launch)
    /// One of several that Slurm started without MPI between them: each would be a session of its own.
    case unconnected(Launch)
  }

  package init(rank: Int, size: Int) { (self.rank, self.size) = (rank, size) }

  package static func found(in environment: [String: String]) -> Found {
    func number(_ name: String) -> Int? { environment[name].flatMap { Int($0) } }
    // Open MPI, MPICH and Slurm's PMI 1 and 2; Slurm's PMIx says the rank alone.
    let pairs = [
      ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"), ("PMI_RANK", "PMI_SIZE"),
      ("PMIX_RANK", "SLURM_STEP_NUM_TASKS"),
    ]
    for (rank, size) in pairs {
      guard let rank = number(rank), let size = number(size) else { continue }
      return size > 1 ? .member(Launch(rank: rank, size: size)) : .alone
    }
    // A step of srun; a batch script by itself is in none.
    guard let rank = number("SLURM_PROCID"), let size = number("SLURM_STEP_NUM_TASKS"), size > 1 else { return .alone }
    return .unconnected(Launch(rank: rank, size: size))
  }
}
