import ProcessGroups
import Testing

@Suite struct LaunchTests {
  @Test func aProcessByItselfIsAlone() {
    #expect(Launch.found(in: [:]) == .alone)
    #expect(Launch.found(in: ["OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "1"]) == .alone)
    // A batch script of Slurm: in a job of many tasks, and in no step of it.
    #expect(Launch.found(in: ["SLURM_PROCID": "0", "SLURM_NTASKS": "8"]) == .alone)
    #expect(Launch.found(in: ["OMPI_COMM_WORLD_RANK": "one", "OMPI_COMM_WORLD_SIZE": "4"]) == .alone)
  }

  @Test(arguments: [
    ["OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_SIZE": "4"], ["PMI_RANK": "3", "PMI_SIZE": "4"],
    ["PMIX_RANK": "3", "SLURM_PROCID": "3", "SLURM_STEP_NUM_TASKS": "4"],
  ]) func aLauncherSaysRankAndSize(_ environment: [String: String]) {
    #expect(Launch.found(in: environment) == .member(Launch(rank: 3, size: 4)))
  }

  @Test func tasksOfSlurmWithoutMPIAreUnconnected() {
    let environment = ["SLURM_PROCID": "2", "SLURM_STEP_NUM_TASKS": "4"]
    #expect(Launch.found(in: environment) == .unconnected(Launch(rank: 2, size: 4)))
  }
}
