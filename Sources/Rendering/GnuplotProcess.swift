import CGnuplot
import Glibc
import POSIX

/// One running gnuplot, started when first needed and again after a failure. Used from one thread at a time.
final class GnuplotProcess {
  private var process: OpaquePointer?
  private var serial = 0
  private let program: String
  /// The timeout of one figure.
  private let seconds: Int

  init(program: String, seconds: Int) { (self.program, self.seconds) = (program, seconds) }

  deinit { if let process { elbo_gnuplot_stop(process, 200) } }

  /// The process now running, for tests.
  var identifier: Int32? { process.map { elbo_gnuplot_pid($0) } }

  /// Runs commands; what they wrote on standard output, and their messages without our own.
  func run(
    _ commands: String, _ data: [Float], isCancelled: @Sendable () -> Bool
  ) throws(PlotError) -> (output: [UInt8], messages: String) {
    let process = try running()
    serial += 1
    let mark = "ELBO-ACK-\(serial)"
    // `set output` closes the picture; errors abort the plot but not the lines after it.
    let text =
      "set output\nreset errors\n\(commands)set output\nprint '\(mark) ', GPVAL_ERRNO, ' ', GPVAL_ERRMSG\n"
    _ = elbo_gnuplot_clear_data(process)
    let stored = data.withUnsafeBytes { elbo_gnuplot_append_data(process, $0.baseAddress, $0.count) }
    guard stored == 0 else { throw .failed("the data do not fit: " + SystemError(stored).description) }
    let status = withoutActuallyEscaping(isCancelled) { ask in
      var ask = ask
      return withUnsafeMutablePointer(to: &ask) { context in
        text.withCString { text in
          elbo_gnuplot_run(
            process, text, strlen(text), mark, Int64(seconds) * 1000,
            { context in context?.assumingMemoryBound(to: (@Sendable () -> Bool).self).pointee() ?? false }, context)
        }
      }
    }
    let messages = Self.string(elbo_gnuplot_messages, process)
    let otherMessages = Self.plain(messages.split(separator: "\n").filter { !$0.hasPrefix(mark) })
    switch Int(status) {
    case Int(ELBO_GNUPLOT_OK): break
    case Int(ELBO_GNUPLOT_TIMED_OUT):
      stop()
      throw .timedOut(seconds: seconds)
    case Int(ELBO_GNUPLOT_CANCELLED):
      stop()
      throw .canceled
    default:
      stop()
      throw .died(otherMessages)
    }
    let answer = messages.split(separator: "\n").last { $0.hasPrefix(mark) }?.dropFirst(mark.utf8.count) ?? ""
    guard answer.drop(while: { $0 == " " }).hasPrefix("0") else {
      throw .failed(otherMessages.isEmpty ? String(answer.drop { $0 == " " }) : otherMessages)
    }
    var count = 0
    guard let start = elbo_gnuplot_output(process, &count) else { return ([], otherMessages) }
    return (Array(UnsafeRawBufferPointer(start: start, count: count)), otherMessages)
  }

  private func running() throws(PlotError) -> OpaquePointer {
    if let process { return process }
    var started: OpaquePointer?
    let failed = elbo_gnuplot_start(program, &started)
    guard failed == 0, let started else {
      throw failed == ENOENT ? .missing : .failed(SystemError(failed).description)
    }
    process = started
    return started
  }

  private func stop() {
    if let process { elbo_gnuplot_stop(process, 100) }
    process = nil
  }

  /// gnuplot's message without its prompt, the echoed line of the script and the caret below it.
  private static func plain(_ lines: [Substring]) -> String {
    lines.map { $0.drop { $0 == " " } }
      .filter { !$0.isEmpty && !$0.hasPrefix("gnuplot>") && $0 != "^" }
      .joined(separator: " ")
  }

  private static func string(
    _ read: (OpaquePointer, UnsafeMutablePointer<Int>) -> UnsafePointer<CChar>?, _ process: OpaquePointer
  ) -> String {
    var count = 0
    guard let start = read(process, &count) else { return "" }
    return String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
  }
}
