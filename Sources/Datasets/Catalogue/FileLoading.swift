import Glibc
import Tensors

/// Files and folders as datasets.
struct FileLoading {
  let request: LoadRequest
  private var path: String { request.reference }

  /// Reads the file by what it holds.
  ///
  /// - Throws: `FileError` with the place and what to do; nothing is half-loaded.
  func dataset() throws -> Dataset {
    var content = try content()
    if let labels = request.labels, content.labels == nil {
      let array = try Self.tensor(labels)
      content.labels = try Content.labels(array, count: content.tensor.shape.dimensions.first ?? 0, path: labels)
    }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return try DatasetAssembly(path: path, shape: request.shape).dataset(content, name: name, source: path)
  }

  private func content() throws -> Content {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      return try ImageFolder(path).content(request.images)
    }
    let storage = try Self.unpacked(path)
    switch FileFormat(storage.bytes) {
    case .idx: return Content(tensor: try IDX.decode(storage, path: path))
    case .npy: return Content(tensor: try NPY.decode(storage, path: path))
    case .zip:
      var archiveLabels = request.labels
      let archive = try NPZ(storage, path: path)
      // A file beside the archive when the archive has no array of that name.
      if let labels = archiveLabels, !archive.names.contains(labels), access(labels, F_OK) == 0 { archiveLabels = nil }
      return try archive.content(array: request.array, labels: archiveLabels)
    case .png, .jpeg: return try picture(storage)
    case .text: return try CSV.decode(storage, path: path, options: request.table)
    case nil:
      throw FileError(
        path: path, reason: "the first bytes are those of no format known here",
        fix: "Formats: IDX, NPY, NPZ, CSV (all also as .gz), PNG, JPEG, folders of pictures.")
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

  /// A file's bytes, mapped, or inflated when they are gzip.
  static func unpacked(_ path: String) throws -> Storage {
    let storage = try FileBytes.map(path)
    return Gzip.isGzip(storage.bytes) ? try Gzip.inflate(storage.bytes, path: path) : storage
  }

  /// The array in an IDX, NPY or one-column CSV file, gzip or not.
  static func tensor(_ path: String) throws -> Tensor {
    let storage = try unpacked(path)
    switch FileFormat(storage.bytes) {
    case .idx: return try IDX.decode(storage, path: path)
    case .npy: return try NPY.decode(storage, path: path)
    case .text: return try CSV.decode(storage, path: path).tensor
    default:
      throw FileError(
        path: path, reason: "neither IDX nor NPY nor a table of numbers", fix: "Save the labels with numpy.save.")
    }
  }
}
