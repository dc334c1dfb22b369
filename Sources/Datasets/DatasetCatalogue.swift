import CDigits
import Glibc
import Tensors

/// Finds data by name or path. Directories come from the caller; nothing reads the environment here.
package struct DatasetCatalogue: Sendable {
  /// Where downloads are kept.
  package var cacheDirectory: String?
  /// The user's own folder, with a folder for each data set.
  package var dataDirectory: String?

  package init(cacheDirectory: String? = nil, dataDirectory: String? = nil) {
    (self.cacheDirectory, self.dataDirectory) = (cacheDirectory, dataDirectory)
  }

  /// What can be loaded by name.
  package struct Entry: Sendable, Equatable {
    package let name: String
    package let summary: String
    package let license: String
  }

  package static let entries = [
    Entry(
      name: "digits", summary: "12,000 handwritten digits of MNIST, 28×28, built in", license: "CC BY-SA 3.0"),
    Entry(name: "mnist", summary: "70,000 handwritten digits, 28×28", license: "CC BY-SA 3.0"),
    Entry(name: "fashion-mnist", summary: "70,000 articles of clothing, 28×28", license: "MIT"),
    Entry(name: "kmnist", summary: "70,000 cursive Japanese characters, 28×28", license: "CC BY-SA 4.0"),
  ]

  /// - Throws: `FileError` that says what is wrong and where to put what is missing.
  package func load(_ name: String) throws -> Dataset {
    switch name {
    case "digits": return try Self.digits()
    case "mnist", "fashion-mnist", "kmnist": return try idxFolder(name)
    default: return try file(name, labels: nil)
    }
  }

  private static func digits() throws -> Dataset {
    let bytes = UnsafeRawBufferPointer(start: elbo_digits_bytes(), count: elbo_digits_count())
    let storage = try Gzip.inflate(bytes, path: "digits")
    let (train, test, size) = (10_000, 2_000, 784)
    var images = try Tensor(zeros: [train + test, 1, 28, 28], dtype: .uint8)
    var labels: [Int32] = []
    try images.withUnsafeMutableBytes { to in
      guard let base = to.baseAddress else { return }
      base.copyMemory(from: storage.base, byteCount: train * size)
      let second = storage.base + train * (size + 1)
      (base + train * size).copyMemory(from: second, byteCount: test * size)
      let all = UnsafeRawBufferPointer(start: storage.base, count: storage.byteCount)
      labels = all[train * size..<train * (size + 1)].map(Int32.init)
      labels += all[train * (size + 1) + test * size..<(train + test) * (size + 1)].map(Int32.init)
    }
    return Dataset(
      name: "digits", source: "built in: a subset of MNIST (LeCun, Cortes, Burges; CC BY-SA 3.0)", storage: images,
      labels: labels, labelNames: (0..<10).map(String.init), parts: ["train": 0..<train, "test": train..<train + test])
  }

  /// The four files of MNIST and its likes.
  private func idxFolder(_ name: String) throws -> Dataset {
    let folders = [cacheDirectory, dataDirectory].compactMap { $0.map { "\($0)/\(name)" } }
    let files = [
      "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
    ]
    for folder in folders {
      let paths = files.map { file -> String? in
        let candidates: [String] = ["\(folder)/\(file).gz", "\(folder)/\(file)"]
        return candidates.first { access($0, R_OK) == 0 }
      }
      guard paths.allSatisfy({ $0 != nil }) else { continue }
      let tensors = try paths.compactMap { $0 }.map { try Self.tensor($0) }
      let (train, test) = (tensors[0].shape[0], tensors[2].shape[0])
      guard tensors[0].shape.rank == 3, tensors[0].shape.droppingFirst == tensors[2].shape.droppingFirst,
        tensors[1].shape == [train], tensors[3].shape == [test], tensors.allSatisfy({ $0.dtype == .uint8 })
      else { throw FileError(path: folder, reason: "the four files do not fit together") }
      var images = try Tensor(
        zeros: Shape([train + test, 1] + tensors[0].shape.droppingFirst.dimensions), dtype: .uint8)
      try images.withUnsafeMutableBytes { to in
        guard let base = to.baseAddress else { return }
        tensors[0].withUnsafeBytes { if let from = $0.baseAddress { base.copyMemory(from: from, byteCount: $0.count) } }
        tensors[2].withUnsafeBytes {
          if let from = $0.baseAddress { (base + tensors[0].byteCount).copyMemory(from: from, byteCount: $0.count) }
        }
      }
      let labels = (tensors[1].elements(as: UInt8.self) + tensors[3].elements(as: UInt8.self)).map(Int32.init)
      return Dataset(
        name: name, source: folder, storage: images, labels: labels, labelNames: (0..<10).map(String.init),
        parts: ["train": 0..<train, "test": train..<train + test])
    }
    let places = folders.isEmpty ? "a data folder" : folders.joined(separator: " or ")
    throw FileError(
      path: name, reason: "not found; put \(files.map { "\($0).gz" }.joined(separator: ", ")) into \(places)")
  }

  /// A file by its content: IDX or NPY, gzip or not.
  package func file(_ path: String, labels labelPath: String?) throws -> Dataset {
    let tensor = try Self.tensor(path)
    guard tensor.shape.rank >= 2 else {
      throw FileError(
        path: path, reason: "shape \(tensor.shape) has no examples: needs [N, D], [N, H, W] or [N, C, H, W]")
    }
    let extents = tensor.shape.dimensions
    let shape: Shape = extents.count == 3 ? [extents[0], 1, extents[1], extents[2]] : Shape(extents)
    guard shape.rank == 2 || shape.rank == 4 else {
      throw FileError(path: path, reason: "shape \(tensor.shape): needs [N, D], [N, H, W] or [N, C, H, W]")
    }
    let floats: Tensor =
      switch tensor.dtype {
      case .uint8, .float32: tensor
      case .float64: try Tensor(tensor.elements(as: Double.self).map(Float.init), shape: tensor.shape)
      case .int32: try Tensor(tensor.elements(as: Int32.self).map(Float.init), shape: tensor.shape)
      }
    if floats.dtype == .float32, let bad = floats.withElements(of: Float.self, { $0.firstIndex { !$0.isFinite } }) {
      throw FileError(
        path: path, reason: "example \(bad / max(shape.droppingFirst.count, 1)) holds a value that is not finite")
    }
    var labels: [Int32]?
    if let labelPath {
      let column = try Self.tensor(labelPath)
      guard column.shape == [shape[0]] else {
        throw FileError(path: labelPath, reason: "\(column.shape) labels for \(shape[0]) examples")
      }
      labels =
        column.dtype == .uint8
        ? column.elements(as: UInt8.self).map(Int32.init)
        : column.dtype == .int32 ? column.elements(as: Int32.self) : nil
      guard labels != nil else { throw FileError(path: labelPath, reason: "labels must be whole numbers") }
    }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return Dataset(name: name, source: path, storage: floats.reshaped(to: shape), labels: labels)
  }

  /// The array in a file, told by its first bytes.
  package static func tensor(_ path: String) throws -> Tensor {
    var storage = try FileBytes.map(path)
    let bytes = UnsafeRawBufferPointer(start: storage.base, count: storage.byteCount)
    if Gzip.isGzip(bytes) { storage = try Gzip.inflate(bytes, path: path) }
    let content = UnsafeRawBufferPointer(start: storage.base, count: storage.byteCount)
    if IDX.isIDX(content) { return try IDX.decode(storage, path: path) }
    if content.first == 0x93 { return try NPY.decode(storage, path: path) }
    throw FileError(path: path, reason: "neither IDX nor NPY: the first bytes are not those of a format known here")
  }
}
