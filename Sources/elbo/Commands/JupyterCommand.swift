import ArgumentParser
import Glibc
import Kernel
import Terminal

/// `elbo jupyter install|uninstall`
struct JupyterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jupyter", abstract: "Make the kernel known to Jupyter, or unknown again.",
    subcommands: [Install.self, Uninstall.self])

  /// Where kernelspecs go.
  struct InstallLocation: ParsableArguments {
    @Flag(help: "For this user (the default).")
    var user = false

    @Flag(help: "For the Python environment that is active ($VIRTUAL_ENV or $CONDA_PREFIX).")
    var sysPrefix = false

    @Option(help: ArgumentHelp("Under this folder: PREFIX/share/jupyter/kernels.", valueName: "prefix"))
    var prefix: String?

    func validate() throws {
      if [user, sysPrefix, prefix != nil].count(where: { $0 }) > 1 {
        throw ValidationError("Choose one of --user, --sys-prefix and --prefix.")
      }
    }

    func spec(_ process: ProcessContext) throws(ExitStatus) -> KernelSpec {
      if let prefix { return KernelSpec(kernels: prefix + "/share/jupyter/kernels") }
      let environment = process.environment
      if sysPrefix {
        let prefixes = ["VIRTUAL_ENV", "CONDA_PREFIX"].compactMap { environment[$0] }
        guard let active = prefixes.first(where: { $0.hasPrefix("/") }) else {
          throw ExitStatus(2, "elbo: no Python environment is active. Activate one, or use --prefix.")
        }
        return KernelSpec(kernels: active + "/share/jupyter/kernels")
      }
      if let data = environment["JUPYTER_DATA_DIR"], !data.isEmpty { return KernelSpec(kernels: data + "/kernels") }
      let share = environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      return KernelSpec(kernels: (share ?? process.home + "/.local/share") + "/jupyter/kernels")
    }
  }

  struct Install: ElboSubcommand {
    static let configuration = CommandConfiguration(abstract: "Write the kernelspec.")
    static let handlesSignals = false
    @OptionGroup var location: InstallLocation

    @Option(help: ArgumentHelp("The program that Jupyter is to start (default: this one).", valueName: "path"))
    var program: String?

    func validate() throws {
      if program?.isEmpty == true { throw ValidationError("--program takes a path.") }
    }

    func run(in process: ProcessContext) throws -> Int32 {
      let spec = try location.spec(process)
      do { try spec.install(program: program ?? Self.thisProgram()) } catch { throw ExitStatus(1, "elbo: \(error)") }
      writeAll("installed \(spec.folder)\n", to: STDOUT_FILENO)
      return 0
    }

    /// The absolute path of this program.
    private static func thisProgram() -> String {
      var buffer = [CChar](repeating: 0, count: 4096)
      let count = readlink("/proc/self/exe", &buffer, buffer.count)
      guard count > 0 else { return CommandLine.arguments[0] }
      return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  struct Uninstall: ElboSubcommand {
    static let configuration = CommandConfiguration(abstract: "Take the kernelspec away.")
    static let handlesSignals = false
    @OptionGroup var location: InstallLocation

    func run(in process: ProcessContext) throws -> Int32 {
      let spec = try location.spec(process)
      let wasThere: Bool
      do { wasThere = try spec.uninstall() } catch { throw ExitStatus(1, "elbo: \(error)") }
      writeAll(wasThere ? "removed \(spec.folder)\n" : "nothing at \(spec.folder)\n", to: STDOUT_FILENO)
      return 0
    }
  }
}
