import Glibc
import Graphs
import SessionCore
import SessionFiles
import Text

/// Where and how a session ran.
struct SessionEnvironment: Sendable {
  let version: String
  let seed: UInt64
  let threads: Int
  let workspace: String?
  /// Local time, as people write it.
  let time: String
  /// The header of a session file that runs the same way.
  let header: String

  init(_ execution: Execution) {
    version = execution.options.version
    seed = execution.session.firstSeed
    threads = execution.table.knowledge.threads(execution.state.settings.threads)
    workspace = execution.core.store?.path
    header = SessionExport.header(execution.session, width: execution.width).line
    time = Self.now()
  }

  var rows: [(name: String, text: String)] {
    [
      ("program", "elbo \(version)"), ("system", Self.system), ("processor", Self.processor),
      ("instructions", CompilerOptions.instructionSet), ("threads", String(threads)), ("seed", String(seed)),
      ("workspace", workspace ?? "none: the session is in memory"), ("report of", time),
    ]
  }

  private static func now() -> String {
    var (seconds, parts) = (Glibc.time(nil), tm())
    localtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 64)
    let count = strftime(&text, text.count, "%Y-%m-%d %H:%M:%S %z", &parts)
    return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Kernel and C library.
  private static var system: String {
    var names = utsname()
    uname(&names)
    func text<T>(_ value: T) -> String {
      withUnsafeBytes(of: value) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    var library = [CChar](repeating: 0, count: 64)
    let count = max(1, confstr(Int32(_CS_GNU_LIBC_VERSION), &library, library.count)) - 1
    let name = String(decoding: library.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return "\(text(names.sysname)) \(text(names.release)), \(text(names.machine)), \(name)"
  }

  /// The name of the processor, as Linux has it.
  private static var processor: String {
    guard let file = fopen("/proc/cpuinfo", "r") else { return "not known" }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard text.hasPrefix("model name"), let colon = text.firstIndex(of: ":") else { continue }
      return String(text[text.index(after: colon)...].filter { $0 != "\n" }.drop { $0 == " " })
    }
    return "not known"
  }
}
