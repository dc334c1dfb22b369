/// The points of a scatter as pixels: discs with soft edges, or the density of very many.
struct ScatterRaster {
  let picture: Picture

  /// - Parameter radius: Of the discs, in pixels; 0 counts points per pixel instead and shows the density.
  init(
    _ scatter: Scatter, width: Int, height: Int, palette: Palette,
    bounds: (x: ClosedRange<Double>, y: ClosedRange<Double>), radius: Double
  ) {
    let paper = Palette.bytes(palette.background)
    let colors = palette.classes.map(Palette.bytes)
    let plain = Palette.bytes(palette.lines[0])
    let values = scatter.values?.filter(\.isFinite) ?? []
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    func color(_ index: Int) -> [UInt8] {
      if let classes = scatter.classes { return colors[palette.place(ofClass: classes[index])] }
      if let values = scatter.values {
        return ColorScale.color(high > low ? (values[index] - low) / (high - low) : 0, ColorScale.viridis)
      }
      return plain
    }
    let (sx, sy) = (
      Double(width) / (bounds.x.upperBound - bounds.x.lowerBound),
      Double(height) / (bounds.y.upperBound - bounds.y.lowerBound)
    )
    func place(_ index: Int) -> (Double, Double)? {
      let (x, y) = (Double(scatter.x[index]), Double(scatter.y[index]))
      guard x.isFinite, y.isFinite else { return nil }
      return ((x - bounds.x.lowerBound) * sx, Double(height) - (y - bounds.y.lowerBound) * sy)
    }
    let (xs, ys) = (scatter.x, scatter.y)
    let count = min(xs.count, ys.count)
    let distinct = scatter.classes == nil && scatter.values == nil ? plain : nil
    picture =
      radius > 0
      ? Self.discs(count, width, height, paper, radius, place, color)
      : Self.density(count, width, height, paper, place, distinct.map { c in { _ in c } } ?? color)
  }

  private static func discs(
    _ count: Int, _ width: Int, _ height: Int, _ paper: [UInt8], _ radius: Double,
    _ place: (Int) -> (Double, Double)?, _ color: (Int) -> [UInt8]
  ) -> Picture {
    var picture = Picture(width: width, height: height, filledWith: paper)
    // Few points are opaque; many points are translucent.
    let strength = count > 3000 ? 0.75 : 1.0
    // A fixed shuffled order, so that no class covers the others.
    let stride = [7919, 104_729, 1_299_709].first { count % $0 != 0 } ?? 1
    picture.pixels.withUnsafeMutableBufferPointer { pixels in
      var index = 0
      for _ in 0..<count {
        index = (index + stride) % max(count, 1)
        guard let (cx, cy) = place(index) else { continue }
        let ink = color(index)
        for y in max(0, Int(cy - radius - 1))...min(height - 1, max(0, Int(cy + radius + 1))) {
          for x in max(0, Int(cx - radius - 1))...min(width - 1, max(0, Int(cx + radius + 1))) {
            let (dx, dy) = (Double(x) + 0.5 - cx, Double(y) + 0.5 - cy)
            let cover = min(1, max(0, radius + 0.5 - (dx * dx + dy * dy).squareRoot())) * strength
            if cover <= 0 { continue }
            let at = (y * width + x) * 3
            for c in 0..<3 { pixels[at + c] = UInt8(Double(pixels[at + c]) * (1 - cover) + Double(ink[c]) * cover) }
          }
        }
      }
    }
    return picture
  }

  /// Mean color of the points around each pixel, stronger where there are more: strength = (n / most)^½.
  private static func density(
    _ count: Int, _ width: Int, _ height: Int, _ paper: [UInt8], _ place: (Int) -> (Double, Double)?,
    _ color: (Int) -> [UInt8]
  ) -> Picture {
    var sums = [Float](repeating: 0, count: width * height * 4)
    for index in 0..<count {
      guard let (cx, cy) = place(index) else { continue }
      let at = (max(0, min(height - 1, Int(cy))) * width + max(0, min(width - 1, Int(cx)))) * 4
      let ink = color(index)
      for c in 0..<3 { sums[at + c] += Float(ink[c]) }
      sums[at + 3] += 1
    }
    // A point is three pixels wide: 1 2 1 in both directions.
    for step in [4, width * 4] {
      var spread = sums
      spread.withUnsafeMutableBufferPointer { spread in
        sums.withUnsafeBufferPointer { sums in
          for at in step..<sums.count - step { spread[at] = sums[at - step] + 2 * sums[at] + sums[at + step] }
        }
      }
      sums = spread
    }
    // The 99th percentile has full strength, so that one crowded pixel does not determine the scale.
    let filled = stride(from: 3, to: sums.count, by: 4).map { sums[$0] }.filter { $0 > 0 }.sorted()
    let most = filled.isEmpty ? 1 : max(1, filled[min(filled.count - 1, filled.count * 99 / 100)])
    var picture = Picture(width: width, height: height, filledWith: paper)
    for pixel in 0..<width * height where sums[pixel * 4 + 3] > 0 {
      let n = sums[pixel * 4 + 3]
      let strength = min(1, n / most).squareRoot()
      for c in 0..<3 {
        let ink = sums[pixel * 4 + c] / n
        picture.pixels[pixel * 3 + c] = UInt8(Float(paper[c]) * (1 - strength) + ink * strength)
      }
    }
    return picture
  }

  /// Columns x, y, red, green, blue for `rgbimage`, in the units of the axes.
  func columns(_ bounds: (x: ClosedRange<Double>, y: ClosedRange<Double>)) -> [[Float]] {
    var columns = [[Float]](repeating: [], count: 5)
    let (w, h) = (Double(picture.width), Double(picture.height))
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        columns[0].append(
          Float(bounds.x.lowerBound + (Double(x) + 0.5) / w * (bounds.x.upperBound - bounds.x.lowerBound)))
        columns[1].append(
          Float(bounds.y.upperBound - (Double(y) + 0.5) / h * (bounds.y.upperBound - bounds.y.lowerBound)))
        for c in 0..<3 { columns[2 + c].append(Float(picture.pixels[(y * picture.width + x) * 3 + c])) }
      }
    }
    return columns
  }
}
