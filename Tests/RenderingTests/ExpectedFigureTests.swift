import Figures
import Foundation
import Rendering
import Testing

/// Script and data of every kind of figure, compared with those that were looked at and found good.
///
/// `ELBO_RECORD_FIGURES=1 swift test --filter ExpectedFigureTests` writes them anew; look at what changed with
/// `gnuplot -persist Tests/PlottingTests/Expected/NAME.gp`.
@Suite struct ExpectedFigureTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "Expected")

  @Test(arguments: SampleFigures.named.keys.sorted()) func scriptAndDataAreThoseThatWereLookedAt(name: String) throws {
    let figure = try #require(SampleFigures.named[name])
    for (ending, text) in [("gp", GnuplotScript(figure).standalone), ("csv", figure.csv)] {
      let file = Self.folder.appendingPathComponent("\(name).\(ending)")
      if ProcessInfo.processInfo.environment["ELBO_RECORD_FIGURES"] != nil {
        try text.write(to: file, atomically: true, encoding: .utf8)
      }
      let expected = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      let found = text.split(separator: "\n")
      #expect(found.count == expected.count, "\(name).\(ending)")
      for (line, (a, b)) in zip(found, expected).enumerated() where a != b {
        Issue.record("\(name).\(ending), line \(line + 1): \(a)\nexpected: \(b)")
        break
      }
    }
  }
}
