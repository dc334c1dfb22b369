import Language
import SessionCore

/// `log`: what trainings write beside the workspace.
struct Log: DeclaredCommand {
  static let about = About(
    "log", family: .models, summary: "write the course of trainings for other programs",
    details: """
      From now on every training writes there as well: tensorboard= event files in a folder for each model (every term by step \
      and epoch, validation, learning rate, beta, images, a histogram of the codes), which 'tensorboard --logdir DIR' shows; \
      csv= a line for every number. Without an option it says what is written; 'log off' ends it. The metrics of a workspace \
      are kept anyway: a table 'metrics' with model, split, name, step, epoch, value and unit, for example \
      pandas.read_sql("select * from metrics where model = 'm'", sqlite3.connect("work.elbodb")).
      """,
    examples: [
      .init("log tensorboard=runs", "event files in runs/NAME"), .init("log csv=metrics.csv", "a table"),
      .init("log off", "nothing more"),
    ])

  @Argument(help: "off ends it") var state: Bool?
  @Option(.path, help: "folder of event files, with one for each model") var tensorboard: String?
  @Option(.path, help: "file of comma-separated values, which is appended to") var csv: String?

  func run(_ call: Call) throws -> Value {
    var targets = call.execution.state.settings.logs
    let given = [("tensorboard", tensorboard, $tensorboard), ("csv", csv, $csv)]
    if let state {
      if let (name, _, place) = given.first(where: { $0.1 != nil }) {
        throw place.fault(
          .badOptionValue, "'\(name)=' cannot be combined with \($state.raw)", fix: "Write one of them.")
      }
      guard !state else {
        throw $state.fault(.badOptionValue, "log: no folder or file to write to", fix: "Example: log tensorboard=runs")
      }
      targets = [:]
    }
    for case (let name, let path?, let place) in given {
      let file = call.execution.expanded(path)
      try call.execution.checkWritable(file, shown: path, at: place.span)
      if name == "csv" {
        try FileWriting.check(file, shown: path, at: place.span)
        _ = try CSVLog(path: file)
      }
      targets[name] = path
    }
    call.execution.state.settings.logs = targets
    guard targets.isEmpty else {
      call.execution.note(
        "trainings are written to "
          + targets.sorted { $0.key < $1.key }.map { "\($0.value) (\($0.key))" }
          .joined(separator: " and "))
      return .nothing
    }
    call.execution.note("trainings are written nowhere but the workspace")
    return .nothing
  }
}
