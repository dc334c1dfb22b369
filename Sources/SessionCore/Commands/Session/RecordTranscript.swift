/// What a cell asks of its front end about the transcript.
package enum TranscriptRequest: Equatable, Sendable {
  case start(path: String)
  case stop
}

/// `transcript on FILE`: the front end writes input and output to a session file.
package struct RecordTranscript: DeclaredCommand {
  package init() {}

  package static let about = About(
    "transcript", family: .session, summary: "record the session to a file that replays and verifies",
    details: """
      'transcript on run.session' writes the cells so far and every later one, with their output, to a session file; \
      'transcript off' ends it. 'elbo replay --verify run.session' runs it again and compares, bit for bit on the same \
      machine. A training that was interrupted runs to completion in the replay.
      """,
    examples: [
      .init("transcript on run.session", "starts recording"), .init("transcript off", "ends it"),
    ])

  @Argument(help: "on or off") var state: Bool
  @Argument(.path, help: "the session file to write") var path: String?

  package func run(_ call: Call) throws -> Value {
    let execution = call.execution
    guard execution.frontEnd.keepsTranscripts else {
      throw $state.fault(
        .notSupported, "transcripts are available at the prompt only", fix: "Write one with: history > run.session")
    }
    guard state else {
      execution.transcriptRequest = .stop
      return .nothing
    }
    guard let path else {
      throw $state.fault(
        .missingArgument, "transcript needs a file", fix: "Example: transcript on run.session")
    }
    execution.transcriptRequest = .start(path: execution.expanded(path))
    execution.note("recording to \(path); 'transcript off' ends it")
    return .nothing
  }
}
