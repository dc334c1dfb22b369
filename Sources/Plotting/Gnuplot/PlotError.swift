/// A figure that could not be drawn; the session goes on.
package enum PlotError: Error, Equatable, Sendable, CustomStringConvertible {
  case missing
  case failed(String)
  case timedOut(seconds: Int)
  case died(String)
  case cancelled
  case unknownFormat(String)
  case noWindow(terminal: String, known: [String])

  package var description: String {
    switch self {
    case .missing: "gnuplot is not installed"
    case .failed(let message): "gnuplot says: \(message)"
    case .timedOut(let seconds): "gnuplot gave no answer in \(seconds) s and was ended; the next figure starts it anew"
    case .died(let message):
      "gnuplot ended unexpectedly\(message.isEmpty ? "" : ": \(message)"); the next figure starts it anew"
    case .cancelled: "drawing was interrupted"
    case .unknownFormat(let ending): "no figure format '\(ending)'"
    case .noWindow(let terminal, let known):
      "this gnuplot opens no windows of kind '\(terminal)'\(known.isEmpty ? "" : "; it knows \(known.joined(separator: ", "))")"
    }
  }

  /// What to do about it.
  package var fix: String? {
    switch self {
    case .missing: "Try: apt-get install gnuplot-nox"
    case .unknownFormat: "Formats: \(FigureRenderer.Format.allCases.map(\.rawValue).joined(separator: ", "))."
    case .noWindow: "Try: apt-get install gnuplot-qt, or: set plot terminal=auto"
    default: nil
    }
  }

  /// Both, on one line.
  package var advice: String { fix.map { "\(description). \($0)" } ?? description }
}
