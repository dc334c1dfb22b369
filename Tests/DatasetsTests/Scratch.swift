import Datasets
import Foundation
import Tensors
import Testing

/// A folder of its own for a test, gone with it.
final class Scratch: Sendable {
  let path = NSTemporaryDirectory() + "elbo-data-\(UUID().uuidString)"

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, in folders that are made when they are not there; its path.
  @discardableResult func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = "\(path)/\(name)"
    let folder = (file as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(filePath: file))
    return file
  }

  @discardableResult func write(_ name: String, text: String) throws -> String { try write(name, Array(text.utf8)) }
}

/// A file that stays until the tests end.
func temporary(_ bytes: [UInt8]) throws -> String { try shelf.get().write(UUID().uuidString, bytes) }

private let shelf: Result<Scratch, any Error> = Result {
  atexit { try? FileManager.default.removeItem(atPath: shelf.get().path) }
  return try Scratch()
}

/// Files that `Corpus/make-corpus.py` wrote.
enum Corpus {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus").path
  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .filter { !$0.hasSuffix(".py") }.sorted()

  static func path(_ name: String) -> String { "\(folder)/\(name)" }
  static func bytes(_ name: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(filePath: path(name)))) }
}

/// Loads a path as a user would, with options set by `change`.
func load(_ path: String, _ change: (inout LoadRequest) -> Void = { _ in }) throws -> Dataset {
  var request = LoadRequest(path)
  change(&request)
  return try DatasetCatalogue().load(request)
}

/// The error of a load that must fail: it names the file, says what is wrong, and what to do.
func refusal(
  _ path: String, sourceLocation: SourceLocation = #_sourceLocation, _ change: (inout LoadRequest) -> Void = { _ in }
) throws -> FileError {
  let error = #expect(throws: FileError.self, sourceLocation: sourceLocation) { try load(path, change) }
  let found = try #require(error, sourceLocation: sourceLocation)
  #expect(!found.reason.isEmpty && found.fix?.isEmpty == false, "\(found)", sourceLocation: sourceLocation)
  return found
}

extension Dataset {
  /// All stored elements.
  var stored: [Double] { storage.doubles() }
}

/// An IDX file.
func idx(_ type: UInt8, _ extents: [UInt32], _ data: [UInt8]) -> [UInt8] {
  [0, 0, type, UInt8(extents.count)]
    + extents.flatMap { extent in (0..<4).map { UInt8(truncatingIfNeeded: extent >> (24 - 8 * UInt32($0))) } } + data
}

/// An NPY file with this dictionary.
func npy(_ header: String, _ data: [UInt8] = [], version: UInt8 = 1) -> [UInt8] {
  let count = header.utf8.count
  return [0x93] + Array("NUMPY".utf8) + [version, 0, UInt8(count & 255), UInt8(count >> 8)] + Array(header.utf8) + data
}
