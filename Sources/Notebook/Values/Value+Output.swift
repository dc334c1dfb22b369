import Plotting
import Tensors

/// How results are shown: `format text|json|csv`.
package enum ResultFormat: String, Sendable, CaseIterable {
  case text, json, csv
}

extension Value {
  /// Every representation of the value, text at most `width` columns wide.
  package func output(width: Int, format: ResultFormat = .text) -> Output {
    var output = richOutput(width: width)
    output.images = images
    switch format {
    case .text: break
    case .json: output.text = (output.json ?? .string(output.text)).text(pretty: true)
    case .csv: if let csv { output.text = csv.hasSuffix("\n") ? String(csv.dropLast()) : csv }
    }
    return output
  }

  private func richOutput(width: Int) -> Output {
    switch self {
    case .number(let value): return Output(text: NumberText.short(value), json: .numeric(value))
    case .string(let text): return Output(text: text, json: .string(text))
    case .flag(let value): return Output(text: value ? "yes" : "no", json: .bool(value))
    case .range(let lower, let upper):
      return Output(text: "\(lower)..\(upper)", json: .array([.integer(lower), .integer(upper)]))
    case .list(let items):
      let text = "[" + items.map { $0.text(inListOf: width) }.joined(separator: ", ") + "]"
      return Output(text: TextWidth.wrap(text, to: width), json: .array(items.map(\.json)))
    case .tensor(let array): return array.output(width: width)
    case .table(let table): return Output(text: table.text(width: width), html: table.html, json: table.json)
    case .report(let report):
      return Output(text: report.text(width: width), html: report.html, json: report.json, figure: report.figure)
    case .figure(let figure): return Output(text: figure.summary, figure: figure)
    case .object(let object): return object.output(width: width)
    case .nothing: return Output(text: "")
    }
  }

  /// The structured data.
  package var json: JSON { richOutput(width: 80).json ?? .null }

  /// Comma-separated values, for kinds that are rows and columns.
  package var csv: String? {
    switch self {
    case .table(let table): table.csv
    case .report(let report): report.table.csv
    case .tensor(let array): array.csv
    case .number(let value): NumberText.short(value, digits: 17) + "\n"
    case .list(let items): items.map { $0.output(width: .max).text }.joined(separator: "\n") + "\n"
    default: nil
    }
  }

  /// One line for `vars`, assignments and completion.
  package var summary: String {
    switch self {
    case .number(let value): NumberText.short(value)
    case .string(let text): "\"" + TextWidth.fit(text, to: 60) + "\""
    case .flag(let value): value ? "yes" : "no"
    case .range(let lower, let upper): "\(lower)..\(upper)"
    case .list(let items): "\(items.count) \(inflected("item", for: items.count))"
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
  var byteCount: Int {
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

extension ArrayValue {
  /// `tensor 2000×20 float32 · latents · mean 0.01 · std 0.98 · …`
  package var summary: String {
    var parts = ["\(shape) \(tensor.dtype.rawValue)"]
    if meaning != .plain { parts.append(meaning == .logVariance ? "log variances" : meaning.rawValue) }
    if let labels { parts.append("\(Set(labels).count) \(inflected("label", for: Set(labels).count))") }
    return parts.joined(separator: " · ")
  }

  /// Elements that `> out.json` and `application/json` carry in full.
  static let jsonLimit = 100_000

  func output(width: Int) -> Output {
    let values = floats
    var lines = [summary + statistics(values)]
    switch shape.rank {
    case 0: lines = [NumberText.short(Double(values.first ?? 0))]
    case 1: lines += vectorLines(values, width: width)
    case 2: lines += matrixLines(values, width: width)
    default: break
    }
    var members: [JSON.Member] = [
      .init("shape", .array(shape.dimensions.map { .integer($0) })), .init("dtype", .string(tensor.dtype.rawValue)),
      .init("meaning", .string(meaning.rawValue)),
    ]
    if values.count <= Self.jsonLimit {
      members.append(.init("data", nestedJSON(values[...], axes: shape.dimensions[...])))
      if let labels { members.append(.init("labels", .array(labels.map { .integer(Int($0)) }))) }
    } else {
      members.append(
        .init("note", .string("\(values.count) \(inflected("element", for: values.count)): write them with > out.npy")))
    }
    return Output(text: lines.joined(separator: "\n"), html: html(values), json: .object(members))
  }

  /// The first hundred images `[N, C, H, W]` of one or three channels, in full rows where that can be.
  var images: ImageGrid? {
    guard meaning == .images, shape.rank == 4, shape[1] == 1 || shape[1] == 3, shape.count > 0 else { return nil }
    let values = floats
    let count = min(shape[0], 100)
    let side = max(1, Int(Double(count).squareRoot().rounded(.up)))
    let columns = count <= 12 ? count : (side...20).first { count % $0 == 0 } ?? side
    return ImageGrid(
      pixels: Array(values.prefix(count * shape[1] * shape[2] * shape[3])), count: count, channels: shape[1],
      height: shape[2], width: shape[3], columns: columns)
  }

  private func statistics(_ values: [Float]) -> String {
    guard values.count > 1 else { return "" }
    var low = Float.infinity
    var high = -Float.infinity
    var sum = 0.0
    var notFinite = 0
    for value in values {
      guard value.isFinite else {
        notFinite += 1
        continue
      }
      low = min(low, value)
      high = max(high, value)
      sum += Double(value)
    }
    guard notFinite < values.count else { return " · no finite element" }
    let mean = sum / Double(values.count - notFinite)
    let range = " · mean \(short(mean)) · range \(short(Double(low))) to \(short(Double(high)))"
    return notFinite > 0 ? range + " · \(notFinite) not finite" : range
  }

  private func short(_ value: Double) -> String { NumberText.short(value, digits: 4) }

  private func vectorLines(_ values: [Float], width: Int) -> [String] {
    let shown = values.prefix(64).map { short(Double($0)) }
    let text = "[" + shown.joined(separator: ", ") + (values.count > 64 ? ", …]" : "]")
    let lines = TextWidth.wrap(text, to: width).split(separator: "\n").map(String.init)
    return lines.count > 6 ? Array(lines.prefix(5)) + ["…"] : lines
  }

  private func matrixLines(_ values: [Float], width: Int) -> [String] {
    let rows = shape[0]
    let columns = shape[1]
    guard rows > 0, columns > 0 else { return [] }
    let shownColumns = min(columns, max(2, (width - 12) / 9))
    let shownRows = rows <= 8 ? Array(0..<rows) : Array(0..<5) + [-1] + [rows - 1]
    var lines: [String] = []
    for row in shownRows {
      guard row >= 0 else {
        lines.append("  …")
        continue
      }
      var line = (0..<shownColumns).map {
        TextWidth.pad(NumberText.short(Double(values[row * columns + $0]), digits: 3), to: 8, right: true)
      }.joined(separator: " ")
      if shownColumns < columns { line += " …" }
      if let labels { line += "  (\(labels[row]))" }
      lines.append(line)
    }
    return lines
  }

  private func html(_ values: [Float]) -> String? {
    guard shape.rank == 2, shape[0] > 0, shape[1] > 0 else { return nil }
    let columns = min(shape[1], 20)
    let rows = (0..<min(shape[0], 10)).map { row in
      "<tr><th>\(row)</th>"
        + (0..<columns).map {
          "<td style=\"text-align:right\">\(NumberText.short(Double(values[row * shape[1] + $0]), digits: 4))</td>"
        }.joined() + "</tr>"
    }
    return "<table><caption>\(HTML.escaped(summary))</caption><tbody>" + rows.joined() + "</tbody></table>"
  }

  private func nestedJSON(_ values: ArraySlice<Float>, axes: ArraySlice<Int>) -> JSON {
    guard let extent = axes.first else { return values.first.map { .numeric(Double($0)) } ?? .null }
    let rest = axes.dropFirst()
    let size = rest.reduce(1, *)
    return .array(
      (0..<extent).map { index in
        let start = values.startIndex + index * size
        return nestedJSON(values[start..<start + size], axes: rest)
      })
  }

  /// One line per row of the first axis, its elements flattened; the label first when there are labels.
  var csv: String {
    let values = floats
    let rows = shape.rank == 0 ? 1 : shape[0]
    let columns = rows == 0 ? 0 : values.count / rows
    var text = ""
    if columns > 1 || labels != nil {
      text += ((labels == nil ? [] : ["label"]) + (0..<columns).map { "x\($0)" }).joined(separator: ",") + "\n"
    }
    for row in 0..<rows {
      if let labels { text += "\(labels[row])," }
      text += (0..<columns).map { "\(values[row * columns + $0])" }.joined(separator: ",") + "\n"
    }
    return text
  }
}
