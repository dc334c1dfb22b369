import Tensors

/// Which input pixels and kernel positions make each output pixel, as the offset tables that the kernels read. Images are
/// channels-last.
struct ConvolutionTable {
  /// The pixels that are in no tile.
  private(set) var groups: [PixelGroup] = []
  private(set) var tiles: [PixelTiles] = []
  /// Instead of both, for few channels.
  private(set) var padded: PaddedImage?

  /// Where the pixels of images lie.
  private struct Images {
    let x, y: Shape
    let kernelColumns: Int

    func offset(_ row: Int?, _ column: Int?) -> Int32 {
      guard let row, let column else { return -1 }
      return Int32((row * x[2] + column) * x[3])
    }

    func target(_ row: Int, _ column: Int) -> Int32 { Int32((row * y[2] + column) * y[3]) }

    func tap(_ row: ConvolutionAxis.Tap, _ column: ConvolutionAxis.Tap) -> Int32 {
      Int32(row.position * kernelColumns + column.position)
    }
  }

  /// `conv`.
  ///
  /// - Parameters:
  ///   - x: `[B, H, W, I]`.
  ///   - y: `[B, H', W', O]`.
  ///   - inTiles: Whether pixels may be computed in tiles.
  ///   - splitsEdges: Whether pixels that padding reaches may be groups of their own.
  init(forward g: ConvGeometry, x: Shape, y: Shape, inTiles: Bool, splitsEdges: Bool = true) {
    padded = PaddedImage(g, x: x, y: y)
    guard padded == nil else { return }
    let images = Images(x: x, y: y, kernelColumns: g.kernel[1])
    let axes = (0..<2).map { ConvolutionAxis(forward: g, axis: $0, inputs: x[$0 + 1], outputs: y[$0 + 1]) }
    add(axes[0], axes[1], images, inTiles: inTiles, splitsEdges: splitsEdges)
  }

  /// `convInput`, by phases.
  ///
  /// - Parameters:
  ///   - x: The result, `[B, H, W, I]`.
  ///   - y: What is read, `[B, H', W', O]`.
  init(transposed g: ConvGeometry, x: Shape, y: Shape, inTiles: Bool) {
    let images = Images(x: y, y: x, kernelColumns: g.kernel[1])
    func axis(_ axis: Int, _ phase: Int) -> ConvolutionAxis {
      ConvolutionAxis(transposed: g, axis: axis, phase: phase, inputs: y[axis + 1], pixels: x[axis + 1])
    }
    for row in 0..<g.stride[0] {
      for column in 0..<g.stride[1] { add(axis(0, row), axis(1, column), images, inTiles: inTiles, splitsEdges: true) }
    }
  }

  private mutating func add(
    _ rows: ConvolutionAxis, _ columns: ConvolutionAxis, _ images: Images, inTiles: Bool, splitsEdges: Bool
  ) {
    let inTiles = inTiles && PixelTiles.isProfitable(rows, columns, inChannels: images.x[3], outChannels: images.y[3])
    let tiled = inTiles ? (rows.outputs / 2 * 2, columns.outputs / 2 * 2) : (0, 0)
    if inTiles {
      var tiles = PixelTiles(
        terms: rows.terms.flatMap { row in columns.terms.map { column in PixelTiles.Term(row, column, images.tap) } })
      for row in stride(from: 0, to: tiled.0, by: 2) {
        for column in stride(from: 0, to: tiled.1, by: 2) {
          tiles.add(row, column, rows, columns, images.offset, images.target)
        }
      }
      self.tiles.append(tiles)
    }
    var group = PixelGroup(taps: rows.taps.flatMap { row in columns.taps.map { images.tap(row, $0) } })
    for row in 0..<rows.outputs {
      for column in (row < tiled.0 ? tiled.1 : 0)..<columns.outputs {
        group.targets.append(images.target(rows.target(row), columns.target(column)))
        for u in rows.taps {
          for v in columns.taps { group.offsets.append(images.offset(rows.source(row, u), columns.source(column, v))) }
        }
      }
    }
    if !group.targets.isEmpty { groups += splitsEdges ? group.split() : [group] }
  }
}
