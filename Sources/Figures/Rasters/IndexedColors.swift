/// A palette of limited size, and the palette index of each pixel.
package struct IndexedColors {
  package let colors: [[UInt8]]
  package let indices: [UInt8]

  /// The picture's own colors when they are few enough, else those that stand for most pixels and the most frequent
  /// ones, the rest to the nearest of them.
  package init(_ pictures: [Picture], limit: Int = 256) {
    var counts: [UInt32: Int] = [:]
    for picture in pictures {
      picture.pixels.withUnsafeBufferPointer { pixels in
        var (last, run) = (UInt32.max, 0)
        for index in stride(from: 0, to: pixels.count, by: 3) {
          let key = UInt32(pixels[index]) << 16 | UInt32(pixels[index + 1]) << 8 | UInt32(pixels[index + 2])
          if key == last {
            run += 1
          } else {
            if run > 0 { counts[last, default: 0] += run }
            (last, run) = (key, 1)
          }
        }
        if run > 0 { counts[last, default: 0] += run }
      }
    }
    let chosen: [UInt32]
    if counts.count <= limit {
      chosen = counts.keys.sorted()
    } else {
      chosen = Self.popular(counts, limit)
    }
    var table: [UInt32: UInt8] = [:]
    for (index, key) in chosen.enumerated() { table[key] = UInt8(index) }
    colors = chosen.map { [UInt8($0 >> 16), UInt8($0 >> 8 & 255), UInt8($0 & 255)] }
    var indices: [UInt8] = []
    indices.reserveCapacity(pictures.reduce(0) { $0 + $1.width * $1.height })
    for picture in pictures {
      var (last, place) = (UInt32.max, UInt8(0))
      for index in stride(from: 0, to: picture.pixels.count, by: 3) {
        let key =
          UInt32(picture.pixels[index]) << 16 | UInt32(picture.pixels[index + 1]) << 8
          | UInt32(picture.pixels[index + 2])
        if key != last {
          place = table[key] ?? Self.nearest(key, chosen)
          table[key] = place
          last = key
        }
        indices.append(place)
      }
    }
    self.indices = indices
  }

  /// One half: cells of 4 bits a channel by how many pixels they hold, of each its most frequent color, so that no hue
  /// is lost. The other half: the most frequent colors of all, so that grays stay smooth.
  private static func popular(_ counts: [UInt32: Int], _ limit: Int) -> [UInt32] {
    var cells: [UInt32: (count: Int, best: UInt32, most: Int)] = [:]
    for (key, count) in counts {
      var cell = cells[key & 0xF0F0F0] ?? (0, key, 0)
      cell.count += count
      if count > cell.most || (count == cell.most && key < cell.best) { (cell.best, cell.most) = (key, count) }
      cells[key & 0xF0F0F0] = cell
    }
    var chosen = Set(
      cells.values.sorted { ($0.count, $1.best) > ($1.count, $0.best) }.prefix((limit + 1) / 2).map(\.best))
    for (key, _) in counts.sorted(by: { ($0.value, $1.key) > ($1.value, $0.key) }) {
      if chosen.count == limit { break }
      chosen.insert(key)
    }
    return chosen.sorted()
  }

  private static func nearest(_ key: UInt32, _ colors: [UInt32]) -> UInt8 {
    var (best, distance) = (0, Int.max)
    for (index, color) in colors.enumerated() {
      let r = Int(color >> 16) - Int(key >> 16)
      let g = Int(color >> 8 & 255) - Int(key >> 8 & 255)
      let b = Int(color & 255) - Int(key & 255)
      // Weights of perceived brightness.
      let d = 3 * r * r + 6 * g * g + b * b
      if d < distance { (best, distance) = (index, d) }
    }
    return UInt8(best)
  }
}
