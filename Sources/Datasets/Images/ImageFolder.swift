import CImages
import Glibc
import Synchronization
import Tensors
import Text

/// A folder of PNG and JPEG files as examples; its sub-folders, when it has any, are the labels.
struct ImageFolder {
  let path: String
  private var files: [(path: String, label: Int32)] = []
  private var labelNames: [String] = []
  private var notes: [String] = []

  /// - Throws: `FileError` for folders that cannot be read or contain no images.
  init(_ path: String) throws {
    self.path = path
    let (names, folders) = try Self.list(path)
    let own = try Self.pictures(names.map { "\(path)/\($0)" }, &notes)
    var inside: [(folder: String, files: [String])] = []
    for folder in folders {
      let (names, deeper) = try Self.list("\(path)/\(folder)")
      if let first = deeper.first { notes.append("folder '\(folder)/\(first)' is nested too deeply: ignored") }
      let found = try Self.pictures(names.map { "\(path)/\(folder)/\($0)" }, &notes)
      if found.isEmpty { notes.append("folder '\(folder)' contains no images: ignored") }
      if !found.isEmpty { inside.append((folder, found)) }
    }
    guard own.isEmpty || inside.isEmpty else {
      throw FileError(
        path: path,
        reason: "\(own.count) \(inflected("image", for: own.count)) next to folders of images have no label",
        fix: "Move them into a folder of their own, or load that folder alone.")
    }
    files = own.map { ($0, 0) }
    for (label, entry) in inside.enumerated() { files += entry.files.map { ($0, Int32(label)) } }
    labelNames = inside.map(\.folder)
    guard !files.isEmpty else {
      throw FileError(
        path: path, reason: "no PNG or JPEG in this folder or the folders in it",
        fix: "Images are detected by their content.")
    }
  }

  /// Decodes all images on all cores: planes, `[N, C, H, W]` uint8.
  ///
  /// - Throws: `FileError` that names the first image that cannot be read or differs in size from the first.
  func content(_ options: ImageOptions) throws -> Content {
    let paths = files.map(\.path)
    let found = SizeList(count: paths.count)
    try Parallel.tryEach(paths.count) { index in
      let image = try ImageFile(FileBytes.map(paths[index]), path: paths[index])
      found.set(index, SIMD3(Int32(image.height), Int32(image.width), Int32(image.channels)))
    }
    let all = found.all
    let (height, width) = (options.height ?? Int(all[0].x), options.width ?? Int(all[0].y))
    if options.height == nil, let odd = all.firstIndex(where: { $0.x != all[0].x || $0.y != all[0].y }) {
      throw FileError(
        path: paths[odd],
        reason:
          "this image is \(all[odd].x)×\(all[odd].y), \(Self.fileName(paths[0])) is \(all[0].x)×\(all[0].y) (height×width)",
        fix: "Resize all to one size: size=\(all[0].x)x\(all[0].y)")
    }
    let channels = options.color.channels ?? Int(all.map(\.z).max() ?? 1)
    guard let shape = Shape(validating: [paths.count, channels, height, width]), shape.count < Gzip.limit else {
      throw FileError(
        path: path, reason: "\(paths.count) images of \(height)×\(width) do not fit into memory",
        fix: "Resize them: size=64x64")
    }
    let storage = try Storage(byteCount: shape.count)
    let size = channels * height * width
    try Parallel.tryEach(paths.count) { index in
      let image = try ImageFile(FileBytes.map(paths[index]), path: paths[index])
      let pixels = try image.pixels(channels: channels)
      Planes.write(
        pixels, height: image.height, width: image.width, channels: channels,
        to: (storage.base + index * size).assumingMemoryBound(to: UInt8.self), height, width)
    }
    var content = Content(tensor: Tensor(storage: storage, byteOffset: 0, shape: shape, dtype: .uint8), notes: notes)
    let resized = all.count { Int($0.x) != height || Int($0.y) != width }
    if resized > 0 {
      content.notes.append(
        "\(resized) of \(paths.count) \(inflected("image", for: paths.count)) resized to \(height)×\(width)")
    }
    let mixed = all.count { Int($0.z) != channels }
    if options.color == .auto, mixed > 0 {
      content.notes.append("\(mixed) gray \(inflected("image", for: mixed)) converted to color")
    }
    if !labelNames.isEmpty {
      content.labels = files.map(\.label)
      content.labelNames = labelNames
    }
    return content
  }

  private final class SizeList: Sendable {
    private let sizes: Mutex<[SIMD3<Int32>]>
    init(count: Int) { sizes = Mutex(Array(repeating: .zero, count: count)) }
    func set(_ index: Int, _ size: SIMD3<Int32>) { sizes.withLock { $0[index] = size } }
    var all: [SIMD3<Int32>] { sizes.withLock { $0 } }
  }

  private static func fileName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  /// Files and folders, without hidden ones, in natural order: 2 before 10.
  private static func list(_ path: String) throws(FileError) -> (files: [String], folders: [String]) {
    guard let directory = opendir(path) else {
      throw FileError(path: path, reason: String(cString: strerror(errno)), fix: "The folder must be readable.")
    }
    defer { closedir(directory) }
    var (files, folders): ([String], [String]) = ([], [])
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      var status = stat()
      let isFolder = stat("\(path)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      if isFolder { folders.append(name) } else { files.append(name) }
    }
    func ordered(_ names: [String]) -> [String] { names.sorted(by: precedesInNaturalOrder) }
    return (ordered(files), ordered(folders))
  }

  /// Runs of digits compare as numbers, everything else as bytes.
  static func precedesInNaturalOrder(_ a: String, _ b: String) -> Bool {
    func parts(_ text: String) -> [(number: Int?, text: [UInt8])] {
      var parts: [(number: Int?, text: [UInt8])] = []
      for byte in text.utf8 {
        let isDigit = byte >= 48 && byte <= 57
        if let last = parts.last, (last.number != nil) == isDigit {
          parts[parts.count - 1].text.append(byte)
        } else {
          parts.append((isDigit ? 0 : nil, [byte]))
        }
      }
      return parts.map { part in
        (part.number == nil ? nil : Int(String(decoding: part.text, as: UTF8.self)) ?? Int.max, part.text)
      }
    }
    for (x, y) in zip(parts(a), parts(b)) where x.text != y.text {
      if let first = x.number, let second = y.number, first != second { return first < second }
      return x.text.lexicographicallyPrecedes(y.text)
    }
    return a.utf8.count < b.utf8.count
  }

  /// The files that are images, by their first bytes.
  private static func pictures(_ paths: [String], _ notes: inout [String]) throws -> [String] {
    var found: [String] = []
    var others: [String] = []
    for path in paths {
      try Stopping.check()
      let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      guard descriptor >= 0 else {
        throw FileError(path: path, reason: String(cString: strerror(errno)), fix: "Every file must be readable.")
      }
      defer { close(descriptor) }
      var head = [UInt8](repeating: 0, count: 8)
      let count = Glibc.read(descriptor, &head, 8)
      if count > 0, elbo_image_format_of(head, count) != ELBO_IMAGE_NONE {
        found.append(path)
      } else {
        others.append(path)
      }
    }
    if let first = others.first, !found.isEmpty {
      notes.append(
        "\(others.count) \(others.count == 1 ? "file that is not an image" : "files that are not images") ignored: \(fileName(first))\(others.count > 1 ? " …" : "")"
      )
    }
    return found
  }
}

/// Interleaved pixels to planes, resized where the sizes differ.
enum Planes {
  static func write(
    _ pixels: [UInt8], height: Int, width: Int, channels: Int, to planes: UnsafeMutablePointer<UInt8>,
    _ outHeight: Int, _ outWidth: Int
  ) {
    let area = height * width
    guard height != outHeight || width != outWidth else {
      for channel in 0..<channels {
        for index in 0..<area { planes[channel * area + index] = pixels[index * channels + channel] }
      }
      return
    }
    let geometry = Geometry(
      rows: .resize(from: height, to: outHeight), columns: .resize(from: width, to: outWidth))
    var plane = [UInt8](repeating: 0, count: area)
    var result = [Float](repeating: 0, count: outHeight * outWidth)
    for channel in 0..<channels {
      for index in 0..<area { plane[index] = pixels[index * channels + channel] }
      result.withUnsafeMutableBufferPointer { result in
        plane.withUnsafeBufferPointer { plane in
          guard let to = result.baseAddress else { return }
          geometry.apply(bytes: plane.baseAddress, floats: nil, planes: 1, to: to, scale: 1, offset: 0)
        }
      }
      for index in result.indices {
        planes[channel * result.count + index] = UInt8(max(0, min(255, result[index].rounded())))
      }
    }
  }
}
