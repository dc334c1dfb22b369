import Glibc
import Notebook
import Plotting
import Synchronization
import Terminal

/// Shows what cells say on standard output: text as it comes, a progress bar when that is a terminal, long text through the
/// pager at a prompt.
final class TerminalFrontEnd: FrontEnd, Sendable {
  private struct State {
    var progress = ProgressLine()
    /// Lines of the live figure above the bar.
    var figureLines = 0
    /// Why standard output is gone: a closed pipe, a full disk.
    var closedBy: Int32?
    var shown: [Output] = []
  }
  private let process: ProcessContext
  private let pager: Pager?
  /// At a prompt: long text is paged, transcripts are kept.
  let keepsTranscripts: Bool
  private let interruption: Interruption
  private let state = Mutex(State())
  private let screen: FigureScreen

  init(process: ProcessContext, isPrompt: Bool, interruption: Interruption) {
    self.process = process
    self.interruption = interruption
    keepsTranscripts = isPrompt
    screen = FigureScreen(process: process, interruption: interruption)
    pager = isPrompt ? Pager(environment: process.environment) : nil
  }

  var width: Int { process.screen.columns }
  var closedBy: Int32? { state.withLock { $0.closedBy } }

  func emit(_ event: Event) {
    state.withLock { state in
      switch event {
      case .output(let output):
        write(state.progress.hide(), &state)
        show(output, &state)
      case .progress(let progress):
        guard process.outputIsTerminal else { return }
        if let figure = progress.figure { showLive(figure, progress, &state) }
        let bar = ProgressBar(columns: process.screen.columns, color: process.outputColor)
        if let bytes = state.progress.update(progress, now: monotonicSeconds(), bar: bar) { write(bytes, &state) }
      case .progressEnded:
        write(state.progress.end(), &state)
        // The last figure stays.
        state.figureLines = 0
      }
    }
  }

  /// A line of our own, between what the cell says.
  func remark(_ text: String) {
    state.withLock { state in
      write(state.progress.hide(), &state)
      write(Style.faint.apply(text, process.outputColor) + "\n", &state)
    }
  }

  func ask(_ prompt: String) -> String? {
    guard process.isInteractive else { return nil }
    state.withLock { state in
      write(state.progress.hide(), &state)
      write(prompt, &state)
    }
    return readLine(strippingNewline: true)
  }

  /// Draws a live figure over the one before it, in one write so that nothing flickers.
  private func showLive(_ figure: Figure, _ progress: Progress, _ state: inout State) {
    guard let text = screen.live(figure, progress.figureTerminal) else { return }
    var bytes = state.progress.hide()
    if state.figureLines > 0 { bytes += "\u{1B}[\(state.figureLines)A" }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast(text.hasSuffix("\n") ? 1 : 0)
    bytes += lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J"
    state.figureLines = lines.count
    write(bytes, &state)
  }

  private func show(_ output: Output, _ state: inout State) {
    if let figure = output.figure, let drawn = screen.text(figure, output.figureTerminal) {
      write(drawn, &state)
      if output.text == figure.summary { return }
    }
    // What nobody draws is said in numbers.
    let record = output.record
    guard !record.isEmpty else { return }
    let text = record.hasSuffix("\n") ? record : record + "\n"
    let styled = output.role == .note ? faint(String(text.dropLast())) + "\n" : text
    if let pager, Pager.isNeeded(for: text, on: process.screen), pager.show(styled) { return }
    write(styled, &state)
  }

  /// Remarks are prose of any length; a terminal would break them within words.
  private func faint(_ remark: String) -> String {
    Style.faint.apply(
      process.outputIsTerminal ? TextWidth.wrap(remark, to: width) : remark, process.outputColor)
  }

  private func write(_ text: String, _ state: inout State) {
    if text.isEmpty || state.closedBy != nil { return }
    if !writeAll(text, to: STDOUT_FILENO) {
      state.closedBy = errno
      interruption.request()
    }
  }
}
