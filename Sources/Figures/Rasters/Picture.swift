/// RGB pixels, row-major, from the upper left.
package struct Picture: Equatable, Sendable {
  package let width: Int
  package let height: Int
  package var pixels: [UInt8]

  package init(width: Int, height: Int, pixels: [UInt8]) {
    (self.width, self.height, self.pixels) = (width, height, pixels)
  }

  /// One color everywhere.
  package init(width: Int, height: Int, filledWith color: [UInt8]) {
    (self.width, self.height) = (width, height)
    pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { buffer, count in
      count = width * height * 3
      if color[0] == color[1], color[1] == color[2] {
        buffer.update(repeating: color[0])
      } else {
        for index in 0..<width * height { for c in 0..<3 { buffer[index * 3 + c] = color[c] } }
      }
    }
  }

  /// The color at a place.
  package subscript(x: Int, y: Int) -> [UInt8] { Array(pixels[(y * width + x) * 3..<(y * width + x) * 3 + 3]) }

  /// Puts another picture in, its upper left corner at (`x`, `y`); parts outside are clipped.
  package mutating func place(_ other: Picture, x: Int, y: Int) {
    let count = min(other.width, width - x) * 3
    guard x >= 0, y >= 0, count > 0 else { return }
    for row in 0..<min(other.height, height - y) {
      let from = row * other.width * 3
      pixels.replaceSubrange(
        ((y + row) * width + x) * 3..<((y + row) * width + x) * 3 + count, with: other.pixels[from..<from + count])
    }
  }

  /// Lays a drawing on the same paper over this one; sizes agree. Where both differ from the background, the pixel that
  /// differs more is kept: lines over points, never a soft edge of paper around them.
  package mutating func lay(_ drawing: Picture, paper: [UInt8]) {
    guard drawing.width == width, drawing.height == height, paper.count == 3 else { return }
    let (r, g, b) = (Int32(paper[0]), Int32(paper[1]), Int32(paper[2]))
    pixels.withUnsafeMutableBufferPointer { under in
      drawing.pixels.withUnsafeBufferPointer { over in
        func ink(_ pixels: UnsafeBufferPointer<UInt8>, _ at: Int) -> Int32 {
          abs(Int32(pixels[at]) &- r) &+ abs(Int32(pixels[at &+ 1]) &- g) &+ abs(Int32(pixels[at &+ 2]) &- b)
        }
        let below = UnsafeBufferPointer(under)
        for at in stride(from: 0, to: over.count, by: 3) {
          let strength = ink(over, at)
          if strength == 0 || strength < ink(below, at) { continue }
          (under[at], under[at &+ 1], under[at &+ 2]) = (over[at], over[at &+ 1], over[at &+ 2])
        }
      }
    }
  }

  /// In another, smaller size: each pixel is the mean of the area it covers.
  package func shrunk(width w: Int, height h: Int) -> Picture {
    guard w > 0, h > 0, w <= width, h <= height else { return self }
    // Rows, then columns: a mean of means over equal weights.
    func shares(_ count: Int, of total: Int) -> [[(index: Int, share: Float)]] {
      let step = Float(total) / Float(count)
      return (0..<count).map { place in
        let (from, to) = (Float(place) * step, Float(place + 1) * step)
        return (Int(from)...min(total - 1, Int(to))).map { index in
          (index, max(0, min(to, Float(index + 1)) - max(from, Float(index))) / step)
        }
      }
    }
    let (across, down) = (shares(w, of: width), shares(h, of: height))
    var rows = [Float](repeating: 0, count: h * width * 3)
    for (y, parts) in down.enumerated() {
      for (index, share) in parts {
        for at in 0..<width * 3 { rows[y * width * 3 + at] += share * Float(pixels[index * width * 3 + at]) }
      }
    }
    var small = [UInt8](repeating: 0, count: w * h * 3)
    for y in 0..<h {
      for (x, parts) in across.enumerated() {
        for c in 0..<3 {
          let sum = parts.reduce(Float(0)) { $0 + $1.share * rows[(y * width + $1.index) * 3 + c] }
          small[(y * w + x) * 3 + c] = UInt8(max(0, min(255, sum.rounded())))
        }
      }
    }
    return Picture(width: w, height: h, pixels: small)
  }

  /// Halved in both directions until it fits.
  package func fitting(width limit: Int) -> Picture {
    guard width > limit, limit > 0 else { return self }
    let shrink = (width + limit - 1) / limit
    let (w, h) = (width / shrink, max(1, height / shrink))
    var small = [UInt8](repeating: 0, count: w * h * 3)
    for y in 0..<h {
      for x in 0..<w {
        for c in 0..<3 {
          var sum = 0
          for dy in 0..<shrink where y * shrink + dy < height {
            for dx in 0..<shrink { sum += Int(pixels[((y * shrink + dy) * width + x * shrink + dx) * 3 + c]) }
          }
          small[(y * w + x) * 3 + c] = UInt8(min(255, sum / (shrink * shrink)))
        }
      }
    }
    return Picture(width: w, height: h, pixels: small)
  }
}
