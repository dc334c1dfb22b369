import Glibc
import Tensors

extension KnownSet {
  /// The four files in a folder, packed or not; nil when some are missing.
  func paths(in folder: String) -> [String]? {
    let found = files.compactMap { file -> String? in
      let candidates: [String] = ["\(folder)/\(file.name).gz", "\(folder)/\(file.name)"]
      return candidates.first { access($0, R_OK) == 0 }
    }
    return found.count == files.count ? found : nil
  }

  /// The set from four files that were checked against their hashes.
  ///
  /// - Throws: `FileError` for a file with an unexpected hash, or inconsistent files.
  func load(_ paths: [String], from source: String) throws -> Dataset {
    let tensors = try zip(files, paths).map { try Self.checked($0, path: $1) }
    let (train, test) = (tensors[0].shape.dimensions.first ?? 0, tensors[2].shape.dimensions.first ?? 0)
    guard tensors[0].shape.rank == 3, tensors[2].shape.rank == 3,
      tensors[0].shape.droppingFirst == tensors[2].shape.droppingFirst, tensors[1].shape == [train],
      tensors[3].shape == [test], tensors.allSatisfy({ $0.dtype == .uint8 })
    else { throw FileError(path: source, reason: "the four files of \(name) are inconsistent") }
    let both = try Tensor(joining: [tensors[0], tensors[2]])
    let extents = both.shape.dimensions
    let labels = (tensors[1].elements(as: UInt8.self) + tensors[3].elements(as: UInt8.self)).map(Int32.init)
    return Dataset(
      name: name, source: "\(source) (\(attribution); \(license))",
      storage: both.reshaped(to: [extents[0], 1, extents[1], extents[2]]), labels: labels, labelNames: labelNames,
      parts: ["train": 0..<train, "test": train..<train + test])
  }

  private static func checked(_ file: File, path: String) throws -> Tensor {
    let storage = try FileBytes.map(path)
    guard Gzip.isGzip(storage.bytes) else {
      if let wanted = file.contentHash { try compare(storage, to: wanted, path: path) }
      return try IDX.decode(storage, path: path)
    }
    if storage.byteCount == file.packedBytes, SHA256Digest.hex([storage.bytes]) == file.packedHash {
      return try IDX.decode(Gzip.inflate(storage.bytes, path: path), path: path)
    }
    // The file was compressed by other software: compare the hash of its content.
    let inflated = try Gzip.inflate(storage.bytes, path: path)
    try compare(file.contentHash == nil ? storage : inflated, to: file.contentHash ?? file.packedHash, path: path)
    return try IDX.decode(inflated, path: path)
  }

  private static func compare(_ storage: Storage, to wanted: String, path: String) throws(FileError) {
    let found = SHA256Digest.hex([storage.bytes])
    guard found == wanted else {
      throw FileError(
        path: path, reason: "SHA-256 is \(found.prefix(12))…, expected \(wanted.prefix(12))…",
        fix: "The file is not the original: delete it to download it again. To load it as it is, give its path.")
    }
  }
}
