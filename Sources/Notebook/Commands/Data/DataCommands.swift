import Datasets
import SessionCore
import Tensors

/// `datasets`, `dataset`, `split`.
enum DataCommands {
  static let all = [datasets, LoadCommand.load, dataset, split]

  private static let datasets = Command(
    "datasets", family: .data, summary: "list the datasets that can be loaded by name", returns: .init(.table),
    examples: [.init("datasets", "name, size, and whether a download is needed")]
  ) { _, execution in
    let catalogue = DatasetLoading.catalogue(execution.options)
    return .table(
      Table(
        columns: [
          .init("name"), .init("what"), .init("license"), .init("state", for: .people), .init("state", for: .programs),
          .init("download", for: .programs),
        ],
        rows: DatasetCatalogue.entries.map { entry in
          let size: Table.Cell
          let state: String
          switch catalogue.availability(of: entry.name) {
          case .builtIn: (state, size) = ("built in", .empty)
          case .cached: (state, size) = ("in the cache", .empty)
          case .local(let folder): (state, size) = (folder, .empty)
          case .download: (state, size) = ("download", .bytes(entry.downloadBytes))
          }
          let shown = size == .empty ? state : "\(state), \(size.text)"
          return [.text(entry.name), .text(entry.summary), .text(entry.license), .text(shown), .text(state), size]
        },
        notes: ["Files and folders are loaded by path: IDX, NPY, NPZ, CSV (.gz or not), PNG, JPEG, folders of images."])
    )
  }

  private static let dataset = Command(
    "dataset", family: .data, summary: "create a dataset from the rows of a tensor",
    positionals: [
      Positional("tensor", .tensor, takesPipe: true, help: "tensor whose rows are the examples: N×D, N×H×W or N×C×H×W")
    ],
    options: [
      CommandOption("labels", .tensor, help: "class of each row: integers from 0, -1 for none"),
      CommandOption("as", .newName, help: "name of the dataset"),
    ],
    returns: .init(.dataset, "the dataset"),
    examples: [.init("d = dataset normal(1000, 8, seed=1)", "a thousand rows of noise")]
  ) { arguments, execution in
    guard case .tensor(let array) = arguments.value("tensor") else { return .nothing }
    guard (2...4).contains(array.shape.rank), array.shape.count > 0 else {
      throw arguments.fault(
        .shapeMismatch, "expected shape N×D, N×H×W or N×C×H×W, got \(array.shape)", at: "tensor")
    }
    var labels = array.labels
    if case .tensor(let given) = arguments.value("labels") {
      let classes = given.floats.map { $0.isNaN ? ClassTable.unlabeled : Int32(exactly: $0) ?? -2 }
      guard classes.count == array.shape[0], classes.allSatisfy({ $0 >= ClassTable.unlabeled }),
        classes.contains(where: { $0 >= 0 })
      else {
        throw arguments.fault(
          .shapeMismatch, "labels must be one integer from 0 for each row, -1 for a row without a label", at: "labels")
      }
      labels = classes
    }
    let extents = array.shape.dimensions
    let shape: Shape = extents.count == 3 ? [extents[0], 1, extents[1], extents[2]] : array.shape
    let content = array.tensor.dtype == .float32 ? try Tensor(array.floats) : array.tensor
    let name = arguments.text("as") ?? arguments["tensor"]?.name ?? "tensor"
    let made = Dataset(
      name: name, source: "a tensor of the session", storage: content.reshaped(to: shape), labels: labels)
    let value = Value.object(DatasetValue(made, origin: .session))
    if let name = arguments.text("as") { execution.set(name, to: value) }
    return value
  }

  private static let split = Command(
    "split", family: .data, summary: "split a dataset into train and test parts",
    details: "The parts are d2.train and d2.test; the same seed produces the same parts.",
    positionals: [Positional("data", .dataset, takesPipe: true, help: "the dataset")],
    options: [
      CommandOption(
        "train", .number(0.0001...0.9999), default: "0.8", help: "fraction of the examples in the train part"),
      CommandOption("seed", .seed, default: "0", help: "seed of the permutation"),
      CommandOption("stratified", .flag, default: "no", help: "keep the class proportions in both parts"),
      CommandOption("as", .newName, help: "name of the result"),
    ],
    returns: .init(.dataset, "a dataset in two parts"),
    examples: [.init("d2 = split d train=0.8 seed=7", "d2.train and d2.test")]
  ) { arguments, execution in
    guard let data = arguments.dataset("data") else { return .nothing }
    if arguments.flag("stratified"), data.dataset.labels == nil {
      throw arguments.fault(.noLabels, "\(data.title) has no labels to stratify by", at: "stratified")
    }
    let (first, second) = data.dataset.split(
      arguments.number("train") ?? 0.8, seed: UInt64(arguments.integer("seed") ?? 0),
      stratified: arguments.flag("stratified"))
    guard first.count > 0, second.count > 0 else {
      throw arguments.fault(
        .emptySelection,
        "one part would be empty: the dataset has \(data.dataset.count) \(data.dataset.count == 1 ? "example" : "examples")"
      )
    }
    let value = Value.object(
      DatasetValue(
        data.dataset, origin: data.origin,
        made: [.init(name: "train", dataset: first), .init(name: "test", dataset: second)]))
    if let name = arguments.text("as") { execution.set(name, to: value) }
    return value
  }
}
