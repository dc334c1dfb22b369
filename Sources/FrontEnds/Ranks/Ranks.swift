import Glibc
import Graphs
import Notebook
import ProcessGroups
import SessionCore
import Tensors
import Terminal

/// One session on all ranks that a launcher started: rank 0 has it, reads, speaks, draws and owns the workspace; the others
/// follow, and work where it trains.
package enum Ranks {
  /// Runs `lead` on the process that has the session, the others' part on them; the exit code.
  ///
  /// - Throws: `ExitStatus` when the ranks cannot be joined; its message is rank 0's to say.
  package static func run(
    _ process: ProcessContext, _ lead: (any ProcessGroup) throws -> Int32
  ) throws -> Int32 {
    let group = try join(process)
    guard group.size > 1 else { return try lead(group) }
    guard group.leads else { return try follow(process, group) }
    let result = Result { try lead(group) }
    if !group.isBroken { _ = try? group.message(RankFollower.leaving) }
    group.finish()
    return try result.get()
  }

  private static func follow(_ process: ProcessContext, _ group: any ProcessGroup) throws -> Int32 {
    var options = process.sessionOptions()
    options.group = group
    let follower = RankFollower(options)
    let runner = try CellRunner(process: process)
    let interruption = runner.interrupter
    let failure = runner.perform { () -> String? in
      do { try follower.run(interruption) } catch { return "\(error)" }
      return nil
    }
    group.finish()
    guard case .some(.some(let reason)) = failure else { return 0 }
    throw ExitStatus(1, "elbo: \(group.name(of: group.rank)): \(reason)")
  }

  /// The ranks that this process was started with; itself alone when no launcher started it.
  private static func join(_ process: ProcessContext) throws -> any ProcessGroup {
    switch process.launch {
    case .alone: return OneProcess()
    case .unconnected(let launch):
      throw ExitStatus(
        2,
        launch.rank == 0
          ? "elbo: srun started \(launch.size) processes without MPI between them, each of which would be a session of its "
            + "own. Try: srun --mpi=pmix … (srun --mpi=list shows what there is), or mpirun" : "")
    case .member(let launch):
      do {
        let group = try MPIProcessGroup(library: try library(process, launch), seconds: try patience(process, launch))
        guard group.size == launch.size else {
          group.finish()
          throw ExitStatus(
            1,
            launch.rank == 0
              ? "elbo: \(launch.size) processes were started, of which \(group.implementation) connects \(group.size): the "
                + "launcher is of another MPI than libelbo-mpi.so was built with (make mpi MPICC=…)" : "")
        }
        do { try RankIdentity.compare(group) } catch {
          group.finish()
          throw error
        }
        return group
      } catch let error as ProcessGroupError {
        throw ExitStatus(1, launch.rank == 0 ? "elbo: \(error)\(error.fix.map { " \($0)" } ?? "")" : "")
      }
    }
  }

  /// `libelbo-mpi.so` beside the program, or where `make install` leaves it.
  private static func library(_ process: ProcessContext, _ launch: Launch) throws(ExitStatus) -> String {
    if let given = process.environment["ELBO_MPI_LIBRARY"] { return given }
    let folder = ProcessContext.programPath.map { String($0[..<($0.lastIndex(of: "/") ?? $0.startIndex)]) } ?? "."
    let places = ["\(folder)/libelbo-mpi.so", "\(folder)/../lib/elbo/libelbo-mpi.so"]
    if let found = places.first(where: { access($0, R_OK) == 0 }) { return found }
    throw ExitStatus(
      2,
      launch.rank == 0
        ? "elbo: started as \(launch.size) ranks, and libelbo-mpi.so, through which they would talk, is not in \(folder). "
          + "Try: make mpi (before make install)" : "")
  }

  /// Seconds after which a rank that does not answer is given up.
  private static func patience(_ process: ProcessContext, _ launch: Launch) throws(ExitStatus) -> Int {
    guard let text = process.environment["ELBO_MPI_TIMEOUT"] else { return 60 }
    if let seconds = Int(text), (1...86_400).contains(seconds) { return seconds }
    throw ExitStatus(
      2, launch.rank == 0 ? "elbo: ELBO_MPI_TIMEOUT: expected seconds from 1 to 86400, got '\(text)'" : "")
  }
}
