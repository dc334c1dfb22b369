import Glibc
import JSONText
import POSIX

/// The addresses at which the kernel listens, from Jupyter's connection file.
package struct ConnectionFile: Equatable, Sendable {
  package enum Fault: Error, Equatable, Sendable, CustomStringConvertible {
    case unreadable(String)
    case malformed(String)

    package var description: String {
      switch self {
      case .unreadable(let why): why
      case .malformed(let why): "not a connection file: \(why)"
      }
    }
  }

  package var transport: String
  package var ip: String
  package var ports: [Port: Int]
  package var key: String

  package enum Port: String, CaseIterable, Sendable {
    case shell, control, stdin, iopub, heartbeat = "hb"
  }

  /// The endpoint of a socket: `tcp://127.0.0.1:51000`, or `ipc://path-1`.
  package func endpoint(_ port: Port) -> String {
    let number = ports[port] ?? 0
    return transport == "ipc" ? "ipc://\(ip)-\(number)" : "tcp://\(ip):\(number)"
  }

  /// Reads the JSON of a connection file.
  package init(parsing bytes: [UInt8]) throws(Fault) {
    let json: JSON
    do { json = try JSON(parsing: bytes) } catch { throw .malformed("\(error.message) at byte \(error.offset)") }
    transport = json["transport"]?.stringValue ?? "tcp"
    guard transport == "tcp" || transport == "ipc" else { throw .malformed("transport '\(transport)'") }
    guard let ip = json["ip"]?.stringValue else { throw .malformed("no 'ip'") }
    self.ip = ip
    ports = [:]
    for port in Port.allCases {
      guard let number = json["\(port.rawValue)_port"]?.integerValue, (1...65_535).contains(number) else {
        throw .malformed("'\(port.rawValue)_port' is not a port number")
      }
      ports[port] = number
    }
    key = json["key"]?.stringValue ?? ""
    if let scheme = json["signature_scheme"]?.stringValue, scheme != "hmac-sha256", !key.isEmpty {
      throw .malformed("signature_scheme '\(scheme)': only hmac-sha256 is supported")
    }
  }

  /// Reads a connection file.
  package init(path: String) throws(Fault) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable("\(path): \(SystemError())") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while bytes.count < 1 << 20 {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      bytes += chunk[0..<count]
    }
    try self.init(parsing: bytes)
  }
}
