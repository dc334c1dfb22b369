/// Images in rows, values in [0, 1], shown pixel by pixel.
package struct ImageGrid: FigureKind {
  /// `[N, C, H, W]`, row-major; C is 1 or 3.
  @PackedFloats package var pixels: [Float]
  package var count: Int
  package var channels: Int
  package var height: Int
  package var width: Int
  package var columns: Int
  /// Positions of images framed because they were given, such as the ends of an interpolation.
  package var framed: [Int]
  /// Text left of rows and above columns; empty, or one each.
  package var rowLabels: [String] = []
  package var columnLabels: [String] = []
  /// The largest enlargement of the images; nil for automatic.
  package var scaleLimit: Int?
  /// Whether the columns are frames of an animation.
  package var isSequence = false

  package init(
    pixels: [Float], count: Int, channels: Int, height: Int, width: Int, columns: Int, framed: [Int] = []
  ) {
    _pixels = PackedFloats(wrappedValue: pixels)
    (self.count, self.channels) = (count, channels)
    (self.height, self.width, self.columns, self.framed) = (height, width, max(1, columns), framed)
  }

  package var rows: Int { (count + columns - 1) / max(columns, 1) }

  /// Whether both axes are continuous, as between four images or over a latent plane.
  package var isPlane: Bool { rows == columns && rows > 1 && !columnLabels.isEmpty }

  /// A single row in lines of at most `limit` images, with equal lengths if possible.
  package func wrapped(_ limit: Int) -> ImageGrid {
    var grid = self
    let lines = (count + limit - 1) / max(limit, 1)
    grid.columns = (count + lines - 1) / max(lines, 1)
    return grid
  }

  /// The images of one column, as a grid of their own as square as possible.
  package func moment(_ column: Int) -> ImageGrid {
    let size = channels * height * width
    let members = stride(from: column, to: count, by: columns)
    var part: [Float] = []
    for index in members { part += pixels[index * size..<(index + 1) * size] }
    let number = size > 0 ? part.count / size : 0
    var grid = ImageGrid(
      pixels: part, count: number, channels: channels, height: height, width: width,
      columns: max(1, Int(Double(number).squareRoot().rounded(.up))))
    // Every frame is a picture of its own.
    grid.scaleLimit = number > 1 ? 4 : 16
    return grid
  }
}

extension ImageGrid {
  /// Inputs above outputs, and beneath them where they differ if that is wanted: |input − output| in color, black for
  /// none and the brightest from `full` on.
  ///
  /// - Parameters:
  ///   - inputs: `[N, C, H, W]`, like `outputs`.
  ///   - columns: Pairs side by side; more of them go on beneath.
  package static func comparison(
    inputs: [Float], outputs: [Float], count: Int, channels: Int, height: Int, width: Int, columns: Int, errors: Bool,
    full: Float = 0.5
  ) -> ImageGrid {
    let plane = height * width
    let size = channels * plane
    let across = max(1, min(columns, count))
    let depth = errors ? 3 : channels
    // An image of NaN is left blank: the last block may be short.
    let blank = [Float](repeating: .nan, count: depth * plane)
    func image(_ pixels: [Float], _ index: Int) -> [Float] {
      let own = pixels[index * size..<(index + 1) * size]
      return depth == channels ? Array(own) : Array(own) + Array(own) + Array(own)
    }
    func difference(_ index: Int) -> [Float] {
      var error = [Float](repeating: 0, count: plane)
      for i in 0..<size { error[i % plane] += abs(inputs[index * size + i] - outputs[index * size + i]) }
      let colors = error.map { ColorScale.heat($0 / Float(channels) / full) }
      return (0..<3).flatMap { c in colors.map { Float($0[c]) / 255 } }
    }
    var pixels: [Float] = []
    var labels: [String] = []
    for start in stride(from: 0, to: count, by: across) {
      let block = start..<start + across
      pixels += block.flatMap { $0 < count ? image(inputs, $0) : blank }
      pixels += block.flatMap { $0 < count ? image(outputs, $0) : blank }
      if errors { pixels += block.flatMap { $0 < count ? difference($0) : blank } }
      labels += errors ? ["input", "output", "error"] : ["input", "output"]
    }
    var grid = ImageGrid(
      pixels: pixels, count: labels.count * across, channels: depth, height: height, width: width, columns: across)
    grid.rowLabels = labels
    return grid
  }
}
