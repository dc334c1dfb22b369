import Foundation
import Glibc
import Synchronization

/// A small web server on this machine that serves one file in good and bad ways, by the first folder of the path.
final class FileServer: Sendable {
  enum Manner: String, Sendable {
    /// Whole, and from a position when asked.
    case good
    /// As long as it should be, other bytes.
    case wrong
    /// Ends after half of what it promised.
    case half
    /// Knows nothing of positions.
    case whole
    /// Begins and then says nothing more.
    case stalled
    /// Longer than the file.
    case long
    case missing
  }

  private let descriptor: Int32
  let port: UInt16
  private let file: [UInt8]
  private let seen = Mutex<[String]>([])

  /// First lines of the requests, with the position asked for.
  var requests: [String] { seen.withLock { $0 } }

  init(serving file: [UInt8]) throws {
    self.file = file
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let (descriptor, size) = (descriptor, length)
    let isReady = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, size) == 0 && listen(descriptor, 8) == 0
          && getsockname(descriptor, pointer, &length) == 0
      }
    }
    guard isReady else { throw POSIXError(.EADDRNOTAVAIL) }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [self] in
      while case let client = accept(descriptor, nil, nil), client >= 0 {
        Thread.detachNewThread { self.answer(client) }
      }
    }
  }

  func close() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  func mirror(_ manner: Manner) -> String { "http://127.0.0.1:\(port)/\(manner.rawValue)" }

  private func answer(_ client: Int32) {
    defer { Glibc.close(client) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(client, &buffer, buffer.count)
    guard count > 0 else { return }
    let lines = String(decoding: buffer[..<count], as: UTF8.self).components(separatedBy: "\r\n")
    let range = lines.first { $0.lowercased().hasPrefix("range: bytes=") }
    let from = range.flatMap { Int($0.dropFirst(13).prefix { $0 != "-" }) } ?? 0
    let parts = lines[0].split(separator: "/")
    let manner = Manner(rawValue: parts.count > 1 ? String(parts[1]) : "") ?? .missing
    seen.withLock { $0.append("\(manner.rawValue) from \(from)") }
    func send(_ status: String, _ headers: String, _ body: ArraySlice<UInt8>) {
      let head = Array("HTTP/1.1 \(status)\r\nConnection: close\r\n\(headers)\r\n".utf8) + body
      // Without a signal when the other side has gone (MSG_NOSIGNAL).
      _ = head.withUnsafeBytes { Glibc.send(client, $0.baseAddress, $0.count, Int32(0x4000)) }
    }
    let content: [UInt8] = manner == .wrong ? file.map { $0 ^ 1 } : manner == .long ? file + file : file
    let size = "Content-Length: \(content.count - from)\r\n"
    switch manner {
    case .missing: send("404 Not Found", "Content-Length: 0\r\n", [])
    case .half: send("200 OK", size, content[..<(content.count / 2)])
    case .stalled:
      send("200 OK", size, content[..<10])
      // Until the other side gives up.
      _ = read(client, &buffer, 1)
    case .whole: send("200 OK", "Content-Length: \(content.count)\r\n", content[...])
    default:
      let place = "Content-Range: bytes \(from)-\(content.count - 1)/\(content.count)\r\n"
      send(from > 0 ? "206 Partial Content" : "200 OK", size + (from > 0 ? place : ""), content[from...])
    }
  }
}
