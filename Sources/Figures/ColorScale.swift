/// Colors for numbers in 0…1, of even steps in lightness.
package enum ColorScale {
  /// Matplotlib's viridis (Smith & van der Walt 2015), nine points of it.
  package static let viridis: [[UInt8]] = [
    [68, 1, 84], [71, 44, 122], [59, 81, 139], [44, 113, 142], [33, 144, 141], [39, 173, 129], [92, 200, 99],
    [170, 220, 50], [253, 231, 37],
  ]
  /// Matplotlib's inferno.
  package static let inferno: [[UInt8]] = [
    [0, 0, 4], [31, 12, 72], [85, 15, 109], [136, 34, 106], [186, 54, 85], [227, 89, 51], [249, 140, 10],
    [249, 201, 50], [252, 255, 164],
  ]

  package static func heat(_ value: Float) -> [UInt8] { color(value, inferno) }

  package static func color(_ value: Float, _ points: [[UInt8]]) -> [UInt8] {
    let at = max(0, min(1, value.isFinite ? value : 0)) * Float(points.count - 1)
    let low = min(Int(at), points.count - 2)
    let share = at - Float(low)
    return (0..<3).map {
      UInt8((Float(points[low][$0]) * (1 - share) + Float(points[low + 1][$0]) * share).rounded())
    }
  }
}
