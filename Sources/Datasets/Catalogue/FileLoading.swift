import Glibc
import Tensors
import Text

/// Files and folders as datasets.
package struct FileLoading {
  let request: LoadRequest
  /// The labels, when they are an array of the archive that holds the examples.
  private var archiveLabels: String?
  private var path: String { request.reference }

  package init(request: LoadRequest) { self.request = request }

  /// Reads the file in the format that its content has.
  ///
  /// - Throws: `FileError` with the place and a fix; nothing is loaded partially.
  package mutating func dataset() throws -> Dataset {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      try refuseOptions(for: "a folder of images", images: true)
      return try dataset(of: ImageFolder(path).content(request.images))
    }
    return try dataset(holding: FileBytes.map(path))
  }

  /// As `dataset()`, of a file's bytes that are in memory already.
  package mutating func dataset(holding storage: Storage) throws -> Dataset {
    // First, because it finds out where the labels are.
    let content = try content(Self.unpacked(storage, path))
    return try dataset(of: content)
  }

  private func dataset(of content: Content) throws -> Dataset {
    var content = content
    if let labels = request.labels, request.labels != archiveLabels { try read(labels, into: &content) }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return try DatasetAssembly(path: path, shape: request.shape).dataset(content, name: name, source: path)
  }

  private mutating func content(_ storage: Storage) throws -> Content {
    let format = FileFormat(storage.bytes)
    if let format {
      try refuseOptions(
        for: format.phrase, table: format == .text, archive: format == .zip, images: format == .png || format == .jpeg)
    }
    switch format {
    case .idx: return Content(tensor: try IDX.decode(storage, path: path), notes: IDX.leftover(storage))
    case .npy: return Content(tensor: try NPY.decode(storage, path: path))
    case .zip:
      let archive = try NPZ(storage, path: path)
      // A file beside the archive when the archive has no array of that name.
      archiveLabels = request.labels.flatMap { archive.names.contains($0) || access($0, F_OK) != 0 ? $0 : nil }
      return try archive.content(array: request.array, labels: archiveLabels)
    case .png, .jpeg: return try picture(storage)
    case .text: return try CSV.decode(storage, path: path, options: request.table)
    case nil:
      throw FileError(
        path: path, reason: "unknown file format",
        fix: "Formats: IDX, NPY, NPZ, CSV (all also as .gz), PNG, JPEG, folders of images.")
    }
  }

  /// An option that does not apply to this kind of file is an error; it is not ignored.
  private func refuseOptions(
    for what: String, table: Bool = false, archive: Bool = false, images: Bool = false
  ) throws(FileError) {
    let given: [(name: String, isGiven: Bool, isUsed: Bool)] = [
      ("target", request.table.target != nil, table), ("without", !request.table.without.isEmpty, table),
      ("header", request.table.header != .auto, table), ("missing", request.table.missing != .refuse, table),
      ("categories", request.table.categories != .onehot, table), ("array", request.array != nil, archive),
      ("size", request.images.height != nil, images), ("color", request.images.color != .auto, images),
    ]
    if let stray = given.first(where: { $0.isGiven && !$0.isUsed }) {
      throw FileError(path: path, reason: "option '\(stray.name)' does not apply to \(what)", fix: "Omit it.")
    }
  }

  /// Labels from a file of their own.
  private func read(_ path: String, into content: inout Content) throws {
    guard content.labels == nil else {
      throw FileError(
        path: self.path, reason: "the file already contains labels", fix: "Omit labels= or target=.")
    }
    let count = content.tensor.shape.dimensions.first ?? 0
    let storage = try Self.unpacked(FileBytes.map(path), path)
    switch FileFormat(storage.bytes) {
    case .idx: content.take(try LabelColumn(IDX.decode(storage, path: path), count: count, path: path))
    case .npy: content.take(try LabelColumn(NPY.decode(storage, path: path), count: count, path: path))
    case .text:
      let column = try CSV.labels(storage, path: path, count: count)
      guard column.labels.count == count else {
        throw FileError(
          path: path, reason: "\(column.labels.count) labels for \(count) \(inflected("example", for: count))",
          fix: "There must be one label for every example, in the same order.")
      }
      content.take(column)
    default:
      throw FileError(
        path: path, reason: "neither IDX nor NPY nor a column of text or numbers",
        fix: "Save the labels with numpy.save.")
    }
  }

  private func picture(_ storage: Storage) throws -> Content {
    let image = try ImageFile(storage, path: path)
    let channels = request.images.color.channels ?? image.channels
    let (height, width) = (request.images.height ?? image.height, request.images.width ?? image.width)
    let pixels = try image.pixels(channels: channels)
    let planes = try Storage(byteCount: channels * height * width)
    Planes.write(
      pixels, height: image.height, width: image.width, channels: channels,
      to: planes.base.assumingMemoryBound(to: UInt8.self), height, width)
    return Content(
      tensor: Tensor(storage: planes, byteOffset: 0, shape: [1, channels, height, width], dtype: .uint8))
  }

  /// A file's bytes, inflated when they are gzip.
  private static func unpacked(_ storage: Storage, _ path: String) throws -> Storage {
    Gzip.isGzip(storage.bytes) ? try Gzip.inflate(storage.bytes, path: path) : storage
  }
}
