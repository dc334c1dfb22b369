import Glibc
import Tensors

/// Finds data by name or path. Directories come from the caller; nothing reads the environment here.
package struct DatasetCatalogue: Sendable {
  /// Where downloads are kept.
  package var cacheDirectory: String?
  /// The user's own folders, with a folder for each data set.
  package var dataDirectories: [String]
  /// Where sets are downloaded from instead of their own mirrors, for networks that have one of their own, and tests.
  package var mirrors: [String]?

  package init(cacheDirectory: String? = nil, dataDirectories: [String] = [], mirrors: [String]? = nil) {
    (self.cacheDirectory, self.dataDirectories, self.mirrors) = (cacheDirectory, dataDirectories, mirrors)
  }

  /// What can be loaded by name.
  package struct Entry: Sendable, Equatable {
    package let name: String
    package let summary: String
    package let license: String
    /// Bytes to download; 0 for what ships with the program.
    package let downloadBytes: Int
  }

  package static let entries =
    [
      Entry(
        name: "digits", summary: "12,000 handwritten digits of MNIST, 28×28", license: "CC BY-SA 3.0",
        downloadBytes: 0),
      Entry(
        name: "sprites", summary: "64×64 shapes drawn from known factors, any number of examples", license: "MIT",
        downloadBytes: 0),
    ]
    + KnownSet.all.map { set in
      Entry(
        name: set.name, summary: set.summary, license: set.license,
        downloadBytes: set.files.reduce(0) { $0 + $1.packedBytes })
    }

  /// The source of a named dataset.
  package enum Availability: Sendable, Equatable { case builtIn, cached, local(String), download }

  package func availability(of name: String) -> Availability {
    guard let set = KnownSet.all.first(where: { $0.name == name }) else { return .builtIn }
    if let cacheDirectory, set.paths(in: "\(cacheDirectory)/\(name)") != nil { return .cached }
    if let folder = dataDirectories.first(where: { set.paths(in: "\($0)/\(name)") != nil }) {
      return .local("\(folder)/\(name)")
    }
    return .download
  }

  package func load(_ name: String) throws -> Dataset { try load(LoadRequest(name)) }

  /// - Parameter progress: Told of downloads, and of sprites being made, as they go; what it throws ends them.
  /// - Throws: `FileError` with the cause and a fix; nothing is loaded partially.
  package func load(_ request: LoadRequest, progress: (DownloadProgress) throws -> Void = { _ in }) throws -> Dataset {
    switch request.reference {
    case "digits": return try Digits.load()
    case "sprites":
      let sprites = Sprites(count: request.count ?? Sprites.defaultCount, seed: request.seed ?? 0)
      return try sprites.dataset { try progress(DownloadProgress(file: "sprites", done: $0, total: sprites.count)) }
    default:
      guard let set = KnownSet.all.first(where: { $0.name == request.reference }) else {
        var loading = FileLoading(request: request)
        return try loading.dataset()
      }
      return try load(set, progress)
    }
  }

  private func load(_ set: KnownSet, _ progress: (DownloadProgress) throws -> Void) throws -> Dataset {
    let folders = [cacheDirectory].compactMap { $0 } + dataDirectories
    for folder in folders.map({ "\($0)/\(set.name)" }) {
      if let paths = set.paths(in: folder) { return try set.load(paths, from: folder) }
    }
    let names = set.files.map { "\($0.name).gz" }.joined(separator: ", ")
    guard let cacheDirectory else {
      throw FileError(
        path: set.name, reason: "not found, and there is no folder to download it to",
        fix: "Put \(names) into a folder '\(set.name)' and set ELBO_DATA to the folder above it.")
    }
    let folder = "\(cacheDirectory)/\(set.name)"
    do {
      try Downloads(set: set, folder: folder, mirrors: mirrors ?? set.mirrors).run(progress)
    } catch let error as DownloadError {
      throw FileError(
        path: set.name, reason: "\(error.description)", fix: "Put \(names) into \(folder), then load \(set.name) again."
      )
    }
    guard let paths = set.paths(in: folder) else {
      throw FileError(path: folder, reason: "the downloaded files are missing")
    }
    return try set.load(paths, from: folder)
  }
}
