/// An image grid as pixels: each image enlarged by a whole factor, so that every value stays a sharp square.
struct GridPicture {
  let width: Int
  let height: Int
  /// RGB, row-major.
  let pixels: [UInt8]

  private static let gap = 2

  init(_ grid: ImageGrid, theme: Figure.Theme) {
    let columns = max(1, min(grid.columns, max(grid.count, 1)))
    let rows = max(1, (grid.count + columns - 1) / columns)
    // Small images are enlarged until a grid is some 900 pixels wide.
    let scale = max(1, min(8, 900 / max(1, columns * (grid.width + Self.gap))))
    let (cellWidth, cellHeight) = (grid.width * scale + Self.gap, grid.height * scale + Self.gap)
    let (width, height) = (columns * cellWidth + Self.gap, rows * cellHeight + Self.gap)
    let paper: [UInt8] = theme == .light ? [255, 255, 255] : [22, 24, 29]
    var pixels = [UInt8](repeating: 0, count: width * height * 3)
    for index in 0..<width * height { for c in 0..<3 { pixels[index * 3 + c] = paper[c] } }
    let plane = grid.height * grid.width
    for image in 0..<grid.count {
      let (left, top) = (Self.gap + image % columns * cellWidth, Self.gap + image / columns * cellHeight)
      if grid.framed.contains(image) {
        for y in -Self.gap..<cellHeight {
          for x in -Self.gap..<cellWidth where y < 0 || x < 0 || y >= cellHeight - Self.gap || x >= cellWidth - Self.gap
          {
            let at = ((top + y) * width + left + x) * 3
            (pixels[at], pixels[at + 1], pixels[at + 2]) = (204, 102, 119)
          }
        }
      }
      for y in 0..<grid.height * scale {
        for x in 0..<grid.width * scale {
          let at = ((top + y) * width + left + x) * 3
          let source = image * grid.channels * plane + y / scale * grid.width + x / scale
          for c in 0..<3 {
            let value = grid.pixels[source + (grid.channels == 3 ? c * plane : 0)]
            pixels[at + c] = UInt8(max(0, min(255, (value * 255).rounded())))
          }
        }
      }
    }
    (self.width, self.height, self.pixels) = (width, height, pixels)
  }

  /// The picture as an SVG around its PNG.
  var svg: [UInt8] {
    let base64 = Base64.encode(PNG.encode(self))
    let text = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)">\
      <image width="\(width)" height="\(height)" style="image-rendering:pixelated" \
      href="data:image/png;base64,\(base64)"/></svg>
      """
    return Array(text.utf8)
  }
}

/// RFC 4648.
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)]
      let word = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
      for index in 0..<4 {
        text.append(index <= part.count ? alphabet[word >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
