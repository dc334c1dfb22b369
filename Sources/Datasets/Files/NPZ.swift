import Tensors

/// Archives of arrays as `numpy.savez` and `numpy.savez_compressed` write them: a zip with one NPY file per array.
package struct NPZ {
  /// Names without `.npy`, in the archive's order.
  package let names: [String]
  private let archive: ZipArchive
  let path: String

  /// - Throws: `FileError` for what is no archive, or one without arrays.
  package init(_ storage: Storage, path: String) throws(FileError) {
    self.path = path
    archive = try ZipArchive(storage, path: path)
    names = archive.entries.filter { $0.name.hasSuffix(".npy") }.map { String($0.name.dropLast(4)) }
    guard !names.isEmpty else {
      if let foreign = ForeignFormat(zipEntries: archive.entries.map(\.name), path: path) {
        throw FileError(path: path, reason: "this is \(foreign.phrase)", fix: foreign.fix)
      }
      throw FileError(
        path: path, reason: "a zip archive without arrays (no entry ends in .npy)",
        fix: "Write it with numpy.savez, or unpack it and load the folder.")
    }
  }

  /// A few names of many.
  static func listed(_ names: [String]) -> String {
    names.prefix(12).joined(separator: ", ") + (names.count > 12 ? " and \(names.count - 12) more" : "")
  }

  /// The texts of an array; nil where it holds numbers.
  func texts(_ name: String) throws -> [String]? {
    guard let entry = archive.entries.first(where: { $0.name == name + ".npy" }) else { return nil }
    return try NPY.texts(archive.read(entry), path: "\(path):\(name)")
  }

  /// - Throws: `FileError` that names the archive and the array.
  package func array(_ name: String) throws -> Tensor {
    guard let entry = archive.entries.first(where: { $0.name == name + ".npy" }) else {
      throw FileError(
        path: path, reason: "no array '\(name)' in the archive", fix: "It holds: \(Self.listed(names)).")
    }
    return try NPY.decode(try archive.read(entry), path: "\(path):\(name)")
  }
}
