import ArgumentParser
import Glibc
import Kernel
import Notebook
import Terminal

/// `elbo kernel`: JSON lines on standard input and output, or Jupyter's sockets.
struct KernelCommand: ElboSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel", abstract: "Speak Jupyter's messages: JSON lines, or ZeroMQ for Jupyter itself.")

  @Option(
    help: ArgumentHelp("Listen where this file says (Jupyter gives it).", valueName: "file"), completion: .file())
  var connectionFile: String?

  @OptionGroup var choices: SessionChoices

  func run(in process: ProcessContext) throws -> Int32 {
    var options = process.sessionOptions(
      seed: choices.seed, threads: choices.threads, workspace: choices.session)
    options.isInteractive = true
    guard let connectionFile else { return try serveJSONLines(options, process) }
    return try serveZeroMQ(connectionFile, options, process)
  }

  private func session(_ options: SessionOptions) throws(ExitStatus) -> Session {
    do { return try Session(options, table: KernelCommands.table) } catch {
      throw ExitStatus(1, "elbo: \(error.description) (\(error.fault.code.rawValue))")
    }
  }

  private func serveJSONLines(_ options: SessionOptions, _ process: ProcessContext) throws -> Int32 {
    if isatty(STDIN_FILENO) == 1 {
      let hint = "elbo kernel: waiting for JSON messages, one a line; Ctrl-D ends. For a prompt: elbo\n"
      writeAll(hint, to: STDERR_FILENO)
    }
    guard let transport = StdioTransport() else { throw ExitStatus(1, "elbo: the system gives no file descriptors") }
    let signals = process.signals
    let dispatcher = Dispatcher(
      session: try session(options), transport: transport, renderer: FigureRendering.renderer,
      onExit: { signals.wake() })
    dispatcher.start()
    transport.startReading(into: dispatcher)
    let isEnded = answerSignals(dispatcher, process)
    // A client that reads slowly gets everything, unless somebody wants the kernel to end.
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
    let dispatcher = Dispatcher(
      session: try session(options), transport: transport, renderer: FigureRendering.renderer,
      onExit: { signals.wake() })
    transport.start(dispatcher) { writeAll("elbo kernel: \($0)\n", to: STDERR_FILENO) }
    dispatcher.start()
    if process.environment["JPY_PARENT_PID"] != nil { transport.watchParent(dispatcher) }
    _ = answerSignals(dispatcher, process)
    transport.close()
    return 0
  }

  /// The main thread: Ctrl-C interrupts, the others end the kernel; returns when it is to end, true when by a signal.
  private func answerSignals(_ dispatcher: Dispatcher, _ process: ProcessContext) -> Bool {
    var isEnded = false
    process.signals.wait { signal in
      switch signal {
      case .interrupt: dispatcher.interrupt()
      case .terminate, .hangUp:
        isEnded = true
        dispatcher.shutDown()
      case .stop: SignalSource.suspendProcess()
      case .windowChanged, .continued: break
      }
    }
    return isEnded
  }
}
