import Figures
import JSONText
import SessionFiles
import Tensors
import Text

/// How results are shown: `format text|json|csv`.
package enum ResultFormat: String, Sendable, CaseIterable {
  case text, json, csv
}

extension Value {
  /// The value as a statement shows it, text at most `width` columns wide.
  ///
  /// - Parameter writers: Those of the session; the one of the format runs.
  package func output(
    width: Int, format: ResultFormat = .text, writers: OutputWriters = .standard
  ) -> Output {
    let request = OutputWriter.Request(marksClock: isVolatile || format == .csv)
    if format != .text, let written = try? writers[fileExtension: format.rawValue]?.write(self, request) {
      let text: String
      switch written {
      case .json(let json): text = isVolatile ? Self.unquotingMarks(json.text(pretty: true)) : json.text(pretty: true)
      case .text(let whole): text = whole.hasSuffix("\n") ? String(whole.dropLast()) : whole
      case .bytes, .array: text = String(decoding: written.fileBytes, as: UTF8.self)
      }
      return Output(self, text: ClockMarks.plain(text), marked: isVolatile ? text : nil, writers: writers)
    }
    let text = markedText(width: width)
    return Output(
      self, text: ClockMarks.plain(text), marked: ClockMarks.isMarked(text) ? text : nil, writers: writers)
  }

  /// Numbers between marks are texts in JSON until here.
  private static func unquotingMarks(_ text: String) -> String {
    text.replacing("\"" + ClockMarks.opening, with: ClockMarks.opening)
      .replacing(ClockMarks.closing + "\"", with: ClockMarks.closing)
  }

  /// text/plain, with marks around what the clock decides.
  package func markedText(width: Int) -> String {
    switch self {
    case .number(let value): NumberText.short(value)
    case .string(let text): text
    case .flag(let value): value ? "yes" : "no"
    case .range(let lower, let upper): "\(lower)..\(upper)"
    case .list(let items):
      TextWidth.wrap("[" + items.map { $0.text(inListOf: width) }.joined(separator: ", ") + "]", to: width)
    case .tensor(let array): array.text(width: width)
    case .table(let table): table.markedText(width: width)
    case .report(let report): report.markedText(width: width)
    case .figure(let figure): figure.summary
    case .object(let object): object.markedText(width: width)
    case .nothing: ""
    }
  }

  /// Whether the clock decides a part of it.
  private var isVolatile: Bool {
    switch self {
    case .table(let table): table.isVolatile
    case .report(let report): report.isVolatile
    case .list(let items): items.contains(where: \.isVolatile)
    default: false
    }
  }

  /// text/html, for kinds that are tables; built at every call.
  package var html: String? {
    switch self {
    case .table(let table): table.html
    case .report(let report): report.html
    case .tensor(let array): array.html
    case .object(let object): object.html
    default: nil
    }
  }

  /// What a front end draws of it.
  package var picture: Figure? {
    switch self {
    case .figure(let figure): figure
    case .report(let report): report.figure
    default: nil
    }
  }

  /// The structured data; nil where there are none.
  package var dataJSON: JSON? { dataJSON(marksClock: false) }

  package func dataJSON(marksClock: Bool) -> JSON? {
    switch self {
    case .number(let value): .numeric(value)
    case .string(let text): .string(text)
    case .flag(let value): .bool(value)
    case .range(let lower, let upper): .array([.integer(lower), .integer(upper)])
    case .list(let items): .array(items.map { $0.dataJSON(marksClock: marksClock) ?? .null })
    case .tensor(let array): array.json
    case .table(let table): table.json(marksClock: marksClock)
    case .report(let report): report.json(marksClock: marksClock)
    case .object(let object): object.json(marksClock: marksClock)
    case .figure, .nothing: nil
    }
  }

  /// The structured data, `null` where there are none.
  package var json: JSON { dataJSON ?? .null }

  /// Bytes that its JSON has at least.
  package var leastJSONBytes: Int {
    switch self {
    case .tensor(let array): array.shape.count <= ArrayValue.jsonLimit ? 2 * array.shape.count : 0
    case .table(let table): table.rows.count * 4
    case .list(let items): items.reduce(0) { $0 + $1.leastJSONBytes }
    default: 0
    }
  }

  /// Comma-separated values; nil for figures and for nothing.
  package var csv: String? { csv(marksClock: false) }

  package func csv(marksClock: Bool) -> String? {
    switch self {
    case .table(let table): table.csv(marksClock: marksClock)
    case .report(let report): report.table.csv(marksClock: marksClock)
    case .object(let object): object.csv ?? object.report?.table.csv(marksClock: marksClock)
    case .tensor(let array): array.csv
    case .number(let value): NumberText.exact(value) + "\n"
    case .string(let text): CSVText.field(text) + "\n"
    case .flag(let value): value ? "true\n" : "false\n"
    case .range(let lower, let upper): "\(lower)\n\(upper)\n"
    case .list(let items):
      items.map { item in
        if let line = item.csv, !line.dropLast().contains("\n") { return line }
        return CSVText.field(item.markedText(width: .max)) + "\n"
      }.joined()
    case .figure, .nothing: nil
    }
  }

  /// A Markdown table where the value is rows and columns, else its text.
  package var markdown: String {
    switch self {
    case .table(let table): table.markdown
    case .report(let report): report.markdown
    case .object(let object): object.report?.markdown ?? Markdown.escaped(output(width: 120).text)
    case .tensor(let array): array.markdown
    case .list(let items): items.map { "- " + Markdown.escaped($0.output(width: .max).text) }.joined(separator: "\n")
    default: Markdown.escaped(output(width: 120).text)
    }
  }

  /// One line for `vars`, assignments and completion.
  package var summary: String {
    switch self {
    case .number(let value): NumberText.short(value)
    case .string(let text): "\"" + TextWidth.fit(text, to: 60) + "\""
    case .flag(let value): value ? "yes" : "no"
    case .range(let lower, let upper): "\(lower)..\(upper)"
    case .list(let items): items.count == 1 ? "1 item" : "\(items.count) \(inflected("item", for: items.count))"
    case .tensor(let array): array.summary
    case .table(let table):
      "\(table.rows.count) \(inflected("row", for: table.rows.count)), \(table.columns.count) \(inflected("column", for: table.columns.count))"
    case .report(let report): report.title
    case .figure: "figure"
    case .object(let object): object.summary
    case .nothing: "nothing"
    }
  }

  /// Bytes of memory the value holds, roughly.
  package var byteCount: Int {
    switch self {
    case .tensor(let array): array.tensor.byteCount + (array.labels?.count ?? 0) * 4
    case .list(let items): items.reduce(16) { $0 + $1.byteCount }
    case .string(let text): text.utf8.count
    case .table(let table): table.rows.count * table.columns.count * 24
    case .object(let object): object.byteCount
    default: 16
    }
  }
}
