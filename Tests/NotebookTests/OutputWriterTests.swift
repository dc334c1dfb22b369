import Foundation
import Notebook
import SessionCore
import Synchronization
import Testing

/// Values are written in a form when somebody asks for it, by the writer that is registered for it.
@Suite struct OutputWriterTests {
  /// How often each writer ran.
  private final class Counts: Sendable {
    private let runs = Mutex<[String: Int]>([:])
    func add(_ name: String) { runs.withLock { $0[name, default: 0] += 1 } }
    /// What ran since the last call.
    func taken() -> [String: Int] {
      runs.withLock { runs in
        defer { runs = [:] }
        return runs
      }
    }
  }
  private let folder = Folder()
  private let counts = Counts()
  private let session: Session

  init() throws {
    let counts = counts
    let shape = OutputWriter("shape", "text/x-shape") { value, _ in
      guard case .tensor(let array) = value else { return nil }
      return .text(array.shape.dimensions.map(String.init).joined(separator: " "))
    }
    var knowledge = CommandTable.standard.knowledge
    knowledge.writers = OutputWriters(
      (OutputWriters.standard.all + [shape]).map { writer in
        OutputWriter(writer.fileExtension, writer.mimeType, isPicture: writer.isPicture, refusal: writer.refusal) {
          counts.add(writer.fileExtension)
          return try writer.write($0, $1)
        }
      })
    session = try Session(
      SessionOptions(), table: CommandTable(CommandTable.standard.commands, knowledge: knowledge))
  }

  private func run(_ source: String) -> CellOutcome {
    session.execute(source, frontEnd: Recorder(), interruption: Interruption())
  }

  @Test func aTensorThatIsShownIsWrittenInNoForm() throws {
    let outcome = run("z = normal(2000, 20, seed=1); z")
    #expect(outcome.outputs.last?.text.hasPrefix("2000×20 float32") == true)
    #expect(counts.taken() == [:])
    let output = try #require(outcome.outputs.last)
    // What a notebook keeps is bounded, and known to be too large before it is written.
    #expect(output.json(upTo: 65_536) == nil)
    #expect(counts.taken() == [:])
    #expect(output.html?.contains("<td") == true)
    #expect(counts.taken() == ["html": 1])
    #expect(output.json?["data"]?.arrayValue?.count == 2000)
    #expect(counts.taken() == ["json": 1])
  }

  @Test func aFileAndAFormatRunTheirWriterAndNoOther() throws {
    #expect(run("z = normal(4, 2, seed=1); z > \(folder.file("z.npy"))").status == .ok)
    #expect(counts.taken() == ["npy": 1])
    #expect(run("format json; z").outputs.last?.text.hasPrefix("{") == true)
    #expect(counts.taken() == ["json": 1])
    #expect(run("format csv; z").outputs.last?.text.hasPrefix("x0,x1") == true)
    #expect(counts.taken() == ["csv": 1])
    // A format that the value does not have leaves the text.
    #expect(run("format csv; plot histogram z").outputs.last?.text.hasPrefix("figure: ") == true)
  }

  @Test func aFormThatIsRegisteredCanBeWritten() throws {
    #expect(run("z = normal(4, 2, seed=1); z > \(folder.file("z.shape"))").status == .ok)
    #expect(try String(contentsOfFile: folder.file("z.shape"), encoding: .utf8) == "4 2")
    guard case .failed(let unknown) = run("z > \(folder.file("z.sheet"))").status,
      case .failed(let refused) = run("1 > \(folder.file("n.shape"))").status
    else { throw Bench.NotFailed() }
    #expect(unknown.fix?.contains("html, session (the history), shape; figures: png, svg, pdf, gif, gp.") == true)
    #expect(refused.message == "a number cannot be written as .shape")
  }
}
