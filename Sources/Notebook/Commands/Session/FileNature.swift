import Datasets
import Foundation
import Glibc
import SessionCore
import SessionFiles
import Tensors
import WorkspaceStore

/// What a file is, told by its content, and the line that reads it: what `open` and `load` say of a file that is not
/// for them.
enum FileNature: Equatable {
  case missing, empty, folder, special
  case workspace
  /// An SQLite database of another program.
  case database
  /// A model of elbo, and tensors of another program.
  case model, tensors
  case session, notebook, script
  /// Data, or something else.
  case other

  init(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      self = .missing
      return
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      self = .folder
      return
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      self = .special
      return
    }
    guard status.st_size > 0 else {
      self = .empty
      return
    }
    self = Self.nature(head: Self.head(of: path), size: Int(status.st_size), isScript: path.hasSuffix(".elbo"))
    // What a program that has it open wrote may still be in the log beside it, the header too: the store reads both.
    if self == .database, access(path + "-wal", F_OK) == 0 { self = .workspace }
  }

  private static func nature(head: [UInt8], size: Int, isScript: Bool) -> FileNature {
    if head.starts(with: Array("SQLite format 3\0".utf8)), head.count >= 100 {
      let application = head[68..<72].reduce(0) { $0 << 8 | Int($1) }
      return application == Store.applicationID ? .workspace : .database
    }
    if head.count > 9, head[8] == UInt8(ascii: "{") {
      let length = head[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      if length < size {
        let isModel = String(decoding: head[8...], as: UTF8.self).contains("elbo.configuration")
        return isModel ? .model : .tensors
      }
    }
    guard !head.contains(0) else { return .other }
    let text = String(decoding: head, as: UTF8.self)
    if SessionHeader.isHeader(text) || SessionFile.hasPrompts(text) { return .session }
    if text.first(where: { !$0.isWhitespace }) == "{", text.contains("\"cells\"") || text.contains("\"nbformat\"") {
      return .notebook
    }
    return isScript ? .script : .other
  }

  /// The first bytes: the header of a model of many layers and its history is that long.
  private static func head(of path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = read(descriptor, &bytes, bytes.count)
    return Array(bytes.prefix(max(0, count)))
  }

  /// As messages say it; nil of what is no more than a file.
  var phrase: String? {
    switch self {
    case .missing: nil
    case .other: "file is not a database"
    case .special: "it is no regular file"
    case .database: "it is another program's database"
    case .empty: "it is empty"
    case .folder: "it is a folder"
    case .workspace: "it is a workspace"
    case .model: "it is a model"
    case .tensors: "it holds tensors but no model"
    case .session: "it is a session file"
    case .notebook: "it is a notebook"
    case .script: "it is a script"
    }
  }

  /// The line to type instead, of `open` and of `load`; nil where there is none that would work.
  ///
  /// - Parameters:
  ///   - path: Where it is; `shown`: as it was typed.
  ///   - target: The name before `=`.
  func advice(_ path: String, shown: String, target: String?, _ options: SessionOptions) -> String? {
    let word = Self.word(shown)
    return switch self {
    case .missing, .tensors, .database, .special: nil
    case .empty: "Make a workspace of it with: open \(word) new=yes"
    case .workspace: "Workspaces are opened: open \(word)"
    case .model: "Models are opened: \(target ?? "m") = open \(word)"
    case .session: "Run it with: elbo replay \(Self.shellWord(shown))"
    case .notebook: "Open it in Jupyter: jupyter lab \(Self.shellWord(shown))"
    case .script: "Run it with: elbo run \(Self.shellWord(shown))"
    case .folder, .other:
      Self.array(path, options).map { array in
        let array = array.isEmpty ? "" : " array=\(Self.word(array))"
        return target.map { "Data are loaded: \($0) = load \(word)\(array)" }
          ?? "Data are loaded: load \(word)\(array) as=d"
      }
    }
  }

  /// Whether a file can be loaded as data, found out by doing it: empty as it is, of an archive the array; nil where
  /// not.
  private static func array(_ path: String, _ options: SessionOptions) -> String? {
    var request = LoadRequest(path)
    // Trying takes as long as loading.
    var status = stat()
    guard stat(path, &status) == 0, status.st_size <= 64 << 20 else { return nil }
    do {
      _ = try DatasetLoading.load(request, options)
      return ""
    } catch let error as FileError {
      guard let fix = error.fix, let place = fix.range(of: "array="), fix[place.upperBound...].first != "N" else {
        return nil
      }
      let name = String(fix[place.upperBound...].prefix { $0 != " " && $0 != "," }).trimmingCharacters(in: ["."])
      request.array = name
      return (try? DatasetLoading.load(request, options)) == nil ? nil : name
    } catch {
      return nil
    }
  }

  /// A path as a word of the language.
  static func word(_ path: String) -> String {
    let isPlain = path.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || ("0"..."9").contains($0) || "/._-~+,@%".unicodeScalars.contains($0)
    }
    if isPlain { return path }
    let quote = path.contains("\"") && !path.contains("'") ? "'" : "\""
    return quote + path.replacing("\\", with: "\\\\").replacing(quote, with: "\\" + quote) + quote
  }

  /// A path as a word of a shell.
  private static func shellWord(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy {
      $0.isDigit || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || "/._-+,@%".utf8.contains($0)
    }
    return isPlain && path.first != "-" ? path : "'" + path.replacing("'", with: "'\\''") + "'"
  }
}
