import Tensors

/// Commands that make and look at datasets.
enum DataCommands {
  static let all = [dataset]

  private static let dataset = Command(
    "dataset", family: .data, summary: "make a dataset of a tensor's rows",
    positionals: [Positional("tensor", .tensor, takesPipe: true, help: "rows are examples: N×D, N×H×W or N×C×H×W")],
    options: [
      CommandOption("labels", .tensor, help: "the class of each row, whole numbers from 0"),
      CommandOption("as", .newName, help: "its name"),
    ],
    result: "the dataset",
    examples: [.init("d = dataset normal(1000, 8, seed=1)", "a thousand rows of noise")]
  ) { arguments, execution in
    guard case .tensor(var array) = arguments.value("tensor") else { return .nothing }
    if case .tensor(let labels) = arguments.value("labels") {
      let classes = labels.floats.map { Int32(exactly: $0) ?? -1 }
      guard classes.count == array.shape.dimensions.first, classes.allSatisfy({ $0 >= 0 }) else {
        throw arguments.fault(.shapeMismatch, "labels are one whole number from 0 for each row", at: "labels")
      }
      array.labels = classes
    }
    let value = Value.object(try DatasetValue(array, title: arguments["tensor"]?.name ?? "tensor"))
    if let name = arguments.text("as") { execution.set(name, to: value) }
    return value
  }
}
