import Datasets
import SessionCore
import Tensors

/// `datasets`.
struct ListDatasets: DeclaredCommand {
  static let about = About(
    "datasets", family: .data, summary: "list the datasets that can be loaded by name", returns: .init(.table),
    examples: [.init("datasets", "name, size, and whether a download is needed")])

  func run(_ call: Call) -> Value {
    let catalogue = DatasetLoading.catalogue(call.execution.options)
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
}

/// `dataset`.
struct CreateDataset: DeclaredCommand {
  static let about = About(
    "dataset", family: .data, summary: "create a dataset from the rows of a tensor",
    returns: .init(.dataset, "the dataset"),
    examples: [.init("d = dataset normal(1000, 8, seed=1)", "a thousand rows of noise")])

  @Argument(takesPipe: true, help: "tensor whose rows are the examples: N×D, N×H×W or N×C×H×W") var tensor: ArrayValue
  @Option(help: "class of each row: integers from 0, -1 for none") var labels: ArrayValue?
  @Option(name: "as", help: "name of the dataset") var variable: NewName?

  func run(_ call: Call) throws -> Value {
    let shape = tensor.shape
    guard (2...4).contains(shape.rank), shape.count > 0 else {
      throw $tensor.fault(.shapeMismatch, "expected shape N×D, N×H×W or N×C×H×W, got \(shape)")
    }
    let extents = shape.dimensions
    let content = tensor.tensor.dtype == .float32 ? try Tensor(tensor.floats) : tensor.tensor
    let given = try classes()
    let made = Dataset(
      name: variable?.text ?? $tensor.variable ?? "tensor", source: "a tensor of the session",
      storage: content.reshaped(to: extents.count == 3 ? [extents[0], 1, extents[1], extents[2]] : shape),
      labels: given ?? tensor.labels, labelNames: given == nil ? tensor.labelNames : [],
      columns: shape.rank == 2 ? tensor.form?.columns ?? [] : [])
    let value = Value.object(DatasetValue(made, origin: .session))
    if let variable { call.execution.set(variable.text, to: value) }
    return value
  }

  private func classes() throws -> [Int32]? {
    guard let labels else { return nil }
    let classes = labels.floats.map { $0.isNaN ? ClassTable.unlabeled : Int32(exactly: $0) ?? -2 }
    guard classes.count == tensor.shape[0], classes.allSatisfy({ $0 >= ClassTable.unlabeled }),
      classes.contains(where: { $0 >= 0 })
    else {
      throw $labels.fault(
        .shapeMismatch, "labels must be one integer from 0 for each row, -1 for a row without a label")
    }
    return classes
  }
}

/// `split`.
struct SplitDataset: DeclaredCommand {
  static let about = About(
    "split", family: .data, summary: "split a dataset into train and test parts",
    details: "The parts are d2.train and d2.test; the same seed produces the same parts.",
    returns: .init(.dataset, "a dataset in two parts"),
    examples: [.init("d2 = split d train=0.8 seed=7", "d2.train and d2.test")])

  @Argument(takesPipe: true, help: "the dataset") var data: DatasetValue
  @Option(.number(0.0001...0.9999), default: 0.8, help: "fraction of the examples in the train part") var train: Double
  @Option(.seed, default: 0, help: "seed of the permutation") var seed: Int
  @Option(default: false, help: "keep the class proportions in both parts") var stratified: Bool
  @Option(name: "as", help: "name of the result") var variable: NewName?

  func run(_ call: Call) throws -> Value {
    if stratified, data.dataset.labels == nil {
      throw $stratified.fault(.noLabels, "\(data.title) has no labels to stratify by")
    }
    let (first, second) = data.dataset.split(train, seed: UInt64(seed), stratified: stratified)
    guard first.count > 0, second.count > 0 else {
      throw call.fault(
        .emptySelection,
        "one part would be empty: the dataset has \(data.dataset.count) \(data.dataset.count == 1 ? "example" : "examples")"
      )
    }
    let value = Value.object(
      DatasetValue(
        data.dataset, origin: data.origin,
        made: [.init(name: "train", dataset: first), .init(name: "test", dataset: second)]))
    if let variable { call.execution.set(variable.text, to: value) }
    return value
  }
}
