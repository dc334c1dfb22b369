/// A figure that could not be drawn; the session continues.
package enum PlotError: Error, Equatable, Sendable, CustomStringConvertible {
  case missing
  case failed(String)
  case timedOut(seconds: Int)
  case died(String)
  case canceled
  case unknownFormat(String)
  case noWindow(terminal: String, known: [String])

  package var description: String {
    switch self {
    case .missing: "gnuplot is not installed"
    case .failed(let message): "gnuplot says: \(message)"
    case .timedOut(let seconds):
      "gnuplot did not respond within \(seconds) s and was terminated; the next figure restarts it"
    case .died(let message):
      "gnuplot ended unexpectedly\(message.isEmpty ? "" : ": \(message)"); the next figure restarts it"
    case .canceled: "drawing was interrupted"
    case .unknownFormat(let name): "no figure format '\(name)'"
    case .noWindow(let terminal, let known):
      "this gnuplot does not support the terminal '\(terminal)'\(known.isEmpty ? "" : "; it supports \(known.joined(separator: ", "))")"
    }
  }

  /// How to fix it.
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
