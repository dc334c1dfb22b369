import CHighway

/// One axis of a resize or crop as a banded matrix: output i is Σ_t weights[i, t] · input[starts[i] + t].
struct Resampling: Hashable, Sendable {
  let inputExtent: Int
  let taps: Int
  let starts: [Int32]
  /// `[outputs, taps]`.
  let weights: [Float]

  var outputExtent: Int { starts.count }

  private init(inputExtent: Int, rows: [(start: Int, weights: [Float])]) {
    self.inputExtent = inputExtent
    let taps = min(inputExtent, rows.map(\.weights.count).max() ?? 1)
    self.taps = taps
    var (starts, weights): ([Int32], [Float]) = ([], [])
    for row in rows {
      // All bands have one width and end inside the input.
      let start = min(row.start, inputExtent - taps)
      starts.append(Int32(start))
      let lead = row.start - start
      weights += (0..<taps).map { row.weights.indices.contains($0 - lead) ? row.weights[$0 - lead] : 0 }
    }
    (self.starts, self.weights) = (starts, weights)
  }

  /// A triangle filter with the width of a step of the coarser grid (what Pillow calls bilinear): linear interpolation
  /// when growing, averaging of everything below an output pixel when shrinking. Weights sum to 1.
  ///
  ///     w(i, j) ∝ max(0, 1 − |(j + ½) − (i + ½)·s| / max(s, 1)),   s = input / output
  static func resize(from input: Int, to output: Int) -> Resampling {
    guard input != output else { return crop(from: input, offset: 0, count: output) }
    let scale = Double(input) / Double(output)
    let support = max(scale, 1)
    return Resampling(
      inputExtent: input,
      rows: (0..<output).map { index in
        let center = (Double(index) + 0.5) * scale
        let low = max(0, Int(center - support + 0.5))
        let high = min(input, Int(center + support + 0.5))
        let raw = (low..<max(high, low + 1)).map { max(0, 1 - abs(Double($0) + 0.5 - center) / support) }
        let sum = raw.reduce(0, +)
        return (low, raw.map { Float(sum > 0 ? $0 / sum : 1 / Double(raw.count)) })
      })
  }

  /// Elements offset ..< offset + count.
  static func crop(from input: Int, offset: Int, count: Int) -> Resampling {
    Resampling(inputExtent: input, rows: (0..<count).map { (offset + $0, [1]) })
  }

  /// This, then another: one banded matrix.
  func then(_ next: Resampling) -> Resampling {
    let rows = (0..<next.outputExtent).map { row -> (start: Int, weights: [Float]) in
      let first = Int(next.starts[row])
      let begin = (0..<next.taps).map { Int(starts[first + $0]) }.min() ?? 0
      let end = (0..<next.taps).map { Int(starts[first + $0]) + taps }.max() ?? begin + 1
      var sums = [Float](repeating: 0, count: end - begin)
      for tap in 0..<next.taps {
        let weight = next.weights[row * next.taps + tap]
        for inner in 0..<taps {
          sums[Int(starts[first + tap]) - begin + inner] += weight * weights[(first + tap) * taps + inner]
        }
      }
      return (begin, sums)
    }
    return Resampling(inputExtent: inputExtent, rows: rows)
  }
}

/// A resize or crop of images: both axes.
struct Geometry: Hashable, Sendable {
  var rows: Resampling
  var columns: Resampling

  func then(_ next: Geometry) -> Geometry { Geometry(rows: rows.then(next.rows), columns: columns.then(next.columns)) }

  /// One example's planes, from bytes or floats, each value times `scale` plus `offset`.
  func apply(
    bytes: UnsafePointer<UInt8>?, floats: UnsafePointer<Float>?, planes: Int,
    to destination: UnsafeMutablePointer<Float>,
    scale: Float, offset: Float
  ) {
    rows.starts.withUnsafeBufferPointer { rowStarts in
      rows.weights.withUnsafeBufferPointer { rowWeights in
        columns.starts.withUnsafeBufferPointer { columnStarts in
          columns.weights.withUnsafeBufferPointer { columnWeights in
            var a = elbo_resample_arguments()
            (a.bytes, a.floats, a.destination) = (bytes, floats, destination)
            (a.planes, a.height, a.width) = (Int64(planes), Int64(rows.inputExtent), Int64(columns.inputExtent))
            (a.outHeight, a.outWidth) = (Int64(rows.outputExtent), Int64(columns.outputExtent))
            (a.rowStarts, a.rowWeights, a.rowTaps) = (rowStarts.baseAddress, rowWeights.baseAddress, Int32(rows.taps))
            (a.columnStarts, a.columnWeights) = (columnStarts.baseAddress, columnWeights.baseAddress)
            a.columnTaps = Int32(columns.taps)
            (a.scale, a.offset) = (scale, offset)
            elbo_resample(&a)
          }
        }
      }
    }
  }
}
