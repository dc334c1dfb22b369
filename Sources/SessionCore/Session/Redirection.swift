import Glibc
import Language
import POSIX
import Rendering
import Tensors
import Text

/// `> path`: writes a value in the format that the path's extension names.
package struct Redirection {
  package let execution: Execution

  private static let pictures = ["png", "svg", "pdf", "gif", "gp"]
  private static let fileExtensions = ["json", "csv", "npy", "txt", "md", "html", "session"] + pictures

  /// What to type instead of an argument that was to name a file: `save=loss.png`, `out="x"`, `loss.png`.
  package static func advice(_ key: String?, _ value: String) -> String? {
    let isFile = fileExtensions.contains(fileExtension(of: value)) && !value.hasPrefix(".")
    let namesFile = ["save", "file", "filename", "out", "output", "path", "export"].contains(key)
    return isFile || namesFile ? "To write a file, end the line with: > \(isFile ? value : "NAME.png")" : nil
  }

  private static func fileExtension(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return name.contains(".") ? name.split(separator: ".").last.map { $0.lowercased() } ?? "" : ""
  }

  /// Throws before any work is done when the file cannot be written or its extension is unknown.
  package func check(_ redirect: Spanned<String>, for statement: Statement) throws {
    let path = execution.expanded(redirect.value)
    let fileExtension = Self.fileExtension(of: path)
    guard Self.fileExtensions.contains(fileExtension) else {
      let known =
        "File extensions: json, csv, npy, txt, md, html, session (the history); figures: png, svg, pdf, gif, gp."
      let isNumber = Double(redirect.value) != nil || execution.lookup(redirect.value) != nil
      throw Fault(
        .formatNotSupported,
        fileExtension.isEmpty
          ? "'\(redirect.value)' has no file extension" : "unknown file extension '.\(fileExtension)'",
        at: redirect.span, fix: isNumber ? "Put comparisons in parentheses: (a > \(redirect.value))." : known)
    }
    try execution.checkWritable(path, shown: redirect.value, at: redirect.span)
    try FileWriting.check(path, shown: redirect.value, at: redirect.span)
    if Self.pictures.contains(fileExtension), case .command(let verb, _)? = statement.stages.last?.content,
      let command = execution.table[verb.value], let returns = command.returns,
      returns.kind == .report || returns.kind == .table
    {
      throw Fault(
        .formatNotSupported,
        "\(command.verb) returns \(returns.name), not a figure",
        at: redirect.span, fix: "'plot' draws figures: plot loss m > \(redirect.value)")
    }
  }

  /// Writes `value` and returns a note about it.
  package func write(_ value: Value, to redirect: Spanned<String>) throws -> String {
    let path = execution.expanded(redirect.value)
    let fileExtension = Self.fileExtension(of: path)
    let bytes: [UInt8]
    switch fileExtension {
    case "json" where value.kind == .figure, "md" where value.kind == .figure:
      throw Fault(
        .formatNotSupported, "a figure cannot be written as .\(fileExtension)", at: redirect.span,
        fix: "Use .csv for its data, or .gp for its data with the gnuplot script.")
    case "json": bytes = Array((value.json.text(pretty: true) + "\n").utf8)
    case "csv":
      if case .figure(let figure) = value {
        bytes = Array(figure.csv.utf8)
        break
      }
      guard let csv = value.csv else { throw unsupported(value, "csv", redirect.span) }
      bytes = Array(csv.utf8)
    case "npy":
      guard case .tensor(let array) = try Arithmetic.vector(of: value) else {
        throw unsupported(value, "npy", redirect.span)
      }
      bytes = NPYText.bytes(of: array.tensor)
    case "session":
      guard case .table(let table) = value, table.columns.map(\.name) == ShowHistory.columns.map(\.name)
      else {
        throw Fault(
          .formatNotSupported, "only the history is written as a session file", at: redirect.span,
          fix: "Write: history > \(redirect.value)")
      }
      let numbers = Set(table.rows.compactMap { if case .count(let number)? = $0.first { number } else { nil } })
      let entries = execution.session.history.search("*", allSessions: false, withOutputs: true).filter {
        numbers.contains($0.number)
      }
      let header = SessionExport.header(execution.session, width: execution.width).line + "\n"
      bytes = Array((header + entries.map(SessionExport.text(of:)).joined()).utf8)
    case "png", "svg", "pdf", "gif", "gp":
      guard case .figure(let figure) = value, let format = FigureRenderer.Format(rawValue: fileExtension) else {
        throw Fault(
          .formatNotSupported, "\(value.kind.phrase) is not a figure", at: redirect.span,
          fix: "Draw it first, for example: … | plot grid > \(redirect.value)")
      }
      let interruption = execution.interruption
      do {
        bytes = try execution.options.renderer.bytes(figure, format) { interruption.isRequested }
      } catch {
        if error == .canceled { throw Stopped() }
        throw Fault(.plotFailed, error.description, at: redirect.span, fix: error.fix)
      }
    case "txt" where value.kind == .figure:
      guard case .figure(let figure) = value else { throw unsupported(value, "txt", redirect.span) }
      do {
        bytes = Array((try execution.options.renderer.text(figure, columns: 100, rows: 32, color: .none) + "\n").utf8)
      } catch { throw Fault(.plotFailed, error.description, at: redirect.span, fix: error.fix) }
    case "txt": bytes = Array((value.output(width: 120).text + "\n").utf8)
    case "md": bytes = Array((value.markdown + "\n").utf8)
    case "html":
      if case .figure(let figure) = value {
        do { bytes = try execution.options.renderer.bytes(figure, .svg) } catch {
          throw Fault(.plotFailed, error.description, at: redirect.span, fix: error.fix)
        }
        break
      }
      bytes = Array((value.html ?? "<pre>\(HTML.escaped(value.output(width: 120).text))</pre>").utf8)
    default: throw unsupported(value, fileExtension, redirect.span)
    }
    try FileWriting.replace(path, with: bytes, shown: redirect.value, at: redirect.span)
    return "wrote \(redirect.value) (\(NumberText.bytes(bytes.count)))"
  }

  private func unsupported(_ value: Value, _ fileExtension: String, _ span: Range<Int>) -> Fault {
    Fault(
      .formatNotSupported, "\(value.kind.phrase) cannot be written as .\(fileExtension)", at: span,
      fix: "Any value can be written as .json or .txt.")
  }
}

/// Whole files, written so that a reader sees the old or the new one, never half.
package enum FileWriting {
  /// Throws when `replace` could not write: no such folder, no permission, a folder of that name.
  package static func check(_ path: String, shown: String, at span: Range<Int>?) throws {
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT != S_IFDIR else {
        throw Fault(.unwritableFile, "\(shown) is a folder", at: span)
      }
      guard access(path, W_OK) == 0 else {
        throw Fault(.unwritableFile, "\(shown): \(String(cString: strerror(errno)))", at: span)
      }
    }
    let place = FileBytes.place(of: path)
    guard place.isReplaced else { return }
    // Permissions, read-only file systems and quotas can only be detected by trying to write.
    do { try TemporaryFile(beside: place.target).discard() } catch {
      let folder = path.contains("/") ? String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) : "."
      throw Fault(
        .unwritableFile, "\(shown): \(error)", at: span,
        fix: access(folder.isEmpty ? "/" : folder, F_OK) == 0 ? nil : "Create the folder first: mkdir -p \(folder)")
    }
  }

  package static func replace(_ path: String, with bytes: [UInt8], shown: String, at span: Range<Int>?) throws {
    do { try FileBytes.write(bytes, to: path) } catch {
      throw Fault(.unwritableFile, "\(shown): \(error.reason)", at: span)
    }
  }
}

/// NumPy's .npy, version 1.0.
package enum NPYText {
  package static func bytes(of tensor: Tensor) -> [UInt8] {
    let type =
      switch tensor.dtype {
      case .float32: "<f4"
      case .float64: "<f8"
      case .int32: "<i4"
      case .uint8: "|u1"
      }
    let extents = tensor.shape.dimensions.map { "\($0)," }.joined(separator: " ")
    let shape = tensor.shape.rank > 1 ? String(extents.dropLast()) : extents
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape)), }"
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    bytes += [UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)] + Array(header.utf8)
    tensor.withUnsafeBytes { bytes += $0 }
    return bytes
  }
}
