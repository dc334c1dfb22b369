import Figures
import Glibc
import POSIX
import SessionCore
import Synchronization
import Tensors
import Terminal
import Text

/// Shows the output of cells on standard output: text as it arrives, a progress bar on a terminal, long text in the
/// pager at a prompt.
package final class TerminalFrontEnd: FrontEnd, Sendable {
  private struct State {
    var progress = ProgressLine()
    /// Lines of the live figure above the bar.
    var figureLines = 0
    /// The error of standard output: a closed pipe, a full disk.
    var closedBy: Int32?
    /// A pager has the screen.
    var isPaging = false
    /// A transcript is written.
    var isRecording = false
  }
  private let process: ProcessContext
  private let pager: Pager?
  /// At a prompt: long text is paged, transcripts are kept.
  package let keepsTranscripts: Bool
  private let interruption: Interruption
  private let state = Mutex(State())
  private let screen: FigureScreen

  package init(process: ProcessContext, isPrompt: Bool, interruption: Interruption) {
    self.process = process
    self.interruption = interruption
    keepsTranscripts = isPrompt
    screen = FigureScreen(process: process, interruption: interruption)
    pager = isPrompt ? Pager(environment: process.environment) : nil
  }

  package var width: Int { process.screen.columns }
  package var isRecording: Bool {
    get { state.withLock { $0.isRecording } }
    set { state.withLock { $0.isRecording = newValue } }
  }
  package var closedBy: Int32? { state.withLock { $0.closedBy } }

  package func emit(_ event: Event) {
    let paged = state.withLock { state -> String? in
      switch event {
      case .output(let output):
        write(state.progress.hide(), &state)
        return show(output, &state)
      case .progress(let progress):
        guard process.outputIsTerminal else { return nil }
        if let figure = progress.figure { showLive(figure, progress, &state) }
        let bar = ProgressBar(columns: process.screen.columns, color: process.outputColor)
        if let bytes = state.progress.update(progress, now: monotonicSeconds(), bar: bar) { write(bytes, &state) }
      case .progressEnded:
        write(state.progress.end(), &state)
        // The last figure stays.
        state.figureLines = 0
      }
      return nil
    }
    if let paged { page(paged) }
  }

  /// Shows text in the pager. Nothing is locked meanwhile: signals are answered, and Ctrl-C or the end of the program
  /// ends the pager.
  private func page(_ text: String) {
    guard let pager else { return }
    state.withLock { $0.isPaging = true }
    let interruption = interruption
    let wasShown = WorkClock.excluding { pager.show(text) { interruption.isRequested } }
    state.withLock { state in
      state.isPaging = false
      if !wasShown { write(text, &state) }
    }
  }

  /// A line of the program between the output of the cell.
  package func remark(_ text: String) {
    state.withLock { state in
      // The screen is the pager's, and what was remarked on is over when it ends.
      if state.isPaging { return }
      write(state.progress.hide(), &state)
      write(Style.faint.apply(text, process.outputColor) + "\n", &state)
    }
  }

  package func pass(_ bytes: [UInt8]) -> Bool {
    guard !process.outputIsTerminal else { return false }
    state.withLock { state in
      if state.closedBy != nil { return }
      let failure = bytes.withUnsafeBytes { Descriptor.write($0, to: STDOUT_FILENO) }
      guard failure != 0 else { return }
      state.closedBy = failure
      interruption.request()
    }
    return true
  }

  package func ask(_ prompt: String) -> String? {
    guard process.isInteractive else { return nil }
    state.withLock { state in
      write(state.progress.hide(), &state)
      write(VisibleText.lines(prompt), &state)
    }
    return WorkClock.excluding { readLine(strippingNewline: true) }
  }

  /// `x = !command`, at a prompt.
  package func capture(_ command: String, _ interruption: Interruption) -> ShellCapture? {
    guard keepsTranscripts else { return nil }
    state.withLock { state in write(state.progress.hide(), &state) }
    guard let (text, status) = CapturedShell.run(command, isUnwanted: { interruption.isRequested }) else {
      return ShellCapture(text: "", failure: "the shell could not be started")
    }
    let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 0
    let failure = status & 0x7F != 0 ? "ended by signal \(status & 0x7F)" : code != 0 ? "exit code \(code)" : nil
    return ShellCapture(text: text, failure: failure)
  }

  /// Draws a live figure over the one before it, in one write so that nothing flickers.
  private func showLive(_ figure: Figure, _ progress: Progress, _ state: inout State) {
    guard let text = screen.live(figure, progress.figureDisplay) else { return }
    var bytes = state.progress.hide()
    if state.figureLines > 0 { bytes += "\u{1B}[\(state.figureLines)A" }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast(text.hasSuffix("\n") ? 1 : 0)
    bytes += lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J"
    state.figureLines = lines.count
    write(bytes, &state)
  }

  /// Writes an output; the text that is left for the pager, if any.
  private func show(_ output: Output, _ state: inout State) -> String? {
    if let figure = output.figure, let drawn = screen.text(figure, output.figureDisplay) {
      write(drawn, &state)
      if output.text == figure.summary { return nil }
    }
    // A live figure that cannot be drawn is replaced by numbers.
    let record = output.record
    guard !record.isEmpty else { return nil }
    let broken = process.outputIsTerminal && !output.isData ? HangingText.wrapped(record, to: width) : record
    let text = broken.hasSuffix("\n") ? broken : broken + "\n"
    let styled =
      output.role == .note ? Style.faint.apply(String(text.dropLast()), process.outputColor) + "\n" : text
    if pager != nil, Pager.isNeeded(for: text, on: process.screen), !hasTypedAhead() { return styled }
    write(styled, &state)
    return nil
  }

  private func write(_ text: String, _ state: inout State) {
    if text.isEmpty || state.closedBy != nil { return }
    if !writeAll(text, to: STDOUT_FILENO) {
      state.closedBy = errno
      interruption.request()
    }
  }
}
