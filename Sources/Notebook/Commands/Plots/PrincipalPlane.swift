import Language
import SessionCore
import Tensors

/// The two directions of most variance (PCA), by power iteration on the covariance in Double.
struct PrincipalPlane {
  let x: [Float]
  let y: [Float]
  /// The largest number of dimensions; their covariance takes 512 MiB.
  private static let largest = 8192
  /// The fractions of the total variance.
  let explained: [Double]

  /// - Parameter points: Rows of `dimensions` numbers.
  /// - Throws: `Stopped`; a fault when the covariance would be too large.
  init(_ points: [Float], dimensions d: Int) throws {
    guard d <= Self.largest else {
      throw Fault(
        .outOfMemory, "PCA supports at most \(Self.largest) dimensions, got \(d)", fix: "Choose two: dims=0,1")
    }
    let n = max(points.count / d, 1)
    var means = [Double](repeating: 0, count: d)
    for (index, value) in points.enumerated() { means[index % d] += Double(value) / Double(n) }
    var covariance = [Double](repeating: 0, count: d * d)
    for row in 0..<points.count / d {
      try Stopping.check()
      for i in 0..<d {
        let a = Double(points[row * d + i]) - means[i]
        for j in i..<d { covariance[i * d + j] += a * (Double(points[row * d + j]) - means[j]) / Double(n) }
      }
    }
    for i in 0..<d { for j in 0..<i { covariance[i * d + j] = covariance[j * d + i] } }
    let total = (0..<d).reduce(0) { $0 + covariance[$1 * d + $1] }
    var axes: [[Double]] = []
    var shares: [Double] = []
    for _ in 0..<2 {
      var v = (0..<d).map { 1 + Double($0) * 0.01 }
      var value = 0.0
      for _ in 0..<300 {
        try Stopping.check()
        var w = (0..<d).map { i in (0..<d).reduce(0) { $0 + covariance[i * d + $1] * v[$1] } }
        value = w.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard value > 1e-30 else { break }
        w = w.map { $0 / value }
        v = w
      }
      // The sign is arbitrary: a positive largest component makes it reproducible.
      if let strongest = v.max(by: { abs($0) < abs($1) }), strongest < 0 { v = v.map { -$0 } }
      axes.append(v)
      shares.append(total > 0 ? value / total : 0)
      for i in 0..<d { for j in 0..<d { covariance[i * d + j] -= value * v[i] * v[j] } }
    }
    func projected(_ axis: [Double]) -> [Float] {
      (0..<points.count / d).map { row in
        Float((0..<d).reduce(0) { $0 + (Double(points[row * d + $1]) - means[$1]) * axis[$1] })
      }
    }
    (x, y, explained) = (projected(axes[0]), projected(axes[1]), shares)
  }

  /// `PC1 (23 % of variance)`.
  func label(_ axis: Int) -> String { "PC\(axis + 1) (\(Int((100 * explained[axis]).rounded())) % of variance)" }
}
