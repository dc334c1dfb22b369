import CImages
import Glibc
import Synchronization
import Tensors
import Text

/// A folder of images as examples; the folders in it, when it has any, are parts and labels.
struct ImageFolder {
  let path: String
  private(set) var files: [(path: String, label: Int32)] = []
  private var labelNames: [String] = []
  private var parts: [String: Range<Int>] = [:]
  private var notes: [String]

  /// Parts in the order in which they are stored.
  private static let partOrder = ["train", "validation", "test"]

  /// - Throws: `FileError` for folders that cannot be read or contain no images.
  init(_ path: String) throws {
    self.path = path
    let tree = try ImageTree(path)
    notes = tree.notes
    guard !tree.images.isEmpty else {
      throw FileError(
        path: path, reason: "no image in this folder or the folders in it",
        fix: "Images are detected by their content: PNG, JPEG, TIFF, WebP, GIF, BMP, PGM, PPM.")
    }
    let names = Self.partOrder.filter { part in tree.images.contains { $0.part == part } }
    let groups = names.isEmpty ? [tree.images] : names.map { part in tree.images.filter { $0.part == part } }
    for group in groups {
      let loose = group.filter(\.folders.isEmpty)
      guard loose.isEmpty || loose.count == group.count else {
        throw FileError(
          path: path,
          reason: "\(loose.count) \(inflected("image", for: loose.count)) next to folders of images have no label",
          fix: "Move them into a folder of their own, or load that folder alone.")
      }
    }
    labelNames = Set(tree.images.lazy.filter { !$0.folders.isEmpty }.map { $0.folders.joined(separator: "/") })
      .sorted(by: ImageTree.precedesInNaturalOrder)
    let labels = Dictionary(uniqueKeysWithValues: labelNames.enumerated().map { ($1, Int32($0)) })
    for (part, group) in zip(names.isEmpty ? [""] : names, groups) {
      let start = files.count
      files += group.map { ($0.path, labels[$0.folders.joined(separator: "/")] ?? ClassTable.unlabeled) }
      if !part.isEmpty { parts[part] = start..<files.count }
      if !labelNames.isEmpty, group[0].folders.isEmpty {
        notes.append("the \(group.count) images of \(part) have no label")
      }
    }
    if !parts.isEmpty {
      notes.append("parts by folder: " + names.map { "\($0) (\(parts[$0]?.count ?? 0))" }.joined(separator: ", "))
    }
  }

  /// Decodes all images on all cores: planes, `[N, C, H, W]` uint8, or int32 where an image has 16 bits.
  ///
  /// - Throws: `FileError` that names the first image that cannot be read or differs in size from most.
  func content(_ options: ImageOptions) throws -> Content {
    var images = self
    let isSkipping = options.broken == .skip
    let headers = try images.headers(isSkipping: isSkipping)
    var sizes = headers
    let (height, width) = try size(of: headers, options)
    let isDeep = headers.contains(where: \.isDeep)
    let channels = options.color.channels ?? headers.map(\.channels).max() ?? 1
    let values = isDeep ? 4 : 1
    guard let shape = Shape(validating: [headers.count, channels, height, width]), shape.count < Gzip.limit / values
    else {
      throw FileError(
        path: path, reason: "\(headers.count) images of \(height)×\(width) do not fit into memory",
        fix: "Resize them: size=64x64")
    }
    let storage = try Storage(byteCount: shape.count * values)
    let background = options.background ?? [0, 0, 0]
    let paths = images.files.map(\.path)
    let (broken, clear) = (BrokenList(), ClearList())
    let size = channels * height * width
    try Parallel.tryEach(paths.count) { index in
      do {
        let image = try ImageFile(FileBytes.map(paths[index]), path: paths[index])
        let place = storage.base + index * size * values
        if isDeep {
          let pixels = try image.pixels(UInt16.self, channels: channels, background: background)
          if pixels.isClear { clear.set(index) }
          Planes.write(
            pixels.values.map { Float($0) }, height: image.height, width: image.width, channels: channels,
            to: place.assumingMemoryBound(to: Int32.self), height, width, largest: 65535)
        } else {
          let pixels = try image.pixels(UInt8.self, channels: channels, background: background)
          if pixels.isClear { clear.set(index) }
          Planes.write(
            pixels.values, height: image.height, width: image.width, channels: channels,
            to: place.assumingMemoryBound(to: UInt8.self), height, width)
        }
      } catch let error as FileError where isSkipping {
        broken.add(index, error)
      }
    }
    let tensor = Tensor(storage: storage, byteOffset: 0, shape: shape, dtype: isDeep ? .int32 : .uint8)
    var content = Content(tensor: tensor, notes: images.notes)
    content.parts = images.parts
    if !images.labelNames.isEmpty {
      content.labels = images.files.map(\.label)
      content.labelNames = images.labelNames
    }
    if isDeep { content.scale = 1 / 65535 }
    content.files = paths
    let lost = broken.all
    if let first = lost.first {
      guard lost.count < paths.count else { throw Self.noneIsLeft(path, first.error) }
      let rows = paths.indices.filter { index in !lost.contains { $0.index == index } }
      content = try content.keeping(rows, path: path)
      content.notes.removeLast()
      content.notes.append(Self.skipped(lost.map(\.error), first.error))
      sizes = rows.map { headers[$0] }
    }
    content.notes += Self.remarks(
      sizes, height: height, width: width, channels: channels, options, clear: clear.count,
      tensor: content.tensor)
    return content
  }

  /// Headers of all images; those that cannot be read are left out on request.
  private mutating func headers(isSkipping: Bool) throws -> [ImageHeader] {
    let paths = files.map(\.path)
    let found = HeaderList(count: paths.count)
    let broken = BrokenList()
    try Parallel.tryEach(paths.count) { index in
      do { found.set(index, try ImageFile(FileBytes.map(paths[index]), path: paths[index]).header) } catch let error
        as FileError where isSkipping
      { broken.add(index, error) }
    }
    let lost = broken.all
    guard let first = lost.first else { return found.all.compactMap { $0 } }
    notes.append(Self.skipped(lost.map(\.error), first.error))
    let gone = Set(lost.map(\.index))
    let kept = files.indices.filter { !gone.contains($0) }
    guard !kept.isEmpty else { throw Self.noneIsLeft(path, first.error) }
    parts = parts.mapValues { range in
      let before = kept.prefix { $0 < range.lowerBound }.count
      return before..<before + kept.count { range.contains($0) }
    }
    files = kept.map { files[$0] }
    return found.all.compactMap { $0 }
  }

  private static func noneIsLeft(_ path: String, _ first: FileError) -> FileError {
    FileError(path: path, reason: "none of the images can be read; the first: \(first)", fix: "Copy them again.")
  }

  private static func skipped(_ errors: [FileError], _ first: FileError) -> String {
    "\(errors.count) broken \(inflected("image", for: errors.count)) skipped: \(ImageTree.fileName(first.path)): \(first.reason)"
      + (errors.count > 1 ? " …" : "")
  }

  /// The size of the examples: the one asked for, else that of all images.
  private func size(of headers: [ImageHeader], _ options: ImageOptions) throws -> (Int, Int) {
    if let height = options.height, let width = options.width { return (height, width) }
    let counts = Dictionary(grouping: headers.indices) { [headers[$0].height, headers[$0].width] }.mapValues(\.count)
    guard let common = counts.max(by: { ($0.value, $1.key[0]) < ($1.value, $0.key[0]) })?.key else { return (1, 1) }
    if counts.count > 1, let odd = headers.firstIndex(where: { [$0.height, $0.width] != common }) {
      let others = headers.count - (counts[common] ?? 0)
      throw FileError(
        path: headers[odd].path,
        reason:
          "this image is \(headers[odd].height)×\(headers[odd].width); \(counts[common] ?? 0) of \(headers.count) are "
          + "\(common[0])×\(common[1]) (height×width), \(others) \(others == 1 ? "is" : "are") not",
        fix: "Resize all to one size: size=\(common[0])x\(common[1])")
    }
    return (common[0], common[1])
  }

  /// What is said of some headers: of one image as well as of many.
  static func remarks(
    _ headers: [ImageHeader], height: Int, width: Int, channels: Int, _ options: ImageOptions, clear: Int,
    tensor: Tensor
  ) -> [String] {
    var notes: [String] = []
    func said(_ count: Int, _ what: String) {
      guard count > 0 else { return }
      let images = inflected("image", for: headers.count)
      notes.append((headers.count == 1 ? "the image is" : "\(count) of \(headers.count) \(images)") + " \(what)")
    }
    said(headers.count { $0.height != height || $0.width != width }, "resized to \(height)×\(width)")
    let mixed = headers.count { $0.channels != channels }
    if options.color == .auto, mixed > 0 {
      notes.append("\(mixed) gray \(inflected("image", for: mixed)) converted to color")
    }
    said(headers.count(where: \.isTurned), "turned upright, as EXIF says")
    if clear > 0 {
      let isPlain = tensor.isConstant
      let ground = options.background.map { "\($0.map { String($0) }.joined(separator: ","))" } ?? "black"
      let other = options.background == nil ? "white" : "black"
      said(clear, "transparent: composited on \(ground)" + (isPlain ? "" : " (background=\(other) changes it)"))
      if isPlain {
        notes.append("every pixel is the same then: the shapes are of that color; load with background=\(other)")
      }
    }
    if headers.contains(where: \.isDeep) { notes.append("16 bits a channel: kept, scaled by 1/65535") }
    let paged = headers.count { $0.frames > 1 }
    if paged > 0 { notes.append("\(paged) \(inflected("file", for: paged)) of several pages: the first is read") }
    return notes
  }

  private final class HeaderList: Sendable {
    private let headers: Mutex<[ImageHeader?]>
    init(count: Int) { headers = Mutex(Array(repeating: nil, count: count)) }
    func set(_ index: Int, _ header: ImageHeader) { headers.withLock { $0[index] = header } }
    var all: [ImageHeader?] { headers.withLock { $0 } }
  }

  /// Images with transparent pixels.
  private final class ClearList: Sendable {
    private let found = Mutex<Set<Int>>([])
    func set(_ index: Int) { _ = found.withLock { $0.insert(index) } }
    var count: Int { found.withLock { $0.count } }
  }

  private final class BrokenList: Sendable {
    private let errors = Mutex<[(index: Int, error: FileError)]>([])
    func add(_ index: Int, _ error: FileError) { errors.withLock { $0.append((index, error)) } }
    /// In the order of the files, whichever thread was first.
    var all: [(index: Int, error: FileError)] { errors.withLock { $0.sorted { $0.index < $1.index } } }
  }
}

extension Tensor {
  /// Whether all stored bytes of the elements repeat the first one's.
  fileprivate var isConstant: Bool {
    withUnsafeBytes { bytes in
      let size = dtype.size
      return bytes.count > size && bytes.indices.dropFirst(size).allSatisfy { bytes[$0] == bytes[$0 - size] }
    }
  }
}
