import Datasets
import JSONText
import Language
import Networks
import SessionFiles
import Tensors

/// A parser that strangers' bytes reach, with what must hold for everything it reads.
///
/// `parser-fuzz` searches for inputs that break it, and `Cases/NAME/` keeps every one that ever did.
package enum FuzzedParser: String, CaseIterable, Sendable {
  case statements, completion, expressions, layers, session, json
  case npy, safetensors
  case table, idx, npz, images

  /// Reads `bytes`.
  ///
  /// - Throws: What no parser may let out. A refusal, with its place and words, is no error here.
  package func read(_ bytes: [UInt8]) throws {
    switch self {
    case .statements: try Self.readStatements(bytes)
    case .completion: try Self.readCursors(bytes)
    case .expressions: try Self.readExpression(bytes)
    case .layers: try Self.readLayers(bytes)
    case .session: try Self.readSession(bytes)
    case .json: try Self.readJSON(bytes)
    case .npy: _ = try TensorReaders.survive(bytes, name: "x.npy")
    case .safetensors: _ = try TensorReaders.survive(bytes, name: "x.safetensors")
    case .table: try Self.readData(bytes, "x.csv")
    case .idx: try Self.readData(bytes, "x.idx")
    case .npz: try Self.readData(bytes, "x.npz")
    case .images: try Self.readData(bytes, "x.png")
    }
  }

  /// How long inputs become: longer ones reach nothing new and take longer.
  package var maximumLength: Int {
    switch self {
    case .npz, .images: 8192
    case .statements, .completion, .expressions, .layers: 512
    default: 4096
    }
  }

  private static func readData(_ bytes: [UInt8], _ name: String) throws {
    // The options of `load` change with the length: every one of them comes along.
    _ = try DatasetReaders.survive(bytes, request: DatasetReaders.request(name, seed: bytes.count))
  }

  private static func readStatements(_ bytes: [UInt8]) throws {
    let source = SourceText(String(decoding: bytes, as: UTF8.self))
    let verbs: Set = ["train", "load", "model", "plot", "x", "help"]
    do throws(Fault) {
      _ = try Parser(source) { verbs.contains($0) }.statements()
    } catch { try check(error, source) }
  }

  private static func readCursors(_ bytes: [UInt8]) throws {
    let source = SourceText(String(decoding: bytes, as: UTF8.self))
    for cursor in stride(from: 0, through: source.bytes.count, by: 1 + source.bytes.count / 16) {
      let context = CursorContext(source, cursor: cursor)
      try expect(context.partial.upperBound <= cursor, "a partial word beyond the cursor")
      try expect(context.brackets.allSatisfy { $0 < cursor }, "a bracket beyond the cursor")
    }
  }

  private static func readExpression(_ bytes: [UInt8]) throws {
    let source = SourceText(String(decoding: bytes, as: UTF8.self))
    do throws(Fault) {
      var parser = try ExpressionParser(source, range: 0..<source.bytes.count)
      _ = try parser.whole()
    } catch { try check(error, source) }
  }

  private static func readLayers(_ bytes: [UInt8]) throws {
    let text = String(decoding: bytes, as: UTF8.self)
    let layers: [Layer]
    do throws(ArchitectureError) { layers = try LayerText.parse(text) } catch {
      try expect(error.span.upperBound <= text.utf8.count, "an error at \(error.span) of \(text.utf8.count) bytes")
      return
    }
    let written = LayerText.text(layers)
    try expect((try? LayerText.parse(written)) == layers, "written as '\(written)', read as something else")
  }

  private static func readSession(_ bytes: [UInt8]) throws {
    let file: SessionFile
    do throws(SessionHeader.Failure) { file = try SessionFile(String(decoding: bytes, as: UTF8.self)) } catch { return }
    let written = file.text
    try expect((try? SessionFile(written))?.text == written, "written and read, it is another file")
    for command in file.commands {
      for line in command.expected {
        let matcher = LineMatcher(line, tolerance: Tolerance(rtol: 1e-4, atol: 1e-6))
        _ = align([matcher], with: [line])
      }
    }
  }

  private static func readJSON(_ bytes: [UInt8]) throws {
    let value: JSON
    do throws(JSONError) { value = try JSON(parsing: bytes) } catch { return }
    let written = value.text()
    try expect((try? JSON(parsing: written))?.text() == written, "written as \(written), read as something else")
  }

  /// A refusal says something, at a place that is in the source.
  private static func check(_ fault: Fault, _ source: SourceText) throws {
    try expect(!fault.message.isEmpty, "a fault without a message")
    if let span = fault.span { try expect(span.upperBound <= source.bytes.count, "a fault beyond the source") }
    _ = Diagnostic(fault, source: String(decoding: source.bytes, as: UTF8.self)).rendered(color: false, width: 40)
  }

  private static func expect(_ isTrue: Bool, _ what: @autoclosure () -> String) throws {
    if !isTrue { throw DatasetReaders.Weakness(what()) }
  }
}
