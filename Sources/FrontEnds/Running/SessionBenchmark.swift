import Foundation
import Notebook
import POSIX
import SessionCore

/// The latency of the session: cells with their workspace on disk, completion, opening a large workspace.
package struct SessionBenchmark {
  package struct Result: Encodable {
    package let what: String
    package let medianMilliseconds: Double
    package let slowest95Milliseconds: Double
    package let runs: Int
  }

  package static let cells = 1000
  package static let models = 10

  /// Measures in a folder of its own beside the temporary files.
  package static func run(_ show: (Result) throws -> Void) throws {
    let folder = URL(fileURLWithPath: try TemporaryFolder(named: "elbo-bench").path)
    defer { try? FileManager.default.removeItem(at: folder) }
    let options = SessionOptions(workspace: folder.appendingPathComponent("work.elbodb").path)
    let session = try Session(options)
    func cell(_ source: String) throws {
      let outcome = session.execute(source, frontEnd: SilentFrontEnd(), interruption: Interruption())
      if case .failed(let diagnostic) = outcome.status { throw diagnostic }
    }
    try show(
      time("a trivial cell, written to disk before it is shown", runs: cells - models - 2) { try cell("x = \($0)") })
    try cell("load digits as=d")
    for index in 0..<models { try cell("model m\(index) mlp latent=20 seed=\(index)") }
    try cell("z = encode m0 d.test")
    for line in ["", "tr", "train m", "train m0 on=", "x + me", "train m0 opti", "z[label=", "load dig"] {
      let cursor = line.unicodeScalars.count
      try show(time("completion of '\(line)'", runs: 200) { _ in _ = session.complete(line, cursor: cursor) })
    }
    session.close()
    // The first session holds the lock until it is deallocated, so a copy of the file is opened.
    let copy = folder.appendingPathComponent("copy.elbodb").path
    try FileManager.default.copyItem(atPath: folder.appendingPathComponent("work.elbodb").path, toPath: copy)
    try show(
      time("opening a workspace of \(cells) cells and \(models) models", runs: 9) { _ in
        try Session(SessionOptions(workspace: copy)).close()
      })
  }

  private static func time(_ what: String, runs: Int, _ body: (Int) throws -> Void) throws -> Result {
    var times: [Double] = []
    for run in 0..<runs {
      let start = ContinuousClock.now
      try body(run)
      let spent = ContinuousClock.now - start
      times.append(Double(spent.components.seconds) * 1e3 + Double(spent.components.attoseconds) * 1e-15)
    }
    times.sort()
    return Result(
      what: what, medianMilliseconds: times[times.count / 2], slowest95Milliseconds: times[times.count * 95 / 100],
      runs: runs)
  }

  /// Shows nothing.
  private final class SilentFrontEnd: FrontEnd {
    let width = 80
    func emit(_ event: Event) {}
    func ask(_ prompt: String) -> String? { nil }
  }
}
