import ArgumentParser
import FrontEnds
import JSONText

/// `elbo doctor`: what the machine has of what the program may need.
struct DoctorCommand: ElboSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Check this machine: libraries, gnuplot, threads, memory, folders.",
    discussion: """
      The threads that training uses are the least of the machine's processors, those of the affinity mask and the processor \
      time that control groups leave. ✗ marks what is missing, ! what works with less. For a model, use the command of the \
      same name in a session: doctor m.

      Exit code 1 when something is missing.
      """)

  static let handlesSignals = false

  @Flag(help: "One JSON array instead of text.")
  var json = false

  func run(in process: ProcessContext) throws -> Int32 {
    let report = MachineReport(process)
    guard process.say(json ? report.json.text(pretty: true) : report.text) else { return 1 }
    return report.isSound ? 0 : 1
  }
}
