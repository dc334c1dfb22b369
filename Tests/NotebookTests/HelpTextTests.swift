import Glibc
import Notebook
import SessionCore
import Testing
import Text

/// Help as people read it, against recorded pages. After a change of the command table, record them anew and look at the
/// difference: ELBO_RECORD=1 swift test --filter HelpTextTests
@Suite struct HelpTextTests {
  private static let folder = String(#filePath.dropLast("HelpTextTests.swift".count)) + "Fixtures/"

  /// Pages by file: the overview, every family, the topics and the theory.
  static let files = ["overview", "topics", "explain", "functions"] + Command.Family.allCases.map(name(of:))

  private static func name(of family: Command.Family) -> String {
    String(family.rawValue.lowercased().prefix { $0 != " " })
  }

  private static func lines(_ file: String) -> [String] {
    switch file {
    case "overview": return ["help", "examples"]
    case "topics": return ["help language", "help results", "help prompt", "help errors", "set"]
    case "functions": return ["help functions", "help slerp"]
    case "explain":
      let terms = [
        "vae", "encoder", "latent", "reparameterization", "elbo", "reconstruction", "kl", "collapse", "evaluation",
        "versus", "generation", "denoising", "compression", "features",
      ]
      return ["explain"] + terms.map { "explain \($0)" }
    default:
      return CommandTable.standard.commands.filter { name(of: $0.family) == file }.map { "help \($0.verb)" }
    }
  }

  @Test(arguments: files) func pagesAreAsRecorded(file: String) throws {
    let bench = try Bench()
    let text = Self.lines(file).map { "elbo> \($0)\n\(bench.shown($0).joined(separator: "\n"))\n" }
      .joined(separator: "\n")
    let path = Self.folder + file + ".txt"
    if getenv("ELBO_RECORD") != nil {
      try #require(fopen(path, "w").map { fputs(text, $0) + fclose($0) } != nil)
    }
    let recorded = try contents(of: path)
    let (now, before) = (text.split(separator: "\n"), recorded.split(separator: "\n"))
    let place = zip(now, before).first { $0 != $1 }
    #expect(
      text == recorded,
      """
      Fixtures/\(file).txt is not what help says now\(place.map { ": '\($0.1)' became '\($0.0)'" } ?? ""). \
      If that is right: ELBO_RECORD=1 swift test --filter HelpTextTests
      """)
  }

  @Test func everyPageFitsATerminal() throws {
    let bench = try Bench()
    for file in Self.files {
      for source in Self.lines(file) {
        for line in bench.shown(source).flatMap({ $0.split(separator: "\n") }) {
          // Layers as text make a long line, which a person has to type as one.
          #expect(TextWidth.columns(line) <= 80 || line.contains("encoder="), "\(source): \(line)")
        }
      }
    }
  }

  /// The words of a page are the same on every screen, and no line is wider unless a word is.
  @Test(arguments: [40, 60, 80, 120]) func everyPageIsLaidOutForItsScreen(width: Int) throws {
    let (bench, usual) = (try Bench(), try Bench())
    bench.recorder.width = width
    func words(_ texts: [String]) -> [Substring] { texts.flatMap { $0.split { $0 == " " || $0 == "\n" } } }
    for source in Self.files.flatMap(Self.lines) + ["help train epochs", "help E104", "help vars optimizer"] {
      let page = bench.shown(source)
      let laidOut = page.compactMap { $0.split(separator: "\nShow it\n").first }
      for line in laidOut.flatMap({ $0.split(separator: "\n") }) {
        // What is to be copied is whole.
        if Self.isExample(line) { continue }
        let widest = line.split(separator: " ").map { TextWidth.columns($0) }.max() ?? 0
        #expect(TextWidth.columns(line) <= width || widest > width - 10, "\(source): \(line)")
        // Nothing is squeezed into a few columns at the right edge.
        #expect(line.prefix { $0 == " " }.count <= max(20, width - 22), "\(source): \(line)")
      }
      #expect(words(page) == words(usual.shown(source)), "\(source)")
    }
  }

  private static func isExample(_ line: Substring) -> Bool {
    let text = line.drop { $0 == " " }
    return CommandTable.standard.commands.contains { $0.examples.contains { $0.line == text } }
  }

  @Test func optionsHaveColumnsWhereThereIsRoomForThem() throws {
    let bench = try Bench()
    func lines(_ width: Int, _ source: String, _ start: String) -> [String] {
      bench.recorder.width = width
      let all = bench.shown(source)[0].split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      let first = all.firstIndex { $0.hasPrefix(start) } ?? 0
      return Array(all[first..<min(first + 4, all.count)])
    }
    #expect(
      lines(40, "help train", "  patience=N").prefix(3) == [
        "  patience=N", "      early stopping: stop after N", "      epochs without improvement and",
      ])
    #expect(
      lines(60, "help train", "  patience=N").prefix(2) == [
        "  patience=N             early stopping: stop after N epochs",
        "                         without improvement and restore the",
      ])
    #expect(
      lines(40, "help language", "  z[0]").prefix(3) == [
        "  z[0]  z[0..9]  z[-1]  z[:, 2]", "      rows and columns; a range includes",
        "      both ends, ..< excludes the last",
      ])
    #expect(lines(120, "help language", "  z[0]")[0].hasSuffix("a range includes both ends, ..< excludes the last"))
    #expect(
      lines(40, "help functions", "  mean(").prefix(2) == [
        "  mean(x, axis=0)", "      mean over the rows (axis 0); of a",
      ])
  }

  @Test func everyCommandHasExamplesThatCanBeRead() throws {
    let session = try Bench().session
    for command in CommandTable.standard.commands {
      #expect(!command.examples.isEmpty, "\(command.verb)")
      for example in command.examples {
        #expect(session.completeness(example.line) == .complete, "\(example.line)")
        #expect(example.line.contains(command.verb) || example.line.hasPrefix("?"), "\(example.line)")
      }
    }
  }

  @Test func everyOptionHasADefaultOrSaysWhatItIsWithout() {
    for command in CommandTable.standard.commands {
      for option in command.options {
        #expect(!option.help.isEmpty, "\(command.verb) \(option.name)")
        if let text = option.defaultText {
          #expect(option.type.read(text) != nil, "\(command.verb) \(option.name)=\(text) is not one of its own values")
        }
      }
    }
  }

  @Test func helpIsReachedInEveryWay() throws {
    let bench = try Bench()
    let page = bench.shown("help train")
    #expect(bench.shown("?train") == page)
    #expect(bench.shown("train?") == page)
    #expect(bench.shown("? train") == page)
    #expect(bench.shown("help train epochs")[0].hasPrefix("epochs="))
    #expect(bench.shown("help E104")[0].contains("no variable has this name"))
    #expect(try bench.failure("help trian").fix == "Did you mean 'train'?")
    #expect(try bench.failure("explain elbow").fix == "Did you mean 'elbo'?")
  }

  @Test(arguments: [
    "vae", "encoder", "decoder", "latent", "reparameterization", "elbo", "reconstruction", "kl", "posterior collapse",
    "evaluation", "vae against autoencoder", "generation", "denoising", "compression", "features", "beta-vae",
    "capacity-vae", "denoising-vae", "cvae",
  ])
  func theTheoryHasAScreenOfEachTerm(term: String) throws {
    let bench = try Bench()
    _ = bench.shown("digits2 = load digits; net = model mlp hidden=4 latent=2")
    let page = bench.shown("explain \(term)")[0]
    #expect(page.split(separator: "\n", omittingEmptySubsequences: false).count <= 40, "more than a screen")
    let show = try #require(page.split(separator: "\nShow it\n").last, "no commands")
    for line in show.split(separator: "\n") {
      let line = line.drop { $0 == " " }
      #expect(bench.session.completeness(String(line)) == .complete, "\(line)")
      #expect(!line.contains(" on=d ") && !line.contains(" m "), "names of the session are used: \(line)")
    }
  }
}

/// The text of a file.
func contents(of path: String) throws -> String {
  let file = try #require(fopen(path, "r"), "no \(path)")
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
  return String(decoding: bytes, as: UTF8.self)
}
