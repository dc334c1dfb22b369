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
    // Tables fill their own.
    if request.table.missing != .refuse, content.columns.isEmpty, content.tensor.shape.rank > 1 {
      content = try MissingValues(policy: request.table.missing, path: path).filled(content)
    }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return try DatasetAssembly(path: path, shape: request.shape, keepsMissing: request.table.missing == .keep).dataset(
      content, name: name, source: path)
  }

  private mutating func content(_ storage: Storage) throws -> Content {
    if let foreign = ForeignFormat(storage.bytes, path: path) {
      throw FileError(path: path, reason: "this is \(foreign.phrase)", fix: foreign.fix)
    }
    let format = FileFormat(storage.bytes)
    if let wanted = request.format, wanted.content != format {
      throw FileError(
        path: path, reason: "it is \(format?.phrase ?? "of an unknown format"), not \(wanted.content.phrase)",
        fix: "Leave out format=\(wanted.rawValue): the content decides what a file is.")
    }
    if let format {
      try refuseOptions(
        for: format.phrase, table: format == .text, takesTarget: format == .hdf5,
        isArray: format == .npy || format == .zip || format == .hdf5, archive: format == .zip || format == .hdf5,
        images: format == .image)
    }
    switch format {
    case .idx: return Content(tensor: try IDX.decode(storage, path: path), notes: IDX.leftover(storage))
    case .npy: return Content(tensor: try NPY.decode(storage, path: path))
    case .zip:
      let archive = try NPZ(storage, path: path)
      // A file beside the archive when the archive has no array of that name.
      archiveLabels = request.labels.flatMap { archive.names.contains($0) || access($0, F_OK) != 0 ? $0 : nil }
      return try archive.content(array: request.array, labels: archiveLabels)
    case .hdf5:
      let file = try HDF5File(path, isMATLAB: HDF5File.isMATLAB(storage.bytes))
      archiveLabels = request.labels.flatMap { file.object($0) != nil || access($0, F_OK) != 0 ? $0 : nil }
      let target = request.labels == nil || archiveLabels != nil ? request.table.target : nil
      return try file.content(array: request.array, labels: archiveLabels, target: target)
    case .image: return try picture(storage)
    case .text:
      // With a file of labels, target= is a column of that.
      var options = request.table
      if request.labels != nil { options.target = nil }
      return try CSV.decode(storage, path: path, options: options)
    case nil:
      throw FileError(
        path: path, reason: "unknown file format",
        fix: "Formats: IDX, NPY, NPZ, tables of text (all also as .gz), HDF5, images, folders of images.")
    }
  }

  /// An option that does not apply to this kind of file is an error; it is not ignored.
  private func refuseOptions(
    for what: String, table: Bool = false, takesTarget: Bool = false, isArray: Bool = false, archive: Bool = false,
    images: Bool = false
  ) throws(FileError) {
    let given: [(name: String, isGiven: Bool, isUsed: Bool)] = [
      // The target may be a column of the file of labels.
      ("target", request.table.target != nil, table || takesTarget || request.labels != nil),
      ("without", !request.table.without.isEmpty, table), ("only", request.table.only != nil, table),
      ("sep", request.table.separator != nil, table), ("decimal", request.table.decimal != nil, table),
      ("thousands", request.table.thousands != nil, table), ("index", request.table.index != nil, table),
      ("types", request.table.types != nil, table), ("header", request.table.header != .auto, table),
      ("missing", request.table.missing != .refuse, table || isArray),
      ("categories", request.table.categories != .onehot, table), ("array", request.array != nil, archive),
      ("size", request.images.height != nil, images), ("color", request.images.color != .auto, images),
      ("background", request.images.background != nil, images), ("broken", request.images.broken != nil, images),
    ]
    if let stray = given.first(where: { $0.isGiven && !$0.isUsed }) {
      throw FileError(path: path, reason: "option '\(stray.name)' does not apply to \(what)", fix: "Omit it.")
    }
  }

  /// Labels from a file of their own.
  private func read(_ path: String, into content: inout Content) throws {
    // Labels by file are better than those of folders that are only shelves.
    guard content.labels == nil else {
      throw FileError(path: self.path, reason: "the file already contains labels", fix: "Omit labels=.")
    }
    let count = content.tensor.shape.dimensions.first ?? 0
    let storage = try Self.unpacked(FileBytes.map(path), path)
    if let foreign = ForeignFormat(storage.bytes, path: path) {
      throw FileError(path: path, reason: "this is \(foreign.phrase)", fix: foreign.fix)
    }
    switch FileFormat(storage.bytes) {
    case let format where request.table.target != nil && format != .text:
      throw FileError(path: path, reason: "target= is for a table of labels", fix: "Omit target=.")
    case .idx: content.take(try LabelColumn(IDX.decode(storage, path: path), count: count, path: path))
    case .npy:
      if let texts = try NPY.texts(storage, path: path) {
        guard texts.count == count else { throw NPZ.mismatch(texts.count, count, path) }
        content.take(LabelColumn(texts: texts))
        return
      }
      content.take(try LabelColumn(NPY.decode(storage, path: path), count: count, path: path))
    case .text:
      let column = try CSV.labels(
        storage, path: path, count: count, target: request.table.target, files: content.files.map(ImageTree.fileName))
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
    let background = request.images.background ?? [0, 0, 0]
    let planes = try Storage(byteCount: channels * height * width * (image.isDeep ? 4 : 1))
    let isClear: Bool
    if image.isDeep {
      let pixels = try image.pixels(UInt16.self, channels: channels, background: background)
      isClear = pixels.isClear
      Planes.write(
        pixels.values.map { Float($0) }, height: image.height, width: image.width, channels: channels,
        to: planes.base.assumingMemoryBound(to: Int32.self), height, width, largest: 65535)
    } else {
      let pixels = try image.pixels(UInt8.self, channels: channels, background: background)
      isClear = pixels.isClear
      Planes.write(
        pixels.values, height: image.height, width: image.width, channels: channels,
        to: planes.base.assumingMemoryBound(to: UInt8.self), height, width)
    }
    var content = Content(
      tensor: Tensor(
        storage: planes, byteOffset: 0, shape: [1, channels, height, width], dtype: image.isDeep ? .int32 : .uint8))
    if image.isDeep { content.scale = 1 / 65535 }
    content.notes = ImageFolder.remarks(
      [image.header], height: height, width: width, channels: channels, request.images,
      clear: isClear ? 1 : 0, tensor: content.tensor)
    return content
  }

  /// A file's bytes, inflated when they are gzip.
  private static func unpacked(_ storage: Storage, _ path: String) throws -> Storage {
    Gzip.isGzip(storage.bytes) ? try Gzip.inflate(storage.bytes, path: path) : storage
  }
}
