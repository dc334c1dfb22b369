import Datasets
import Fuzzing
import Glibc
import Tensors

// What the conformance tests drive: data read by the project's own readers, written as NPY for others to look at.
//
//     dataset-files dump FOLDER SOURCE [labels=FILE] [target=COLUMN] [missing=…] [size=HxW] [resize=HxW] …
//     dataset-files cost BATCH SOURCE [key=value…]   microseconds that one thread takes for a batch
//     dataset-files fuzz COUNT SEED FILE…   damaged versions of good files; no input may crash, hang or take memory

@main struct DatasetFiles {
  static func main() {
    do {
      let words = Array(CommandLine.arguments.dropFirst())
      switch words.first {
      case "dump" where words.count > 2: try dump(to: words[1], words[2], Array(words[3...]))
      case "cost" where words.count > 2: try cost(Int(words[1]) ?? 128, words[2], Array(words[3...]))
      case "fuzz" where words.count > 3:
        try DatasetFuzzing(seed: Int(words[2]) ?? 0).run(Int(words[1]) ?? 0, words[3...])
      default:
        print(
          "usage: dataset-files dump FOLDER SOURCE [key=value…] | cost BATCH SOURCE [key=value…] | fuzz COUNT SEED FILE…"
        )
        exit(64)
      }
    } catch let error as FileError {
      print(error, error.fix ?? "")
      exit(1)
    } catch {
      print(error)
      exit(1)
    }
  }

  /// `content.npy` as stored, `labels.npy`, `examples.npy` through the transforms; names and remarks on standard output.
  private static func dump(to folder: String, _ source: String, _ words: [String]) throws {
    let dataset = try load(source, words)
    try NPY.write(dataset.storage, to: "\(folder)/content.npy")
    if let labels = dataset.labels { try NPY.write(try Tensor(labels), to: "\(folder)/labels.npy") }
    let examples = try dataset.examples(Array(0..<min(dataset.count, 1000)))
    try NPY.write(examples, to: "\(folder)/examples.npy")
    for name in dataset.labelNames { print("label", name) }
    for name in dataset.columns { print("column", name) }
    for note in dataset.notes { print("note", note) }
  }

  private static func load(_ source: String, _ words: [String]) throws -> Dataset {
    var request = LoadRequest(source)
    var transforms: [Transform] = []
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      try apply(parts[0], parts.count > 1 ? parts[1] : "", &request, &transforms)
    }
    let data = getenv("ELBO_DATA").map { [String(cString: $0)] } ?? []
    return try DatasetCatalogue(dataDirectories: data).load(request).adding(transforms)
  }

  /// Median of many batches of shuffled examples.
  private static func cost(_ size: Int, _ source: String, _ words: [String]) throws {
    let dataset = try load(source, words)
    let order = Permutation.order(count: dataset.count, seed: 1, purpose: "shuffle")
    var batch = [Float](repeating: 0, count: size * dataset.exampleShape.count)
    var times: [Double] = []
    for step in 0..<600 {
      let begin = step * size % (dataset.count - size)
      let start = ContinuousClock.now
      batch.withUnsafeMutableBufferPointer { batch in
        guard let base = batch.baseAddress else { return }
        order[begin..<begin + size].withUnsafeBufferPointer {
          dataset.read(
            $0, rows: 0..<size, into: base, stream: RandomStream(seed: 1, purpose: "batch", step: UInt64(step)))
        }
      }
      times.append(Double((ContinuousClock.now - start).components.attoseconds) * 1e-12)
    }
    times.sort()
    print("batch of \(size) \(dataset.exampleShape): \(Int(times[300].rounded())) µs on one thread (median of 600)")
  }

  private static func apply(
    _ key: String, _ value: String, _ request: inout LoadRequest, _ transforms: inout [Transform]
  ) throws {
    let sides = value.split(separator: "x").compactMap { Int($0) }
    switch key {
    case "labels": request.labels = value
    case "array": request.array = value
    case "target": request.table.target = value
    case "without": request.table.without = value.split(separator: ",").map(String.init)
    case "only": request.table.only = value.split(separator: ",").map(String.init)
    case "sep": request.table.separator = value
    case "decimal": request.table.decimal = value
    case "thousands": request.table.thousands = value
    case "index": request.table.index = value
    case "types":
      request.table.types = Dictionary(
        value.split(separator: ",").map { $0.split(separator: ":").map(String.init) }
          .compactMap { pair in ColumnType(rawValue: pair.last ?? "").map { (pair[0], $0) } }, uniquingKeysWith: { $1 })
    case "header": request.table.header = .init(rawValue: value) ?? .auto
    case "missing": request.table.missing = .init(rawValue: value) ?? .refuse
    case "categories": request.table.categories = .init(rawValue: value) ?? .onehot
    case "background": request.images.background = ImageOptions.background(value)
    case "broken": request.images.broken = .init(rawValue: value)
    case "color": request.images.color = .init(rawValue: value) ?? .auto
    case "size" where sides.count == 2: (request.images.height, request.images.width) = (sides[0], sides[1])
    case "shape": request.shape = sides
    case "n": request.count = Int(value)
    case "resize" where sides.count == 2: transforms.append(.resize(height: sides[0], width: sides[1]))
    case "binarize": transforms.append(.binarizeDynamic)
    case "invert": transforms.append(.invert)
    default: throw FileError(path: key, reason: "no such option")
    }
  }
}
