import ArgumentParser
import FrontEnds
import Glibc
import Kernel
import Terminal

/// `elbo jupyter install|uninstall`
struct JupyterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jupyter", abstract: "Install the Jupyter kernelspec, or remove it.",
    subcommands: [Install.self, Uninstall.self])

  /// The location of kernelspecs.
  struct InstallLocation: ParsableArguments {
    @Flag(help: "For this user (the default).")
    var user = false

    @Flag(help: "For the active Python environment ($VIRTUAL_ENV or $CONDA_PREFIX).")
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
    static let configuration = CommandConfiguration(commandName: "install", abstract: "Install the kernelspec.")
    static let handlesSignals = false
    @OptionGroup var location: InstallLocation

    @Option(help: ArgumentHelp("The program that Jupyter starts (default: this one).", valueName: "path"))
    var program: String?

    func validate() throws {
      if program?.isEmpty == true { throw ValidationError("--program needs a path.") }
    }

    func run(in process: ProcessContext) throws -> Int32 {
      let spec = try location.spec(process)
      do { try spec.install(program: program ?? Self.thisProgram()) } catch { throw ExitStatus(1, "elbo: \(error)") }
      process.say("installed \(spec.folder)")
      return 0
    }

    /// The absolute path of this program.
    private static func thisProgram() -> String { ProcessContext.programPath ?? CommandLine.arguments[0] }
  }

  struct Uninstall: ElboSubcommand {
    static let configuration = CommandConfiguration(commandName: "uninstall", abstract: "Remove the kernelspec.")
    static let handlesSignals = false
    @OptionGroup var location: InstallLocation

    func run(in process: ProcessContext) throws -> Int32 {
      let spec = try location.spec(process)
      let wasThere: Bool
      do { wasThere = try spec.uninstall() } catch { throw ExitStatus(1, "elbo: \(error)") }
      process.say(wasThere ? "removed \(spec.folder)" : "not installed: nothing at \(spec.folder)")
      return 0
    }
  }
}
