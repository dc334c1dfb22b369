import Glibc
import Language
import POSIX
import ProcessGroups
import SessionCore
import Tensors
import Terminal
import Text

/// The environment, signals and terminals of the process. The environment is read only here.
package struct ProcessContext: Sendable {
  /// The program's version, as `elbo --version` says it.
  package static let version = "0.1.0"

  package let environment: [String: String]
  package let signals: SignalSource
  package let inputIsTerminal = isTerminal(STDIN_FILENO)
  package let outputIsTerminal: Bool
  package let errorIsTerminal: Bool
  /// How a launcher of MPI programs started the process.
  package let launch: Launch.Found

  package init(signals: SignalSource) {
    self.signals = signals
    var values: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
      entry += 1
    }
    environment = values
    launch = Launch.found(in: values)
    // Launchers have a pseudo-terminal of their own on what their ranks write, wherever it goes from there.
    outputIsTerminal = launch == .alone && isTerminal(STDOUT_FILENO)
    errorIsTerminal = launch == .alone && isTerminal(STDERR_FILENO)
  }

  /// The path of the program's file.
  package static var programPath: String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
  }

  package var outputColor: ColorPolicy { ColorPolicy(environment: environment, isTerminal: outputIsTerminal) }
  package var errorColor: ColorPolicy { ColorPolicy(environment: environment, isTerminal: errorIsTerminal) }

  /// Both ends are terminals, so that lines can be edited.
  package var isInteractive: Bool { inputIsTerminal && outputIsTerminal }

  /// Columns and rows now: the terminal's, else `$COLUMNS` and `$LINES`, else 80×24.
  package var screen: ScreenSize {
    if let size = ScreenSize.of(STDOUT_FILENO) { return size }
    let columns = environment["COLUMNS"].flatMap { Int($0) } ?? 0
    let rows = environment["LINES"].flatMap { Int($0) } ?? 0
    return ScreenSize(columns: columns >= 20 ? columns : 80, rows: rows >= 4 ? rows : 24)
  }

  /// Text of the program as `descriptor` shows it: what would steer a terminal made visible; on a terminal broken
  /// between words, in a style.
  package func shown(_ text: String, _ style: Style? = nil, on descriptor: Int32) -> String {
    let isError = descriptor == STDERR_FILENO
    let visible = VisibleText.lines(text)
    let isTerminal = isError ? errorIsTerminal : outputIsTerminal
    let columns = ScreenSize.of(descriptor)?.columns ?? screen.columns
    let broken = isTerminal ? HangingText.wrapped(visible, to: columns) : visible
    return style?.apply(broken, isError ? errorColor : outputColor) ?? broken
  }

  /// Says a line there; false when it cannot be written.
  @discardableResult
  package func say(_ text: String, _ style: Style? = nil, on descriptor: Int32 = STDOUT_FILENO) -> Bool {
    writeAll(shown(text, style, on: descriptor) + "\n", to: descriptor)
  }

  /// A diagnostic as `descriptor` shows it.
  package func shown(_ diagnostic: Diagnostic, place: String = "", on descriptor: Int32) -> String {
    let isError = descriptor == STDERR_FILENO
    let width = (isError ? errorIsTerminal : outputIsTerminal) ? ScreenSize.of(descriptor)?.columns : nil
    return diagnostic.rendered(color: (isError ? errorColor : outputColor).isOn, place: place, width: width)
  }

  package var home: String { environment["HOME"] ?? "/" }

  /// `$XDG_CONFIG_HOME/elbo`, `$XDG_STATE_HOME/elbo`, `$XDG_CACHE_HOME/elbo`. Relative values are ignored, as the XDG
  /// specification requires.
  package var configurationFolder: String { folder("XDG_CONFIG_HOME", ".config") }
  package var stateFolder: String { folder("XDG_STATE_HOME", ".local/state") }
  package var cacheFolder: String { folder("XDG_CACHE_HOME", ".cache") }

  private func folder(_ variable: String, _ fallback: String) -> String {
    let base = environment[variable].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/" + fallback
    return base + "/elbo"
  }

  /// The options of a session.
  package func sessionOptions(
    seed: UInt64? = nil, threads: Int? = nil, workspace: String? = nil, group: any ProcessGroup = OneProcess()
  ) -> SessionOptions {
    var options = SessionOptions(workspace: workspace, seed: seed)
    options.group = group
    options.threads = threads
    options.cacheDirectory = cacheFolder
    options.dataDirectories = (environment["ELBO_DATA"] ?? "").split(separator: ":").map(String.init)
    options.homeDirectory = home
    options.programDirectories = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    options.version = Self.version
    options.renderer = FigureRendering.shared
    return options
  }

  /// Text is UTF-8, whatever the locale says: under "C", as in a bare container or with `LC_ALL=C`, an é would be two
  /// characters. Only what characters are changes; numbers and order stay as they were.
  package static func useUTF8() {
    let isKnown = setlocale(LC_CTYPE, "") != nil
    let codeset = nl_langinfo(nl_item(CODESET)).map { String(cString: $0) }
    if !isKnown || codeset != "UTF-8" { _ = setlocale(LC_CTYPE, "C.UTF-8") }
  }
}

/// Creates a folder and its parents with access for this user only; returns false when that fails.
@discardableResult
package func makeFolder(_ path: String) -> Bool {
  if mkdir(path, 0o700) == 0 || errno == EEXIST { return true }
  guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return false }
  return makeFolder(String(path[..<slash])) && (mkdir(path, 0o700) == 0 || errno == EEXIST)
}

/// The text of a file with line ends "\n", or the reason why it cannot be read.
package func textOfFile(_ path: String) -> Result<String, FileFailure> {
  guard let bytes = bytesOfFile(path) else {
    return .failure(FileFailure(path: path, reason: SystemError().description))
  }
  // A byte order mark has no meaning in UTF-8.
  let marked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
  let plain = withPlainLineEnds(marked ? Array(bytes.dropFirst(3)) : bytes)
  guard let text = String(validating: plain, as: UTF8.self) else {
    return .failure(FileFailure(path: path, reason: "not UTF-8 text"))
  }
  return .success(text)
}

/// `bytes` without the carriage return of each "\r\n": Swift takes the two for one character, and that is no "\n".
private func withPlainLineEnds(_ bytes: [UInt8]) -> [UInt8] {
  guard bytes.contains(0x0D) else { return bytes }
  var plain: [UInt8] = []
  plain.reserveCapacity(bytes.count)
  for (index, byte) in bytes.enumerated() {
    if byte == 0x0D, index + 1 < bytes.count, bytes[index + 1] == 0x0A { continue }
    plain.append(byte)
  }
  return plain
}

/// The bytes of a file; nil, with `errno` set, when it cannot be read.
package func bytesOfFile(_ path: String) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 262_144)
  while true {
    let count = read(descriptor, &chunk, chunk.count)
    if count < 0, errno == EINTR { continue }
    if count < 0 { return nil }
    if count == 0 { return bytes }
    bytes += chunk[0..<count]
  }
}

/// Writes a file atomically.
package func replaceFile(_ path: String, with text: String) throws(FileFailure) {
  do { try FileBytes.write(Array(text.utf8), to: path) } catch { throw FileFailure(path: path, reason: error.reason) }
}

/// A file that cannot be read or written.
package struct FileFailure: Error, CustomStringConvertible {
  package let path: String
  package let reason: String
  package var description: String { "\(path): \(reason)" }
}
