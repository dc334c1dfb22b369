import Datasets
import SessionCore

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
}
