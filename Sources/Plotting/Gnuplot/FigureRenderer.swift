import CGnuplot
import Glibc
import Tensors

/// Draws figures. Owns one gnuplot, started with the first figure that needs it and again after a failure.
///
/// Used from one thread at a time.
package final class FigureRenderer {
  private var process: OpaquePointer?
  private var serial = 0
  private let program: String
  private let seconds: Int

  package enum Format: String, Sendable, CaseIterable { case png, svg, pdf }

  /// - Parameters:
  ///   - program: The gnuplot to start, looked up on PATH.
  ///   - seconds: How long one figure may take.
  package init(program: String = "gnuplot", seconds: Int = 20) { (self.program, self.seconds) = (program, seconds) }

  deinit { if let process { elbo_gnuplot_stop(process, 200) } }

  /// The picture as a file's bytes.
  package func bytes(_ figure: Figure, _ format: Format, width: Int = 800, height: Int = 560) throws(PlotError)
    -> [UInt8]
  {
    if case .images(let grid) = figure.kind {
      let picture = GridPicture(grid, theme: figure.theme)
      switch format {
      case .png: return PNG.encode(picture)
      case .svg: return picture.svg
      case .pdf: break
      }
      throw .unknownFormat("pdf for images; use png or svg")
    }
    let background = Palette(figure.theme).background
    let terminal =
      switch format {
      case .png: "pngcairo size \(width),\(height) font 'Sans,11' background rgb '\(background)'"
      case .svg: "svg size \(width),\(height) font 'Sans,12' background rgb '\(background)' dynamic"
      case .pdf:
        "pdfcairo size \(Double(width) / 100),\(Double(height) / 100) font 'Sans,11' background rgb '\(background)'"
      }
    let script = GnuplotScript(figure)
    return try run("set terminal \(terminal)\n" + script.commands, script.data)
  }

  /// A picture in characters: half blocks for images, gnuplot's own for the rest.
  package func text(_ figure: Figure, columns: Int, rows: Int, color: Bool) throws(PlotError) -> String {
    if case .images(let grid) = figure.kind {
      return HalfBlocks.text(GridPicture(grid, theme: figure.theme), columns: columns, color: color)
    }
    let script = GnuplotScript(figure)
    let terminal = "set terminal dumb size \(columns),\(rows) \(color ? "ansi256" : "mono") aspect 1\n"
    let drawn = try run(
      terminal + script.commands.split(separator: "\n").filter { !$0.hasPrefix("set grid") }.joined(separator: "\n")
        + "\n", script.data)
    return String(decoding: drawn.drop { $0 == 12 || $0 == 10 }, as: UTF8.self)
  }

  /// Writes a file by its ending: png, svg, pdf, or gp for the script.
  package func write(_ figure: Figure, to path: String) throws(PlotError) {
    let ending = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
    let bytes: [UInt8]
    if let format = Format(rawValue: ending) {
      bytes = try self.bytes(figure, format)
    } else {
      throw .unknownFormat(ending)
    }
    do {
      try bytes.withUnsafeBytes { try FileBytes.write([$0], to: path) }
    } catch let error as FileError {
      throw .file(path: error.path, reason: error.reason)
    } catch { throw .file(path: path, reason: "\(error)") }
  }

  private func run(_ commands: String, _ data: [Float]) throws(PlotError) -> [UInt8] {
    if process == nil {
      var started: OpaquePointer?
      let failed = elbo_gnuplot_start(program, &started)
      guard failed == 0, let started else {
        throw failed == ENOENT ? .missing : .failed(String(cString: strerror(failed)))
      }
      process = started
    }
    guard let process else { throw .missing }
    serial += 1
    let mark = "ELBO-ACK-\(serial)"
    // `set output` closes the picture; errors abort the plot but not the lines after it.
    let text = "set output\nreset errors\n\(commands)set output\nprint '\(mark)', GPVAL_ERRNO, ' ', GPVAL_ERRMSG\n"
    _ = elbo_gnuplot_clear_data(process)
    let stored = data.withUnsafeBytes { elbo_gnuplot_append_data(process, $0.baseAddress, $0.count) }
    guard stored == 0 else { throw .failed(String(cString: strerror(stored))) }
    let status = text.withCString {
      elbo_gnuplot_run(process, $0, strlen($0), mark, Int64(seconds) * 1000, nil, nil)
    }
    let messages = Self.string(elbo_gnuplot_messages, process)
    switch Int(status) {
    case Int(ELBO_GNUPLOT_OK): break
    case Int(ELBO_GNUPLOT_TIMED_OUT):
      stop()
      throw .timedOut(seconds: seconds)
    default:
      stop()
      throw .died(messages)
    }
    let acknowledged = messages.split(separator: "\n").first { $0.hasPrefix(mark) }
    let answer = acknowledged.map { String($0.dropFirst(mark.utf8.count)) } ?? ""
    guard answer.drop(while: { $0 == " " }).hasPrefix("0") else {
      throw .failed(messages.split(separator: "\n").filter { !$0.hasPrefix(mark) }.joined(separator: " "))
    }
    var count = 0
    guard let start = elbo_gnuplot_output(process, &count) else { return [] }
    return Array(UnsafeRawBufferPointer(start: start, count: count))
  }

  private func stop() {
    if let process { elbo_gnuplot_stop(process, 100) }
    process = nil
  }

  private static func string(
    _ read: (OpaquePointer, UnsafeMutablePointer<Int>) -> UnsafePointer<CChar>?, _ process: OpaquePointer
  ) -> String {
    var count = 0
    guard let start = read(process, &count) else { return "" }
    return String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
  }
}
