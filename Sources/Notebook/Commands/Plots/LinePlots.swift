import Figures
import SessionCore
import Tensors
import Text

/// Vectors and series as lines, where images would be a grid: element by element, or along the numbers that columns of a
/// spectrum are named by. Columns of a table have units of their own, so their lines count in deviations.
struct LinePlots {
  /// `[N, D]`, or `[N, C, 1, L]` with a line for each channel.
  let array: ArrayValue
  private let rows: Int
  private let channels: Int
  private let length: Int

  /// nil for images.
  init?(_ array: ArrayValue) {
    let extents = array.shape.dimensions
    switch extents.count {
    case 2: (channels, length) = (1, extents[1])
    case 4 where extents[2] == 1 && extents[3] > 1: (channels, length) = (extents[1], extents[3])
    default: return nil
    }
    guard extents[0] > 0, length > 0 else { return nil }
    (self.array, rows) = (array, extents[0])
  }

  var count: Int { rows }

  /// How the lines are told apart.
  enum Look {
    /// By color, with their names; thin without names where there are many.
    case each((Int) -> String)
    /// By a scale from the first to the last, whose names alone are shown.
    case path(first: String, last: String)
    /// In pairs: the second half of the rows, dashed, in the colors of the first.
    case pairs
  }

  func figure(_ look: Look, title: String, subtitle: String) -> Figure {
    let axis = self.axis
    let values = axis.names == nil ? array.floats.map(Double.init) : standardized
    var lines: [Curves.Line] = []
    for row in 0..<rows {
      for channel in 0..<channels {
        let start = (row * channels + channel) * length
        var line = Curves.Line(name: "", x: axis.places, y: Array(values[start..<start + length]))
        line.color = channels > 1 ? channel : row
        switch look {
        case .each(let name):
          line.name = rows <= 8 ? name(row) : ""
          line.isThin = rows > 8
        case .path(let first, let last):
          line.name = row == 0 ? first : row == rows - 1 ? last : ""
          line.shade = Double(row) / Double(max(rows - 1, 1))
        case .pairs:
          let half = rows / 2
          line.name = row == 0 ? "data" : row == half ? "model" : ""
          line.dashed = row >= half
          line.color = row % max(half, 1)
        }
        if channel > 0 { line.name = "" }
        lines.append(line)
      }
    }
    var curves = Curves(
      lines: lines, xLabel: axis.label,
      yLabel: axis.names == nil ? "value" : "deviations from the mean of these rows",
      hasIntegerX: axis.names == nil && axis.isCount)
    curves.xNames = axis.names
    return Figure(curves, title: title, subtitle: subtitle)
  }

  /// Places of the elements: the numbers that name all columns, else counted from 0.
  private var axis: (places: [Double], names: [String]?, label: String, isCount: Bool) {
    let counted = (0..<length).map(Double.init)
    let columns = array.form?.columns ?? []
    guard channels == 1, columns.count == length else { return (counted, nil, "element", true) }
    let numbers = columns.compactMap(Double.init)
    if numbers.count == length, zip(numbers, numbers.dropFirst()).allSatisfy(<) {
      return (numbers, nil, "column", false)
    }
    return length <= 40 ? (counted, columns, "", true) : (counted, nil, "column", true)
  }

  /// (x − mean) / deviation by column, of the rows that are drawn; 0 where they are all alike.
  private var standardized: [Double] {
    var values = array.floats.map(Double.init)
    for column in 0..<length {
      let places = stride(from: column, to: values.count, by: length)
      let known = places.map { values[$0] }.filter(\.isFinite)
      let mean = known.reduce(0, +) / Double(max(known.count, 1))
      let deviation = (known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(known.count, 1))).squareRoot()
      for place in places { values[place] = deviation > 1e-12 * abs(mean) ? (values[place] - mean) / deviation : 0 }
    }
    return values
  }
}

extension PlotItems {
  /// A grid of images, or the lines of vectors and series.
  func pictures(
    _ array: ArrayValue, as look: LinePlots.Look, columns: Int? = nil, framed: [Int] = [],
    change: (inout ImageGrid) -> Void = { _ in }
  ) throws -> Figure {
    guard let lines = LinePlots(array) else {
      return try images(array, columns: columns, framed: framed, change: change)
    }
    let what = array.shape.rank == 2 ? "row" : "series"
    let counted = what == "series" ? "\(lines.count) series" : "\(lines.count) \(inflected(what, for: lines.count))"
    return lines.figure(look, title: counted, subtitle: array.content?.text ?? "")
  }
}
