import ArgumentParser
import FrontEnds
import Glibc
import JSONText
import Kernel
import Notebook
import SessionCore
import Terminal

/// `elbo kernel`: JSON lines on standard input and output, or Jupyter's sockets.
struct KernelCommand: ElboSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel", abstract: "Serve the Jupyter protocol: as JSON lines, or over ZeroMQ for Jupyter.")

  @Option(
    help: ArgumentHelp("Connection file with the addresses to listen at (written by Jupyter).", valueName: "file"),
    completion: .file())
  var connectionFile: String?

  @OptionGroup var choices: SessionChoices

  func run(in process: ProcessContext) throws -> Int32 {
    var options = process.sessionOptions(
      seed: choices.seed, threads: choices.threads, workspace: choices.session)
    options.isInteractive = true
    guard let connectionFile else { return try serveJSONLines(options, process) }
    return try serveZeroMQ(connectionFile, options, process)
  }

  @Sendable private static func log(_ line: String) { writeAll("elbo kernel: \(line)\n", to: STDERR_FILENO) }

  private func session(_ options: SessionOptions) throws(ExitStatus) -> Session {
    do { return try Session(options, table: KernelCommands.table) } catch {
      throw ExitStatus(1, "elbo: \(error.description) (\(error.fault.code.rawValue))")
    }
  }

  private func serveJSONLines(_ options: SessionOptions, _ process: ProcessContext) throws -> Int32 {
    if isatty(STDIN_FILENO) == 1 {
      let hint = "elbo kernel: waiting for JSON messages, one per line; Ctrl-D exits. For a prompt: elbo\n"
      writeAll(hint, to: STDERR_FILENO)
    }
    let transport: StdioTransport
    do { transport = try StdioTransport() } catch { throw ExitStatus(1, "elbo: \(error)") }
    let signals = process.signals
    let dispatcher = try Dispatcher(
      session: try session(options), transport: transport, renderer: FigureRendering.renderer, log: Self.log,
      onExit: { signals.wake() })
    dispatcher.start()
    try transport.startReading(into: dispatcher)
    let isEnded = answerSignals(dispatcher, process)
    // A slow client receives all output, unless a signal ends the kernel.
    transport.finish(limit: isEnded ? 2 : nil) { signals.wake() }
    signals.wait { if $0 == .terminate || $0 == .hangUp { signals.wake() } }
    return 0
  }

  private func serveZeroMQ(_ path: String, _ options: SessionOptions, _ process: ProcessContext) throws -> Int32 {
    let transport: ZeroMQTransport
    do { transport = try ZeroMQTransport(ConnectionFile(path: path)) } catch {
      throw ExitStatus(1, "elbo: \(error)")
    }
    let signals = process.signals
    // A person at a notebook expects what a prompt promises; a program names its workspace.
    let recovery = options.workspace == nil ? KernelRecovery(process) : nil
    var options = options
    options.workspace = options.workspace ?? recovery?.path
    let session = try session(options)
    let dispatcher = try Dispatcher(
      session: session, transport: transport, renderer: FigureRendering.renderer, remarks: recovery?.remarks ?? [],
      log: Self.log, onExit: { signals.wake() })
    try transport.start(dispatcher, log: Self.log)
    dispatcher.start()
    if process.environment["JPY_PARENT_PID"] != nil { try transport.watchParent(dispatcher) }
    _ = answerSignals(dispatcher, process)
    recovery?.end(session, isOrderly: dispatcher.ending != .cutOff, isRestart: dispatcher.ending == .restart)
    transport.close()
    return 0
  }

  /// Handles signals on the main thread: Ctrl-C interrupts, the others end the kernel. Returns when the kernel ends,
  /// true when a signal ended it.
  private func answerSignals(_ dispatcher: Dispatcher, _ process: ProcessContext) -> Bool {
    var isEnded = false
    process.signals.wait { signal in
      switch signal {
      case .interrupt: dispatcher.interrupt()
      case .terminate, .hangUp:
        isEnded = true
        dispatcher.shutDown(.cutOff)
      case .stop: SignalSource.suspendProcess()
      case .windowChanged, .continued: break
      }
    }
    return isEnded
  }
}
