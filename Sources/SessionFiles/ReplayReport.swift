/// The results of the replay of one file.
package struct ReplayReport: Equatable, Sendable {
  /// The path as given on the command line.
  package let path: String
  package let file: SessionFile
  package let results: [CommandResult]
  package let tolerance: Tolerance

  package init(path: String, file: SessionFile, results: [CommandResult], tolerance: Tolerance) {
    self.path = path
    self.file = file
    self.results = results
    self.tolerance = tolerance
  }

  package var agrees: Bool { results.allSatisfy(\.agrees) }
  package var mismatches: Int { results.count { !$0.agrees } }
  package var seconds: Double { results.reduce(0) { $0 + $1.seconds } }

  /// The file with updated output; lines that agree are unchanged.
  package var updated: SessionFile {
    rewritten { $0.updatedExpectation(tolerance: tolerance) }
  }

  /// The file with all output replaced.
  package var recorded: SessionFile {
    rewritten { result in result.actual.indices.map { result.written($0) } }
  }

  private func rewritten(_ lines: (CommandResult) -> [String]) -> SessionFile {
    var next = results.makeIterator()
    var copy = file
    copy.items = file.items.map { item in
      guard case .command(var command) = item, let result = next.next() else { return item }
      command.expected = lines(result)
      return .command(command)
    }
    return copy
  }
}
