import Datasets
import Glibc
import Tensors

/// Reads bytes as whatever data they hold, through everything that stands between a file and a dataset.
package enum DatasetReaders {
  /// Ways to ask for a file of this name, one for every seed: options reach code that the plain load does not.
  package static func request(_ name: String, seed: Int) -> LoadRequest {
    var request = LoadRequest(name)
    if name.contains(".csv") {
      request.table.missing = TableOptions.Missing.allCases[seed % TableOptions.Missing.allCases.count]
      request.table.categories = TableOptions.Categories.allCases[seed / 4 % 3]
      request.table.header = TableOptions.Header.allCases[seed / 12 % 3]
      if seed / 36 % 2 == 1 { request.table.target = "1" }
    } else if name.contains(".png") || name.contains(".jpg") {
      if seed % 2 == 1 { (request.images.height, request.images.width) = (5, 7) }
      request.images.color = ImageOptions.Color.allCases[seed / 2 % 3]
    } else if seed % 4 == 1 {
      request.shape = [2, 2]
    }
    return request
  }

  /// Loads, and looks at every stored element and at examples as a batch would.
  ///
  /// - Returns: Whether the bytes were good data.
  /// - Throws: What is no `FileError`: a bug in a reader.
  package static func survive(_ bytes: [UInt8], request: LoadRequest) throws -> Bool {
    var loading = FileLoading(request: request)
    let dataset: Dataset
    do {
      dataset = try loading.dataset(holding: GuardedBytes.storage(bytes))
    } catch let error as FileError {
      if error.reason.isEmpty || error.fix == nil { throw Weakness("an error without a reason or a fix: \(error)") }
      return false
    }
    try check(dataset, request)
    return true
  }

  /// As `survive`, of a folder that holds these pictures.
  package static func surviveFolder(_ pictures: [[UInt8]], at folder: String, seed: Int) throws -> Bool {
    for (index, bytes) in pictures.enumerated() {
      try bytes.withUnsafeBytes { bytes in
        let descriptor = open("\(folder)/\(index).png", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        defer { close(descriptor) }
        guard write(descriptor, bytes.baseAddress, bytes.count) == bytes.count else { throw Weakness("cannot write") }
      }
    }
    var request = request(".png", seed: seed)
    request.reference = folder
    var loading = FileLoading(request: request)
    do { try check(loading.dataset(), request) } catch is FileError { return false }
    return true
  }

  /// What holds for every dataset, however strange its file.
  private static func check(_ dataset: Dataset, _ request: LoadRequest) throws {
    // With missing=keep a gap is NaN.
    let values = dataset.storage.doubles()
    let sum = request.table.missing == .keep ? values.reduce(0) { $1.isNaN ? $0 : $0 + $1 } : values.reduce(0, +)
    guard dataset.count > 0, dataset.exampleShape.count > 0, sum == sum else { throw Weakness("empty, or not finite") }
    if let labels = dataset.labels {
      guard labels.count == dataset.storage.shape[0], labels.allSatisfy({ $0 >= ClassTable.unlabeled }) else {
        throw Weakness("\(labels.count) labels for \(dataset.storage.shape)")
      }
    }
    guard dataset.columns.isEmpty || dataset.columns.count == dataset.exampleShape.count else {
      throw Weakness("\(dataset.columns.count) columns for \(dataset.exampleShape)")
    }
    _ = try dataset.examples([0, dataset.count - 1])
  }

  /// What a reader let through.
  package struct Weakness: Error, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
  }
}
