import Datasets
import Figures
import SessionCore
import Tensors
import Text
import VAEngine

/// Any images.
struct GridPlot: PlotSubject {
  static let (name, synonyms, help) = ("grid", ["images"], "any images")

  @Option(.integer(1...100_000), default: 64, help: "images") var n: Int
  @Option(.integer(1...1000), note: "automatic", help: "images per row") var columns: Int?
  @Option(default: false, help: "images of a dataset as training draws them, augmented") var augmented: Bool

  func draw(_ plot: PlotItems) throws -> Figure {
    for item in plot.values {
      if case .table(let table) = item.value, let grid = table.images {
        return Figure(
          grid, title: table.title.isEmpty ? item.name : table.title,
          subtitle: grid.count < table.rows.count ? "the first \(grid.count) of \(table.rows.count)" : "")
      }
      if case .tensor(let array) = item.value {
        return try plot.pictures(array, as: .each { "\($0)" }, columns: columns)
      }
      if case .object(let data as DatasetValue) = item.value {
        let count = min(n, data.dataset.count)
        let stream = RandomStream(seed: 0, purpose: augmented ? TrainingBatches.purpose : "examples")
        let examples = try data.dataset.examples(Array(0..<count), stream: stream)
        var figure = try plot.pictures(data.decoded(examples), as: .each { "example \($0)" }, columns: columns)
        (figure.title, figure.subtitle) = (data.title, "the first \(count) of \(NumberText.count(data.dataset.count))")
        return figure
      }
    }
    throw plot.fault(.missingArgument, "images are needed", fix: "Example: sample m n=64 | plot grid")
  }
}

extension PlotItems {
  func images(
    _ array: ArrayValue, columns: Int? = nil, framed: [Int] = [], change: (inout ImageGrid) -> Void = { _ in }
  ) throws -> Figure {
    var extents = array.shape.dimensions
    if extents.count == 3 { extents.insert(1, at: 1) }
    guard extents.count == 4, extents[1] == 1 || extents[1] == 3, extents[0] > 0 else {
      throw fault(.shapeMismatch, "\(array.shape) are not images [N, C, H, W] of one or three channels")
    }
    // As square as can be, full rows if there are any of 20 images or fewer.
    let side = max(1, min(20, Int(Double(extents[0]).squareRoot().rounded(.up))))
    let square = (side...20).first { extents[0] % $0 == 0 } ?? side
    var grid = ImageGrid(
      pixels: array.floats, count: extents[0], channels: extents[1], height: extents[2], width: extents[3],
      columns: min(extents[0], columns ?? square), framed: framed)
    change(&grid)
    return Figure(
      grid, title: "\(extents[0]) \(inflected("image", for: extents[0]))", subtitle: array.content?.text ?? "")
  }

  /// With a true minus sign.
  static func signed(_ value: Double) -> String {
    let text = NumberText.fixed(value, decimals: 1)
    return text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }
}
