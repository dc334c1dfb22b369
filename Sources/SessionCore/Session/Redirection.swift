import Language
import Rendering
import Tensors
import Text

/// `> path`: writes a value in the form that the path's extension names.
package struct Redirection {
  package let execution: Execution

  private var writers: OutputWriters { execution.table.knowledge.writers }

  /// What to type instead of an argument that was to name a file: `save=loss.png`, `out="x"`, `loss.png`.
  package func advice(_ key: String?, _ value: String) -> String? {
    let isFile = writers[fileExtension: Self.fileExtension(of: value)] != nil && !value.hasPrefix(".")
    let namesFile = ["save", "file", "filename", "out", "output", "path", "export"].contains(key)
    return isFile || namesFile ? "To write a file, end the line with: > \(isFile ? value : "NAME.png")" : nil
  }

  static func fileExtension(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return name.contains(".") ? name.split(separator: ".").last.map { $0.lowercased() } ?? "" : ""
  }

  /// Whether a path stands for standard output, in the form of its extension: `-.json`.
  static func isStandardOutput(_ path: String) -> Bool { path == "-" || path.hasPrefix("-.") }

  private func writer(_ redirect: Spanned<String>) throws -> OutputWriter {
    let fileExtension = Self.fileExtension(of: execution.expanded(redirect.value))
    if let writer = writers[fileExtension: fileExtension] { return writer }
    let (values, pictures) = writers.fileExtensions
    let known =
      "File extensions: \(values.map { $0 == "session" ? "session (the history)" : $0 }.joined(separator: ", ")); "
      + "figures: \(pictures.joined(separator: ", "))."
    guard redirect.value != "-" else {
      throw Fault(
        .formatNotSupported, "standard output needs a form", at: redirect.span, fix: "For example: > -.json or > -.csv")
    }
    let isNumber = Double(redirect.value) != nil || execution.lookup(redirect.value) != nil
    throw Fault(
      .formatNotSupported,
      fileExtension.isEmpty
        ? "'\(redirect.value)' has no file extension" : "unknown file extension '.\(fileExtension)'",
      at: redirect.span, fix: isNumber ? "Put comparisons in parentheses: (a > \(redirect.value))." : known)
  }

  /// Throws before any work is done when the file cannot be written or its extension is unknown.
  package func check(_ redirect: Spanned<String>, for statement: Statement) throws {
    let writer = try writer(redirect)
    if !Self.isStandardOutput(redirect.value) {
      let path = execution.expanded(redirect.value)
      try execution.checkWritable(path, shown: redirect.value, at: redirect.span)
      try FileWriting.check(path, shown: redirect.value, at: redirect.span)
    }
    if writer.isPicture, case .command(let verb, _)? = statement.stages.last?.content,
      let command = execution.table[verb.value], let returns = command.returns,
      returns.kind == .report || returns.kind == .table
    {
      throw Fault(
        .formatNotSupported,
        "\(command.verb) returns \(returns.name), not a figure",
        at: redirect.span, fix: "'plot' draws figures: plot loss m > \(redirect.value)")
    }
  }

  /// Writes `value` and returns a note about it; nil of what went to standard output.
  package func write(_ value: Value, to redirect: Spanned<String>) throws -> String? {
    let writer = try writer(redirect)
    let written: OutputWriter.Content?
    do { written = try writer.write(value, .init(execution: execution)) } catch let error as PlotError {
      if error == .canceled { throw Stopped() }
      throw Fault(.plotFailed, error.description, at: redirect.span, fix: error.fix)
    }
    guard let content = written else {
      let (message, fix) =
        writer.refusal?(value, redirect.value)
        ?? (
          "\(value.kind.phrase) cannot be written as .\(writer.fileExtension)",
          "Any value can be written as .json or .txt."
        )
      throw Fault(.formatNotSupported, message, at: redirect.span, fix: fix)
    }
    guard !Self.isStandardOutput(redirect.value) else {
      try print(content, content.fileBytes, to: redirect)
      return nil
    }
    let path = execution.expanded(redirect.value)
    if case .array(let tensor) = content {
      let count = try FileWriting.replace(path, with: tensor, shown: redirect.value, at: redirect.span)
      return "wrote \(redirect.value) (\(NumberText.bytes(count)))"
    }
    let bytes = content.fileBytes
    try FileWriting.replace(path, with: bytes, shown: redirect.value, at: redirect.span)
    return "wrote \(redirect.value) (\(NumberText.bytes(bytes.count)))"
  }

  /// To standard output: as it is where that is a file or a pipe, else as an output of the cell.
  private func print(_ content: OutputWriter.Content, _ bytes: [UInt8], to redirect: Spanned<String>) throws {
    if execution.frontEnd.pass(bytes) { return }
    if content.isBinary, String(validating: bytes, as: UTF8.self)?.contains("\0") != false {
      throw Fault(
        .formatNotSupported, "\(redirect.value): these bytes are not text, which is all that can be shown here",
        at: redirect.span, fix: "Write a file, or run elbo in a pipe: elbo -c '…' | …")
    }
    var output = Output(text: VisibleText.lines(String(decoding: bytes, as: UTF8.self)))
    output.isData = true
    execution.printed = output
  }
}
