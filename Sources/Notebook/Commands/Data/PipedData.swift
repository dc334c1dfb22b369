import Glibc
import Language
import POSIX
import SessionCore
import Tensors

/// Standard input as data: all of it, up to its end.
struct PipedData {
  private let input: StandardInput

  init(_ input: StandardInput) { self.input = input }

  /// - Throws: `Fault` where it is no source of data, `Stopped` when it is interrupted.
  func read(at place: ArgumentPlace) throws -> Storage {
    switch input {
    case .data: break
    case .commands:
      throw place.fault(
        .unreadableFile, "standard input is where the commands come from",
        fix: "Give the commands with -c or as a file: elbo -c 'load - as=d; …' < data.csv")
    case .none:
      throw place.fault(
        .unreadableFile, "there is no standard input to read here", fix: "Load a file: load data.csv as=d")
    }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      var item = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      let ready = poll(&item, 1, 50)
      try Stopping.check()
      guard ready > 0 else { continue }
      let count = Glibc.read(STDIN_FILENO, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileError(path: "standard input", reason: SystemError().description) }
      if count == 0 { break }
      bytes += chunk[0..<count]
    }
    guard !bytes.isEmpty else {
      throw FileError(path: "standard input", reason: "it is empty", fix: "Was it read before?")
    }
    let storage = try Storage(byteCount: bytes.count)
    bytes.withUnsafeBytes { if let base = $0.baseAddress { storage.base.copyMemory(from: base, byteCount: $0.count) } }
    return storage
  }
}
