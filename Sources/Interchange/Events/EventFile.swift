import Glibc
import POSIX
import Tensors

/// A file of TensorBoard's events that is written as they happen: records of a length, its checksum, a message, and the
/// message's checksum. Every `add` writes whole records.
package final class EventFile {
  package let path: String
  private let descriptor: Int32

  /// Makes the folder and in it a file whose name TensorBoard looks for.
  ///
  /// - Throws: `FileError` where the folder or the file cannot be made.
  package init(folder: String, seconds: Double, serial: Int = 0) throws(FileError) {
    try Self.make(folder)
    let host = Self.host
    path = "\(folder)/events.out.tfevents.\(Int(seconds)).\(host).\(getpid()).\(serial)"
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(path: path, reason: SystemError().description) }
    try write(Event(seconds: seconds, version: "brain.Event:2"))
  }

  deinit { close(descriptor) }

  /// - Parameters:
  ///   - step: Updates done.
  ///   - seconds: Since 1970.
  /// - Throws: `FileError` where there is no room.
  package func add(_ values: [EventValue], step: Int, seconds: Double) throws(FileError) {
    try write(Event(seconds: seconds, step: step, values: values))
  }

  private func write(_ event: Event) throws(FileError) {
    let message = event.bytes
    func bytes<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
      withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
    let length = bytes(UInt64(message.count))
    let record = length + bytes(CRC32C.masked(length)) + message + bytes(CRC32C.masked(message))
    let failure = record.withUnsafeBytes { Descriptor.write($0, to: descriptor) }
    guard failure == 0 else { throw FileError(path: path, reason: SystemError(failure).description) }
  }

  private static func make(_ folder: String) throws(FileError) {
    var status = stat()
    if stat(folder, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else { throw FileError(path: folder, reason: "it is no folder") }
      return
    }
    if let slash = folder.lastIndex(of: "/"), slash != folder.startIndex { try make(String(folder[..<slash])) }
    guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
      throw FileError(path: folder, reason: SystemError().description)
    }
  }

  private static var host: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, 255) == 0 else { return "localhost" }
    let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.isEmpty ? "localhost" : String(text.map { $0 == "/" ? "_" : $0 })
  }
}
