import Datasets
import Glibc
import Tensors

/// `load`, `datasets`, `dataset`, `split`.
enum DataCommands {
  static let all = [datasets, load, dataset, split]

  private static let names = DatasetCatalogue.entries.map(\.name)

  private static let datasets = Command(
    "datasets", family: .data, summary: "list what can be loaded by name", result: "a table",
    examples: [.init("datasets", "built in, at hand, or to be fetched")]
  ) { _, execution in
    .table(
      Table(
        columns: [.init("name"), .init("what"), .init("licence"), .init("state")],
        rows: DatasetCatalogue.entries.map { entry in
          let state =
            entry.name == "digits"
            ? "built in" : DatasetLoading.isAvailable(entry.name, execution.options) ? "at hand" : "not here"
          return [.text(entry.name), .text(entry.summary), .text(entry.license), .text(state)]
        }, notes: ["Files load by path: IDX and NPY, gzip or not."]))
  }

  private static let load = Command(
    "load", family: .data, summary: "load a dataset by name or from a file",
    details: """
      Names: \(names.joined(separator: ", ")); 'datasets' says which are at hand. Anything else is a path. Values stay as \
      they are stored and are scaled when a batch is drawn; the transforms are shown.
      """,
    positionals: [
      Positional("source", .text(placeholder: "NAME or PATH", suggestions: names), help: "a name or a path")
    ],
    options: [
      CommandOption("as", .newName, note: "after the source", help: "the variable's name"),
      CommandOption("labels", .path, help: "a file with one class per example"),
    ],
    result: "the dataset",
    examples: [
      .init("load digits as=d", "12,000 real digits, built in"), .init("d = load mnist", "MNIST, when it is at hand"),
      .init("load images.idx3-ubyte.gz labels=labels.idx1-ubyte.gz as=x", "files"),
    ]
  ) { arguments, execution in
    guard let source = arguments["source"] else { return .nothing }
    let reference = names.contains(source.raw) ? source.raw : execution.readable(source.raw)
    if !names.contains(reference), access(reference, F_OK) != 0 {
      throw Fault(
        .unknownDataset, "no dataset or file '\(source.raw)'", at: source.span,
        fix: Suggestion.question(source.raw, in: names) ?? "'datasets' lists the names.")
    }
    let labels = arguments.text("labels").map { execution.readable($0) }
    guard
      !names.contains(reference) || execution.options.allowsDownloads
        || DatasetLoading.isAvailable(reference, execution.options)
    else {
      throw Fault(
        .download, "\(reference) is not at hand, and this session fetches nothing", at: source.span,
        fix: "Load it once at a prompt; 'load digits' works offline.")
    }
    do {
      let dataset = try DatasetLoading.load(reference, labels: labels, execution.options)
      let value = Value.object(DatasetValue(dataset, origin: .loaded(reference, labels: labels)))
      let name = arguments.text("as") ?? fallbackName(reference, execution)
      if arguments.target == nil {
        execution.set(name, to: value)
        if arguments.text("as") == nil { execution.note("named \(name)") }
      }
      return value
    } catch let error as FileError {
      let missing = names.contains(reference)
      throw Fault(
        missing ? .download : .unreadableFile, error.description, at: source.span,
        fix: missing ? "'load digits' works offline." : "Nothing was loaded.")
    }
  }

  /// A name for what was loaded without one: letters of the source, or `d`.
  private static func fallbackName(_ reference: String, _ execution: Execution) -> String {
    let last = reference.split(separator: "/").last.map(String.init) ?? reference
    let stem = String(last.prefix { $0 != "." }).map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    let name = String(stem)
    return name.isName && !execution.isReserved(name) ? name : "d"
  }

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
    guard case .tensor(let array) = arguments.value("tensor") else { return .nothing }
    guard (2...4).contains(array.shape.rank), array.shape.count > 0 else {
      throw arguments.fault(
        .shapeMismatch, "examples are rows: N×D, N×H×W or N×C×H×W; this is \(array.shape)", at: "tensor")
    }
    var labels = array.labels
    if case .tensor(let given) = arguments.value("labels") {
      let classes = given.floats.map { Int32(exactly: $0) ?? -1 }
      guard classes.count == array.shape[0], classes.allSatisfy({ $0 >= 0 }) else {
        throw arguments.fault(.shapeMismatch, "labels are one whole number from 0 for each row", at: "labels")
      }
      labels = classes
    }
    let extents = array.shape.dimensions
    let shape: Shape = extents.count == 3 ? [extents[0], 1, extents[1], extents[2]] : array.shape
    let isBytes = array.tensor.dtype == .uint8
    let content = isBytes ? array.tensor : try Tensor(array.floats)
    let name = arguments.text("as") ?? arguments["tensor"]?.name ?? "tensor"
    let made = Dataset(
      name: name, source: "a tensor of the session", storage: content.reshaped(to: shape), labels: labels)
    let value = Value.object(DatasetValue(made, origin: .session))
    if let name = arguments.text("as") { execution.set(name, to: value) }
    return value
  }

  private static let split = Command(
    "split", family: .data, summary: "divide a dataset into train and test",
    details: "The parts are d2.train and d2.test; the same seed gives the same parts.",
    positionals: [Positional("data", .dataset, takesPipe: true, help: "the dataset")],
    options: [
      CommandOption("train", .number(0.0001...0.9999), default: "0.8", help: "share of the first part"),
      CommandOption("seed", .seed, default: "0", help: "of the permutation"),
      CommandOption("stratified", .flag, default: "no", help: "keep the share in every class"),
      CommandOption("as", .newName, help: "the result's name"),
    ],
    result: "a dataset in two parts",
    examples: [.init("d2 = split d train=0.8 seed=7", "d2.train and d2.test")]
  ) { arguments, execution in
    guard let data = arguments.dataset("data") else { return .nothing }
    let (first, second) = data.dataset.split(
      arguments.number("train") ?? 0.8, seed: UInt64(arguments.integer("seed") ?? 0),
      stratified: arguments.flag("stratified"))
    guard first.count > 0, second.count > 0 else {
      throw arguments.fault(
        .emptySelection, "one of the parts would be empty: there are \(data.dataset.count) examples")
    }
    let value = Value.object(
      DatasetValue(
        data.dataset, origin: data.origin,
        made: [.init(name: "train", dataset: first), .init(name: "test", dataset: second)]))
    if let name = arguments.text("as") { execution.set(name, to: value) }
    return value
  }
}
