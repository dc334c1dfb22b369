import Figures
import JSONText
import Tensors
import Text

/// A tensor as people and programs see it.
extension ArrayValue {
  /// `2000×20 float32 · latents · 10 labels`, `64×1×28×28 float32 · images: means of p(x | z)`; of a shape its extents, `[2000, 20]`.
  package var summary: String {
    if isShape { return "[" + numbers.map { NumberText.short($0) }.joined(separator: ", ") + "]" }
    var parts = ["\(shape) \(tensor.dtype.rawValue)"]
    if meaning != .plain, meaning != .shape {
      let isRows = meaning == .images && form?.columns.isEmpty == false
      let word = isRows ? "rows" : meaning == .logVariance ? "log variances" : meaning.rawValue
      parts.append(word + (content.map { ": \($0.text)" } ?? ""))
    }
    if let labels { parts.append("\(Set(labels.lazy.filter { $0 >= 0 }).count) labels") }
    return parts.joined(separator: " · ")
  }

  /// Whether the elements are extents. What is computed of them is float32, and no shape any more.
  private var isShape: Bool { meaning == .shape && shape.rank == 1 && tensor.dtype == .float64 }

  /// Elements that `> out.json` and `application/json` carry in full.
  package static let jsonLimit = 100_000

  package func text(width: Int) -> String {
    if isShape { return summary }
    return withFloats { values in
      if shape.rank == 0 { return NumberText.short(Double.shortest(values.first ?? 0)) }
      var lines = [summary + statistics(values)]
      switch shape.rank {
      case 1: lines += vectorLines(values, width: width)
      case 2: lines += matrixLines(values, width: width)
      default: break
      }
      return lines.joined(separator: "\n")
    }
  }

  /// The elements as Double, those of float32 as people mean them.
  package var numbers: [Double] {
    switch tensor.dtype {
    case .float32: tensor.withElements(of: Float.self) { $0.map { Double.shortest($0) } }
    case .float64: tensor.elements(as: Double.self)
    case .int32: tensor.withElements(of: Int32.self) { $0.map { Double($0) } }
    case .uint8: tensor.withElements(of: UInt8.self) { $0.map { Double($0) } }
    }
  }

  /// The elements where they are, when they are float32.
  private func withFloats<T>(_ body: (UnsafeBufferPointer<Float>) -> T) -> T {
    if tensor.dtype == .float32 { return tensor.withElements(of: Float.self) { body($0) } }
    return floats.withUnsafeBufferPointer { body($0) }
  }

  package var json: JSON {
    var members: [JSON.Member] = [
      .init("shape", .array(shape.dimensions.map { .integer($0) })), .init("dtype", .string(tensor.dtype.rawValue)),
      .init("meaning", .string(meaning.rawValue)),
    ]
    if let content { members.append(.init("content", .string(content.text))) }
    if shape.count <= Self.jsonLimit {
      members.append(.init("data", nestedJSON(numbers[...], axes: shape.dimensions[...])))
      if let columns = form?.columns, !columns.isEmpty {
        members.append(.init("columns", .array(columns.map { .string($0) })))
      }
      if let labels { members.append(.init("labels", .array(labels.map(labelJSON)))) }
    } else {
      members.append(.init("note", .string("\(shape.count) elements: write them with > out.npy")))
    }
    return .object(members)
  }

  /// The name of a class, where that is no number.
  private func labelJSON(_ label: Int32) -> JSON {
    let name = LabelNames.name(of: label, labelNames)
    return Int(name).map { .integer($0) } ?? .string(name)
  }

  private func nestedJSON(_ values: ArraySlice<Double>, axes: ArraySlice<Int>) -> JSON {
    guard let extent = axes.first else { return values.first.map { .numeric($0) } ?? .null }
    let rest = axes.dropFirst()
    let size = rest.reduce(1, *)
    return .array(
      (0..<extent).map { index in
        let start = values.startIndex + index * size
        return nestedJSON(values[start..<start + size], axes: rest)
      })
  }

  /// The first hundred images `[N, C, H, W]` of one or three channels, in full rows where that can be; nil of what is
  /// no images.
  package var images: ImageGrid? {
    guard meaning == .images, shape.rank == 4, shape[1] == 1 || shape[1] == 3, shape.count > 0 else { return nil }
    let count = min(shape[0], 100)
    let side = max(1, Int(Double(count).squareRoot().rounded(.up)))
    let columns = count <= 12 ? count : (side...20).first { count % $0 == 0 } ?? side
    let pixels = withFloats { Array($0.prefix(count * shape[1] * shape[2] * shape[3])) }
    return ImageGrid(
      pixels: pixels, count: count, channels: shape[1], height: shape[2], width: shape[3], columns: columns)
  }

  private func statistics(_ values: UnsafeBufferPointer<Float>) -> String {
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

  private func vectorLines(_ values: UnsafeBufferPointer<Float>, width: Int) -> [String] {
    let shown = values.prefix(64).map { short(Double($0)) }
    let text = "[" + shown.joined(separator: ", ") + (values.count > 64 ? ", …]" : "]")
    let lines = TextWidth.wrap(text, to: width).split(separator: "\n").map(String.init)
    return lines.count > 6 ? Array(lines.prefix(5)) + ["…"] : lines
  }

  private func matrixLines(_ values: UnsafeBufferPointer<Float>, width: Int) -> [String] {
    let rows = shape[0]
    let columns = shape[1]
    guard rows > 0, columns > 0 else { return [] }
    let shownColumns = min(columns, max(2, (width - 12) / 9))
    let shownRows = rows <= 8 ? Array(0..<rows) : Array(0..<5) + [-1] + [rows - 1]
    var lines: [String] = []
    if let names = form?.columns, !names.isEmpty {
      let heads = names.prefix(shownColumns).map {
        TextWidth.pad(TextWidth.fit(VisibleText.name($0), to: 8), to: 8, right: true)
      }
      lines.append(heads.joined(separator: " "))
    }
    for row in shownRows {
      guard row >= 0 else {
        lines.append("  …")
        continue
      }
      var line = (0..<shownColumns).map {
        TextWidth.pad(NumberText.short(Double(values[row * columns + $0]), digits: 3), to: 8, right: true)
      }.joined(separator: " ")
      if shownColumns < columns { line += " …" }
      if let labels {
        line += labels[row] >= 0 ? "  (\(VisibleText.name(LabelNames.name(of: labels[row], labelNames))))" : ""
      }
      lines.append(line)
    }
    return lines
  }

  package var html: String? {
    // A notebook shows images without the text beside them.
    if meaning == .images, content != nil, shape.rank != 2 { return "<p>\(HTML.escaped(summary))</p>" }
    guard !isShape, shape.rank == 2, shape[0] > 0, shape[1] > 0 else { return nil }
    let columns = min(shape[1], 20)
    let names = form.map { $0.columns.prefix(columns) } ?? []
    let heads =
      names.isEmpty ? "" : "<tr><th></th>" + names.map { "<th>\(HTML.escaped($0))</th>" }.joined() + "</tr>"
    let rows = withFloats { values in
      (0..<min(shape[0], 10)).map { row in
        "<tr><th>\(row)</th>"
          + (0..<columns).map {
            "<td style=\"text-align:right\">\(NumberText.short(Double(values[row * shape[1] + $0]), digits: 4))</td>"
          }.joined() + "</tr>"
      }
    }
    return "<table><caption>\(HTML.escaped(summary))</caption><tbody>" + heads + rows.joined() + "</tbody></table>"
  }

  /// Rows of the first axis with their elements flattened, each as CSV has it.
  private var rows: (heads: [String], cells: [[String]]) {
    let texts: [String] =
      switch tensor.dtype {
      case .float32:
        tensor.withElements(of: Float.self) { $0.map { $0.isFinite ? "\($0)" : NumberText.exact(Double($0)) } }
      case .float64:
        tensor.withElements(of: Double.self) { $0.map { $0.isFinite ? "\($0)" : NumberText.exact($0) } }
      case .int32, .uint8: numbers.map { NumberText.exact($0) }
      }
    let count = shape.rank == 0 ? 1 : shape[0]
    let columns = count == 0 ? 0 : texts.count / count
    let names = form?.columns ?? []
    let heads = (labels == nil ? [] : ["label"]) + (names.count == columns ? names : (0..<columns).map { "x\($0)" })
    let cells = (0..<count).map { row in
      (labels.map { [LabelNames.name(of: $0[row], labelNames)] } ?? []) + texts[row * columns..<(row + 1) * columns]
    }
    return (heads, cells)
  }

  /// One line per row of the first axis, its elements flattened; the label first when there are labels.
  package var csv: String {
    let (heads, cells) = rows
    let isNamed = form?.columns.isEmpty == false
    let lines = (heads.count > 1 || isNamed ? [heads] : []) + cells
    return lines.map { $0.map(CSVText.field).joined(separator: ",") + "\n" }.joined()
  }

  /// A table, a row of the first axis each.
  package var markdown: String {
    guard !isShape, shape.rank > 0 else { return text(width: .max) }
    let (heads, cells) = rows
    let rule = "|" + String(repeating: " ---: |", count: heads.count)
    return ([Markdown.escaped(summary), "", Markdown.row(heads), rule] + cells.map(Markdown.row)).joined(
      separator: "\n")
  }
}
