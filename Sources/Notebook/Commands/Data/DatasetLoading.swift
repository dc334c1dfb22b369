import Datasets
import SessionCore
import Tensors

/// Finds data by name or path.
enum DatasetLoading {
  static func catalogue(_ options: SessionOptions) -> DatasetCatalogue {
    DatasetCatalogue(cacheDirectory: options.cacheDirectory, dataDirectories: options.dataDirectories)
  }

  static func load(
    _ request: LoadRequest, _ options: SessionOptions, progress: (DownloadProgress) throws -> Void = { _ in }
  ) throws -> Dataset {
    try catalogue(options).load(request, progress: progress)
  }

  /// The same of bytes that are no file's.
  static func load(_ storage: Storage, _ request: LoadRequest) throws -> Dataset {
    var request = request
    request.reference = "standard input"
    var loading = FileLoading(request: request)
    return try loading.dataset(holding: storage)
  }
}
