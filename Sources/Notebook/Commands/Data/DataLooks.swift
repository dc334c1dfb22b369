import Datasets
import Tensors

/// `head`, `describe`, `transform`.
enum DataLooks {
  static let all = [head, describe, transform]

  private static let head = Command(
    "head", family: .data, summary: "show the first rows or examples",
    positionals: [
      Positional("value", .value([.dataset, .tensor, .table, .list]), takesPipe: true, help: "what to look at")
    ],
    options: [CommandOption("n", .integer(1...10000), default: "5", help: "how many")],
    result: "a table, or the first rows",
    examples: [.init("head d", "the first examples"), .init("head z n=3", "the first rows of a tensor")]
  ) { arguments, execution in
    let n = arguments.integer("n") ?? 5
    switch arguments.value("value") {
    case .tensor(let array) where array.shape.rank > 0:
      return .tensor(try array.taking(Array(0..<min(n, array.shape[0])), axis: 0, keepsAxis: true))
    case .table(var table):
      table.rows = Array(table.rows.prefix(n))
      return .table(table)
    case .list(let items): return .list(Array(items.prefix(n)))
    case .object(let object as DatasetValue): return .table(try examples(object, n, width: execution.width))
    case let other: return other ?? .nothing
    }
  }

  /// The first examples: label, mean, range, and grey images as characters when they fit.
  private static func examples(_ data: DatasetValue, _ n: Int, width: Int) throws -> Table {
    let count = min(n, data.dataset.count)
    let values = try data.dataset.examples(Array(0..<count))
    let size = data.dataset.exampleShape.count
    let elements = values.elements(as: Float.self)
    let rows = (0..<count).map { row -> [Table.Cell] in
      let own = elements[row * size..<(row + 1) * size]
      let mean = own.reduce(0) { $0 + Double($1) } / Double(max(size, 1))
      return [
        .count(row), data.dataset.label(row).map { .count($0) } ?? .empty, .fixed(mean, decimals: 4),
        .number(Double(own.min() ?? 0)), .number(Double(own.max() ?? 0)),
      ]
    }
    let notes = try Thumbnails.text(values, width: width).map { ["", $0] } ?? []
    return Table(
      title: data.summary, columns: [.init("example"), .init("label"), .init("mean"), .init("min"), .init("max")],
      rows: rows, notes: notes)
  }

  private static let describe = Command(
    "describe", family: .data, summary: "measure a dataset: counts, range, mean, labels, hash, transforms",
    positionals: [Positional("data", .dataset, takesPipe: true, help: "the dataset")], result: "a report",
    examples: [.init("describe d", "everything about d")]
  ) { arguments, execution in
    guard let data = arguments.dataset("data") else { return .nothing }
    var report = data.report
    let statistics = try DataStatistics(data.dataset) { share in
      if execution.interruption.isRequested { throw Interrupted() }
      execution.progress(Progress(task: "describe", fraction: share))
    }
    report.fields += [
      .init("mean", .fixed(statistics.mean, decimals: 5), unit: "after transforms"),
      .init("deviation", label: "standard deviation", .fixed(statistics.deviation, decimals: 5)),
      .init("min", .number(statistics.low)), .init("max", .number(statistics.high)),
      .init("zeros", label: "zero elements", .fixed(100 * statistics.zeroShare, decimals: 1), unit: "%"),
      .init("hash", label: "content", .text(data.dataset.contentHash)),
    ]
    let counts = data.dataset.labelCounts.sorted { $0.key < $1.key }
    if !counts.isEmpty {
      let table = Table(
        columns: [.init("label"), .init("examples")],
        rows: counts.prefix(50).map { [.count($0.key), .count($0.value)] },
        notes: counts.count > 50 ? ["\(counts.count - 50) more labels"] : [])
      report.tables.append(.init("labels", table))
    }
    return .report(report)
  }

  private static let transform = Command(
    "transform", family: .data, summary: "change how examples are drawn: binarize, scale, noise, standardize",
    details: "Transforms run in the order given, when a batch is drawn; the stored values stay as they are.",
    positionals: [Positional("data", .dataset, takesPipe: true, help: "the dataset")],
    options: [
      CommandOption(
        "binarize", .choice(["dynamic", "static"]), help: "1 with probability x: anew for every batch, or once"),
      CommandOption("seed", .seed, default: "0", help: "of binarize=static"),
      CommandOption("scale", .number(-.infinity ... .infinity), help: "a factor"),
      CommandOption("invert", .flag, help: "1 − x"), CommandOption("standardize", .flag, help: "mean 0, deviation 1"),
      CommandOption(
        "noise", .text(placeholder: "gaussian:0.3", suggestions: ["gaussian:0.3", "mask:0.25", "salt:0.1"]),
        help: "drawn anew for every batch"),
      CommandOption("as", .newName, help: "the result's name"),
    ],
    result: "the dataset, seen through the transforms",
    examples: [.init("b = transform d binarize=dynamic", "0/1 images, drawn anew for every batch")]
  ) { arguments, execution in
    guard let data = arguments.dataset("data") else { return .nothing }
    var added: [Transform] = []
    for (key, argument) in arguments.given {
      switch (key.value, argument.content) {
      case ("binarize", .text(let how)):
        added.append(how == "static" ? .binarizeStatic(seed: UInt64(arguments.integer("seed") ?? 0)) : .binarizeDynamic)
      case ("scale", .number(let factor)): added.append(.scale(Float(factor)))
      case ("invert", .flag(true)): added.append(.invert)
      case ("standardize", .flag(true)):
        let statistics = try DataStatistics(data.with(added).dataset) { _ in }
        added.append(.standardize(mean: Float(statistics.mean), deviation: Float(max(statistics.deviation, 1e-8))))
      case ("noise", _):
        switch try NoiseText.parse(arguments, "noise") {
        case .gaussian(let sigma): added.append(.gaussianNoise(sigma))
        case .mask(let share): added.append(.maskNoise(share))
        case .saltAndPepper(let share): added.append(.saltAndPepper(share))
        }
      default: break
      }
    }
    guard !added.isEmpty else {
      throw arguments.fault(
        .missingArgument, "transform needs to know what to do", fix: "Example: transform d binarize=dynamic")
    }
    let value = Value.object(data.with(added))
    if let name = arguments.text("as") { execution.set(name, to: value) }
    return value
  }
}

/// Mean, deviation and range over all elements, transforms applied.
struct DataStatistics {
  var mean = 0.0
  var deviation = 0.0
  var low = Double.infinity
  var high = -Double.infinity
  var zeroShare = 0.0

  init(_ dataset: Dataset, progress: (Double) throws -> Void) throws {
    var (sum, squares, zeros, count) = (0.0, 0.0, 0, 0)
    for start in stride(from: 0, to: dataset.count, by: 1000) {
      let end = min(start + 1000, dataset.count)
      let batch = try dataset.examples(Array(start..<end))
      batch.withElements(of: Float.self) { elements in
        for value in elements {
          let x = Double(value)
          sum += x
          squares += x * x
          low = min(low, x)
          high = max(high, x)
          if x == 0 { zeros += 1 }
        }
        count += elements.count
      }
      try progress(Double(end) / Double(dataset.count))
    }
    guard count > 0 else { return }
    mean = sum / Double(count)
    deviation = max(0, squares / Double(count) - mean * mean).squareRoot()
    zeroShare = Double(zeros) / Double(count)
  }
}

/// Grey images as characters, side by side.
enum Thumbnails {
  /// The first images of `[N, C, H, W]` that fit into `width` columns; nil when they are no small images.
  static func text(_ images: Tensor, width: Int) throws -> String? {
    guard images.shape.rank == 4, images.shape[2] <= 64, images.shape[3] <= 64, images.shape[0] > 0 else { return nil }
    let (channels, height, columns) = (images.shape[1], images.shape[2], images.shape[3])
    let fits = max(1, (width + 2) / (columns + 2))
    let shades = Array(" .:-=+*#%@")
    let values = images.elements(as: Float.self)
    // A character is twice as high as wide: two rows of pixels become one of text.
    return stride(from: 0, to: height, by: 2).map { y in
      (0..<min(fits, images.shape[0])).map { image in
        String(
          (0..<columns).map { x -> Character in
            var total: Float = 0
            var samples: Float = 0
            for channel in 0..<channels {
              for row in y..<min(y + 2, height) {
                total += values[((image * channels + channel) * height + row) * columns + x]
                samples += 1
              }
            }
            let share = min(max(total / max(samples, 1), 0), 1)
            return shades[min(Int(share * 10), 9)]
          })
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}
