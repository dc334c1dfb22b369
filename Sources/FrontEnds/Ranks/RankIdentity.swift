import Glibc
import Graphs
import ProcessGroups

/// What the ranks must have in common, so that the same updates keep the same parameters: the program, the instructions it
/// computes with, and the number of its threads.
enum RankIdentity {
  /// Compares the ranks, and divides the processors of each host among its ranks; all have as many threads as the one that
  /// has fewest.
  ///
  /// - Throws: `ProcessGroupError.otherProgram`, on all of them.
  static func compare(_ group: MPIProcessGroup) throws {
    let builds = try group.texts(ProcessContext.version + " " + build)
    if let other = builds.indices.first(where: { builds[$0] != builds[0] }) {
      throw ProcessGroupError.otherProgram(
        rank: group.name(of: other), what: "runs another build of elbo than \(group.name(of: 0))")
    }
    let instructions = try group.texts(CompilerOptions.instructionSet)
    if let other = instructions.indices.first(where: { instructions[$0] != instructions[0] }) {
      throw ProcessGroupError.otherProgram(
        rank: group.name(of: other),
        what: "computes with \(instructions[other]), \(group.name(of: 0)) with \(instructions[0])")
    }
    CompilerOptions.offer(threads: try threads(group))
  }

  private static func threads(_ group: MPIProcessGroup) throws -> Int {
    let masks = try group.gather(ProcessorShare.mask())
    let width = masks.count / group.size
    let hosts = group.hosts
    let together = hosts.indices.filter { hosts[$0] == hosts[group.rank] }
    let here = together.map { Array(masks[$0 * width..<($0 + 1) * width]) }
    let own = together.firstIndex(of: group.rank) ?? 0
    // What control groups leave is of all ranks of the host together.
    let available = CompilerOptions.hardwareThreads
    let bound = here[own].reduce(0) { $0 + $1.nonzeroBitCount }
    let share = ProcessorShare.threads(masks: here, own: own, limit: available < bound ? available : .max)
    return Int(try group.numbers(UInt64(share)).min() ?? 1)
  }

  /// Size and samples of the program's file: two builds differ in them.
  private static var build: String {
    let descriptor = open("/proc/self/exe", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "unknown" }
    defer { close(descriptor) }
    let size = Int(lseek(descriptor, 0, SEEK_END))
    let (count, length) = (256, 4096)
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    var part = [UInt8](repeating: 0, count: length)
    for index in 0..<count {
      let read = pread(descriptor, &part, length, off_t(size / count * index))
      for byte in part.prefix(max(read, 0)) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    return "\(size) \(String(hash, radix: 16))"
  }
}
