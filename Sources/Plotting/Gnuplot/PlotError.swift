/// A figure that could not be drawn; the session goes on.
package enum PlotError: Error, Equatable, Sendable, CustomStringConvertible {
  case missing
  case failed(String)
  case timedOut(seconds: Int)
  case died(String)
  case unknownFormat(String)
  case file(path: String, reason: String)

  package var description: String {
    switch self {
    case .missing: "gnuplot is not installed. Try: apt-get install gnuplot-nox"
    case .failed(let message): "gnuplot says: \(message)"
    case .timedOut(let seconds): "gnuplot gave no answer in \(seconds) s and was ended; the next figure starts it anew"
    case .died(let message):
      "gnuplot ended unexpectedly\(message.isEmpty ? "" : ": \(message)"); the next figure starts it anew"
    case .unknownFormat(let ending): "no figure format '\(ending)'. Formats: png, svg, pdf, gp, csv"
    case .file(let path, let reason): "\(path): \(reason)"
    }
  }
}
