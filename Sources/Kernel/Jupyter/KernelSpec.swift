import Glibc
import JSONText
import POSIX
import Tensors

/// The kernelspec folder of Jupyter: `PREFIX/share/jupyter/kernels/elbo`.
package struct KernelSpec: Sendable {
  package struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
    init(_ path: String) { description = "\(path): \(SystemError())" }
    init(_ error: FileError) { description = error.description }
  }

  /// The folder that holds `kernel.json`.
  package let folder: String

  /// - Parameter kernels: A `jupyter/kernels` folder.
  package init(kernels: String) { folder = kernels + "/elbo" }

  /// Writes the folder; the kernel it names is `program`.
  package func install(program: String) throws(Failure) {
    try Self.makeFolders(folder)
    try Self.write(Array(Self.json(program: program).utf8), to: folder + "/kernel.json")
    try Self.write(Array(Self.logo.utf8), to: folder + "/logo-svg.svg")
  }

  /// Deletes the folder; returns false when it did not exist.
  package func uninstall() throws(Failure) -> Bool {
    guard access(folder, F_OK) == 0 else { return false }
    for name in ["kernel.json", "logo-svg.svg"] where unlink("\(folder)/\(name)") != 0 && errno != ENOENT {
      throw Failure("\(folder)/\(name)")
    }
    if rmdir(folder) != 0 { throw Failure(folder) }
    return true
  }

  /// The text of `kernel.json`.
  static func json(program: String) -> String {
    JSON.members([
      "argv": .array([.string(program), .string("kernel"), .string("--connection-file"), .string("{connection_file}")]),
      "display_name": .string("elbo"), "language": .string("elbo"), "interrupt_mode": .string("message"),
      "kernel_protocol_version": .string(Headers.protocolVersion),
      "metadata": .members(["debugger": .bool(false)]),
    ]).text(pretty: true) + "\n"
  }

  /// A bell curve over a latent grid.
  private static let logo = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">
      <rect width="64" height="64" rx="12" fill="#16324f"/>
      <g fill="#5fa8d3">
        <circle cx="16" cy="50" r="2"/><circle cx="24" cy="50" r="2"/><circle cx="32" cy="50" r="2"/>
        <circle cx="40" cy="50" r="2"/><circle cx="48" cy="50" r="2"/>
      </g>
      <path d="M8 42 C22 42 24 12 32 12 S42 42 56 42" fill="none" stroke="#ffffff" stroke-width="4"
        stroke-linecap="round"/>
    </svg>

    """

  private static func makeFolders(_ path: String) throws(Failure) {
    if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else { throw Failure(path) }
    try makeFolders(String(path[..<slash]))
    if mkdir(path, 0o755) != 0, errno != EEXIST { throw Failure(path) }
  }

  private static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
    do { try FileBytes.write(bytes, to: path) } catch { throw Failure(error) }
  }
}
