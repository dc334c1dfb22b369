/// What a cell asks of its front end about the transcript.
package enum TranscriptRequest: Equatable, Sendable {
  case start(path: String)
  case stop
}

/// `transcript on FILE`: the front end writes input and output to a session file.
package enum TranscriptCommand {
  package static let all = [transcript]

  private static let transcript = Command(
    "transcript", family: .session, summary: "record the session to a file that replays and verifies",
    details: """
      'transcript on run.session' writes the cells so far and every later one, with their output, to a session file; \
      'transcript off' ends it. 'elbo replay --verify run.session' runs it again and compares, bit for bit on the same \
      machine. A training that was interrupted runs to completion in the replay.
      """,
    positionals: [
      Positional("state", .flag, help: "on or off"),
      Positional("path", .path, required: false, help: "the session file to write"),
    ],
    examples: [
      .init("transcript on run.session", "starts recording"), .init("transcript off", "ends it"),
    ]
  ) { arguments, execution in
    guard execution.frontEnd.keepsTranscripts else {
      throw arguments.fault(
        .notSupported, "transcripts are available at the prompt only", at: "state",
        fix: "Write one with: history > run.session")
    }
    guard arguments.flag("state") else {
      execution.transcriptRequest = .stop
      return .nothing
    }
    guard let path = arguments.text("path") else {
      throw arguments.fault(
        .missingArgument, "transcript needs a file", at: "state", fix: "Example: transcript on run.session")
    }
    execution.transcriptRequest = .start(path: execution.expanded(path))
    execution.note("recording to \(path); 'transcript off' ends it")
    return .nothing
  }
}
