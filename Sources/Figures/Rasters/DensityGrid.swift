import Glibc

/// The density of points: counts on a grid of 96 × 96, smoothed with a Gaussian of two cells.
struct DensityGrid {
  private let side = 96
  private var values: [Float]
  private let bounds: (x: ClosedRange<Double>, y: ClosedRange<Double>)

  init(_ x: [Float], _ y: [Float], bounds: (x: ClosedRange<Double>, y: ClosedRange<Double>)) {
    self.bounds = bounds
    var counts = [Float](repeating: 0, count: side * side)
    let width = bounds.x.upperBound - bounds.x.lowerBound
    let height = bounds.y.upperBound - bounds.y.lowerBound
    for (px, py) in zip(x, y) where px.isFinite && py.isFinite {
      let column = Int((Double(px) - bounds.x.lowerBound) / width * Double(side))
      let row = Int((Double(py) - bounds.y.lowerBound) / height * Double(side))
      counts[max(0, min(side - 1, row)) * side + max(0, min(side - 1, column))] += 1
    }
    let kernel = (-6...6).map { expf(-Float($0 * $0) / 8) }
    let sum = kernel.reduce(0, +)
    values = counts
    for axis in 0..<2 {
      var smooth = [Float](repeating: 0, count: side * side)
      for row in 0..<side {
        for column in 0..<side {
          var total: Float = 0
          for (index, weight) in kernel.enumerated() {
            let at = (axis == 0 ? column : row) + index - 6
            guard at >= 0, at < side else { continue }
            total += weight * values[axis == 0 ? row * side + at : at * side + column]
          }
          smooth[row * side + column] = total / sum
        }
      }
      values = smooth
    }
  }

  /// The density above which cells contain that fraction of all points.
  func level(holding share: Double) -> Float {
    let sorted = values.sorted(by: >)
    let all = sorted.reduce(0) { $0 + Double($1) }
    var sum = 0.0
    for value in sorted {
      sum += Double(value)
      if sum >= share * all { return value }
    }
    return 0
  }

  /// Segments x₁, y₁, x₂, y₂ where the density crosses `level` (marching squares between the cells' middles).
  func contour(at level: Float) -> [[Float]] {
    var segments = [[Float]](repeating: [], count: 4)
    func point(_ column: Double, _ row: Double) -> (Float, Float) {
      let (w, h) = (bounds.x.upperBound - bounds.x.lowerBound, bounds.y.upperBound - bounds.y.lowerBound)
      return (
        Float(bounds.x.lowerBound + (column + 0.5) / Double(side) * w),
        Float(bounds.y.lowerBound + (row + 0.5) / Double(side) * h)
      )
    }
    for row in 0..<side - 1 {
      for column in 0..<side - 1 {
        // Corners in order around the square.
        let corners = [(0, 0), (1, 0), (1, 1), (0, 1)]
        let heights = corners.map { values[(row + $0.1) * side + column + $0.0] }
        var crossings: [(Float, Float)] = []
        for edge in 0..<4 {
          let (a, b) = (heights[edge], heights[(edge + 1) % 4])
          guard (a >= level) != (b >= level) else { continue }
          let t = Double((level - a) / (b - a))
          let (from, to) = (corners[edge], corners[(edge + 1) % 4])
          crossings.append(
            point(
              Double(column) + Double(from.0) + t * Double(to.0 - from.0),
              Double(row) + Double(from.1) + t * Double(to.1 - from.1)))
        }
        for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
          segments[0].append(crossings[pair].0)
          segments[1].append(crossings[pair].1)
          segments[2].append(crossings[pair + 1].0)
          segments[3].append(crossings[pair + 1].1)
        }
      }
    }
    return segments
  }
}
