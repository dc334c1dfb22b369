import Datasets
import Glibc
import Tensors

/// Finds data by name or path.
enum DatasetLoading {
  static func load(_ reference: String, labels: String?, _ options: SessionOptions) throws -> Dataset {
    let catalogue = DatasetCatalogue(
      cacheDirectory: options.cacheDirectory, dataDirectory: options.dataDirectories.first)
    if DatasetCatalogue.entries.contains(where: { $0.name == reference }) { return try catalogue.load(reference) }
    return try catalogue.file(reference, labels: labels)
  }

  /// Whether a name of the catalogue is at hand without a download.
  static func isAvailable(_ name: String, _ options: SessionOptions) -> Bool {
    guard name != "digits" else { return true }
    return ([options.cacheDirectory].compactMap { $0 } + options.dataDirectories).contains { folder in
      [".gz", ""].contains { access("\(folder)/\(name)/train-images-idx3-ubyte\($0)", R_OK) == 0 }
    }
  }
}
