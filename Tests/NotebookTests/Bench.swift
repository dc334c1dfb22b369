import Language
import Notebook
import SessionCore
import Testing

/// A front end that keeps what it is shown.
final class Recorder: FrontEnd {
  var width = 80
  var outputs: [Output] = []
  var progress: [Progress] = []
  func emit(_ event: Event) {
    switch event {
    case .output(let output): outputs.append(output)
    case .progress(let moment): progress.append(moment)
    case .progressEnded: break
    }
  }
  func ask(_ prompt: String) -> String? { nil }
}

/// A session at a bench: run lines, look at what they say.
struct Bench {
  let session: Session
  let recorder = Recorder()
  let interruption = Interruption()

  init(_ options: SessionOptions = SessionOptions()) throws { session = try Session(options) }

  @discardableResult func run(_ source: String) -> CellOutcome {
    recorder.outputs = []
    return session.execute(source, frontEnd: recorder, interruption: interruption)
  }

  /// Texts shown by a cell that must succeed.
  func shown(_ source: String, sourceLocation: SourceLocation = #_sourceLocation) -> [String] {
    let outcome = run(source)
    #expect(outcome.status == .ok, "\(source)", sourceLocation: sourceLocation)
    return outcome.outputs.map(\.text)
  }

  /// The diagnostic of a cell that must fail.
  func failure(_ source: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> Diagnostic {
    let outcome = run(source)
    guard case .failed(let diagnostic) = outcome.status else {
      Issue.record("'\(source)' gave \(outcome.outputs.map(\.text))", sourceLocation: sourceLocation)
      throw NotFailed()
    }
    return diagnostic
  }
  struct NotFailed: Error {}
}
