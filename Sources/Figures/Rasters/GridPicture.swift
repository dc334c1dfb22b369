/// The positions of the images of a grid, in pixels.
package struct GridLayout: Equatable {
  let columns: Int
  let rows: Int
  package let scale: Int
  /// How often a pixel is repeated across and down: as the scale, and more in images that would be lines.
  package let pixelWidth: Int
  package let pixelHeight: Int
  package let cellWidth: Int
  package let cellHeight: Int
  private let rowLabelWidth: Int
  private let columnLabelHeight: Int

  static let gap = 2
  /// Of images that are long and thin.
  private static let leastSide = 20
  private static let captionHeight = 66
  private static let margin = 18

  package init(_ grid: ImageGrid, size: Figure.Size?) {
    columns = max(1, min(grid.columns, max(grid.count, 1)))
    rows = max(1, (grid.count + columns - 1) / columns)
    // Small images are enlarged by a whole factor, so that every value stays a sharp square.
    let (across, down) = (columns * (grid.width + Self.gap), rows * (grid.height + Self.gap))
    let scale = max(
      1, min(grid.scaleLimit ?? 8, (size?.width ?? 1000) / max(1, across), (size?.height ?? 1200) / max(1, down)))
    self.scale = scale
    // A signal of 1×150 has no proportions to keep: a line one pixel high shows nothing.
    func stretched(_ short: Int, _ long: Int) -> Int {
      guard short > 0, long >= 8 * short, short * scale < Self.leastSide else { return scale }
      return (Self.leastSide + short - 1) / short
    }
    (pixelWidth, pixelHeight) = (stretched(grid.width, grid.height), stretched(grid.height, grid.width))
    (cellWidth, cellHeight) = (grid.width * pixelWidth, grid.height * pixelHeight)
    rowLabelWidth = (grid.rowLabels.map { min($0.count, 18) }.max()).map { $0 * 8 + 14 } ?? 0
    columnLabelHeight = grid.columnLabels.isEmpty ? 0 : 22
  }

  var width: Int { columns * (cellWidth + Self.gap) + Self.gap }
  var height: Int { rows * (cellHeight + Self.gap) + Self.gap }

  /// From the left of the grid.
  package func left(ofColumn column: Int) -> Int { Self.gap + column * (cellWidth + Self.gap) }
  /// From the top of the grid.
  package func top(ofRow row: Int) -> Int { Self.gap + row * (cellHeight + Self.gap) }

  /// The whole picture: with captions, the labels and the space for a title.
  func size(captioned: Bool, title: Int = 0, subtitle: Int = 0) -> Figure.Size {
    guard captioned else { return .init(width: width, height: height) }
    let text = min(1000, max(title * 13, subtitle * 8) + 2 * Self.margin)
    return .init(
      width: max(width + rowLabelWidth + 2 * Self.margin, text),
      height: height + Self.captionHeight + columnLabelHeight + Self.margin)
  }

  /// The upper left corner of the grid in a picture of that size.
  package func origin(in size: Figure.Size, captioned: Bool) -> (x: Int, y: Int) {
    captioned ? (Self.margin + rowLabelWidth, Self.captionHeight + columnLabelHeight) : (0, 0)
  }
}

extension ImageGrid {
  /// The images alone as PNG, without captions.
  package func png(theme: Figure.Theme = .light) -> [UInt8] { PNG.encode(GridPicture(self, theme: theme).picture) }
}

/// The images of a grid as pixels.
struct GridPicture {
  private(set) var picture: Picture

  init(_ grid: ImageGrid, theme: Figure.Theme) {
    let layout = GridLayout(grid, size: nil)
    picture = Picture(
      width: layout.width, height: layout.height, filledWith: Palette.bytes(Palette(theme).background))
    let frame = Palette.bytes(Palette(theme).lines[1])
    let plane = grid.height * grid.width
    let values = grid.pixels
    let levels = values.map { UInt8(max(0, min(255, (($0.isFinite ? $0 : 0) * 255).rounded()))) }
    let (width, gap) = (layout.width, GridLayout.gap)
    picture.pixels.withUnsafeMutableBufferPointer { pixels in
      for image in 0..<grid.count where (image + 1) * grid.channels * plane <= levels.count {
        if plane > 0, values[image * grid.channels * plane].isNaN { continue }
        let left = layout.left(ofColumn: image % layout.columns)
        let top = layout.top(ofRow: image / layout.columns)
        if grid.framed.contains(image) {
          for y in top - gap..<top + layout.cellHeight + gap {
            for x in left - gap..<left + layout.cellWidth + gap {
              for c in 0..<3 { pixels[(y * width + x) * 3 + c] = frame[c] }
            }
          }
        }
        let from = image * grid.channels * plane
        for y in 0..<layout.cellHeight {
          let source = from + y / layout.pixelHeight * grid.width
          var at = ((top + y) * width + left) * 3
          for x in 0..<grid.width {
            let r = levels[source + x]
            let g = grid.channels == 3 ? levels[source + x + plane] : r
            let b = grid.channels == 3 ? levels[source + x + 2 * plane] : r
            for _ in 0..<layout.pixelWidth {
              (pixels[at], pixels[at + 1], pixels[at + 2]) = (r, g, b)
              at += 3
            }
          }
        }
      }
    }
  }
}
