import CImages
import Glibc
import POSIX
import Tensors

/// The images in a folder and the folders in it, with the part and the class that the names of the folders make.
struct ImageTree {
  struct Image {
    let path: String
    /// Names of the folders it lies in, below the one that is read.
    var folders: [String]
    var part: String?
  }

  private(set) var images: [Image] = []
  private(set) var notes: [String] = []
  let path: String
  /// Folders inside of folders are read so deep; links may lead in circles.
  private static let depth = 8

  /// - Throws: `FileError` for folders that cannot be read, or files in them.
  init(_ path: String) throws {
    self.path = path
    try collect([], at: path)
    takeApart()
  }

  private mutating func collect(_ folders: [String], at path: String) throws {
    let (names, inside) = try Self.list(path)
    images += try pictures(names.map { "\(path)/\($0)" }).map { Image(path: $0, folders: folders) }
    for folder in inside {
      let own = "\((folders + [folder]).joined(separator: "/"))"
      guard folders.count < Self.depth else {
        notes.append("folder '\(own)' is nested too deeply: ignored")
        continue
      }
      let before = images.count
      try collect(folders + [folder], at: "\(path)/\(folder)")
      if images.count == before, folders.isEmpty { notes.append("folder '\(own)' contains no images: ignored") }
    }
  }

  /// Names of parts, and what folders and arrays call them.
  static func part(named name: String) -> String? {
    switch name.lowercased() {
    case "train", "training": "train"
    case "test", "testing": "test"
    case "val", "valid", "validation", "dev", "eval", "evaluation": "validation"
    default: nil
    }
  }

  /// The part in a longer name, such as `seg_train` or `train-images`.
  private static func part(in name: String) -> String? {
    if let part = part(named: name) { return part }
    let words = name.split(whereSeparator: { "_-. ".contains($0) }).map { $0.drop(while: \.isNumber) }
    let parts = Set(words.compactMap { part(named: String($0.reversed().drop(while: \.isNumber).reversed())) })
    return parts.count == 1 ? parts.first : nil
  }

  /// Finds the level of the folders that are parts, takes it away, and leaves what tells classes apart.
  private mutating func takeApart() {
    takeAwayCommon(images.indices.map { $0 })
    let depth = images.map(\.folders.count).min() ?? 0
    for level in 0..<depth {
      let names = Set(images.map { $0.folders[level] })
      let parts = names.map { Self.part(in: $0) }
      // A class may be called 'train': one of a bus, a car and a plane.
      guard !parts.contains(nil), Set(parts).count > 1 else { continue }
      for index in images.indices {
        let name = images[index].folders.remove(at: level)
        images[index].part = Self.part(in: name)
        // seg_train/seg_train/…
        if level < images[index].folders.count, images[index].folders[level] == name {
          images[index].folders.remove(at: level)
        }
      }
      let areShelves = Set(images.map(\.folders)).count == 1
      for part in Set(images.map(\.part)) {
        takeAwayCommon(images.indices.filter { images[$0].part == part }, all: areShelves)
      }
      break
    }
  }

  /// Folders that all of these images share tell nothing apart; the last one stays where it may be a class.
  private mutating func takeAwayCommon(_ indices: [Int], all: Bool = false) {
    guard let first = indices.first else { return }
    while let name = images[first].folders.first, images[first].folders.count > 1 || all,
      indices.allSatisfy({
        images[$0].folders.count > (all ? 0 : 1) && images[$0].folders[0] == name
      })
    {
      for index in indices { images[index].folders.removeFirst() }
    }
  }

  static func fileName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  /// Files and folders, without hidden ones, in natural order: 2 before 10.
  private static func list(_ path: String) throws(FileError) -> (files: [String], folders: [String]) {
    guard let directory = opendir(path) else {
      throw FileError(path: path, reason: SystemError().description, fix: "The folder must be readable.")
    }
    defer { closedir(directory) }
    var (files, folders): ([String], [String]) = ([], [])
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      // What macOS puts beside the files of an archive.
      if name.hasPrefix(".") || name == "__MACOSX" { continue }
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
  private mutating func pictures(_ paths: [String]) throws -> [String] {
    var found: [String] = []
    var others: [String] = []
    for path in paths {
      try Stopping.check()
      let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      guard descriptor >= 0 else {
        throw FileError(path: path, reason: SystemError().description, fix: "Every file must be readable.")
      }
      defer { close(descriptor) }
      var head = [UInt8](repeating: 0, count: Int(ELBO_IMAGE_HEAD))
      let count = Glibc.read(descriptor, &head, head.count)
      if count > 0, elbo_image_format_of(head, count) != ELBO_IMAGE_NONE {
        found.append(path)
      } else {
        others.append(path)
      }
    }
    if let first = others.first, !found.isEmpty {
      notes.append(
        "\(others.count) \(others.count == 1 ? "file that is not an image" : "files that are not images") ignored: \(Self.fileName(first))\(others.count > 1 ? " …" : "")"
      )
    }
    return found
  }
}
