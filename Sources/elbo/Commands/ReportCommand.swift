import ArgumentParser
import FrontEnds
import Glibc
import SessionCore

/// `elbo report FILE.elbodb`: a workspace as one HTML page.
struct ReportCommand: ElboSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write a page of a workspace: data, models, measures, figures, commands.",
    discussion: """
      One HTML file that needs no other: it prints on paper and is light or dark as the browser is. The workspace is only \
      read, also while another program has it open. In a session: report > run.html
      """)

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The page to write; '-' is standard output (default: the workspace's name, in this folder).",
      valueName: "FILE.html"),
    completion: .file(extensions: ["html"]))
  var output: String?

  @Option(help: "Title of the page (default: the workspace's name).")
  var title: String?

  @Argument(
    help: ArgumentHelp("The workspace.", valueName: "file.elbodb"), completion: .file(extensions: ["elbodb"]))
  var workspace: String

  func validate() throws {
    if let output, output != "-", !output.lowercased().hasSuffix(".html") {
      throw ValidationError("--output: expected a file with the extension .html or '-', got '\(output)'.")
    }
  }

  func run(in process: ProcessContext) throws -> Int32 {
    var options = process.sessionOptions(workspace: workspace)
    options.readOnly = true
    let session = try startSession(options)
    let batchRun = try BatchRun(
      process: process, session: session, options: BatchOptions(format: .text, keepsGoing: false))
    let code = batchRun.run(BatchScript(text: statement, name: nil))
    return batchRun.end(code)
  }

  /// The statement that writes the page.
  private var statement: String {
    let path = output == "-" ? "-.html" : output ?? defaultPath
    let titled = title.map { " title=\(Self.quoted($0))" } ?? ""
    return "report\(titled) > \(Self.quoted(path))"
  }

  private var defaultPath: String {
    let file = workspace.split(separator: "/").last.map(String.init) ?? workspace
    return (file.hasSuffix(".elbodb") ? String(file.dropLast(7)) : file) + ".html"
  }

  private static func quoted(_ text: String) -> String { "\"\(PathWord.escaped(text, quote: "\""))\"" }
}
