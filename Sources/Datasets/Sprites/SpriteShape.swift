import Glibc

/// A shape of the sprites, as the distance of a point to its outline: negative inside.
///
/// Coordinates are the shape's own: rotated back, y upwards, in units of the shape's size.
enum SpriteShape: Int, CaseIterable {
  case square, ellipse, heart

  var name: String {
    switch self {
    case .square: "square"
    case .ellipse: "ellipse"
    case .heart: "heart"
    }
  }

  /// Radius of the circle around the center that holds the shape, in its own units.
  var radius: Float {
    switch self {
    case .square: 0.66 * 1.4143
    case .ellipse: 0.92
    case .heart: 0.95
    }
  }

  /// Half the side of the square; semi-axes of the ellipse; pixels of the heart's unit.
  private static let side: Float = 0.66
  private static let axes = SIMD2<Float>(0.92, 0.55)
  private static let heartSize: Float = 1.4

  @inline(__always)
  static func square(_ x: Float, _ y: Float) -> Float { max(abs(x), abs(y)) - side }

  /// First-order distance f·|f + 1| / |∇| of f = |p / axes| − 1: exact on the outline, where it is evaluated.
  @inline(__always)
  static func ellipse(_ x: Float, _ y: Float) -> Float {
    let (u, v) = (x / axes.x, y / axes.y)
    let k = (u * u + v * v).squareRoot()
    let (du, dv) = (u / axes.x, v / axes.y)
    let gradient = (du * du + dv * dv).squareRoot()
    return gradient > 1e-6 ? k * (k - 1) / gradient : -axes.y
  }

  /// Two quarter-turned arcs of radius √2/4 on a square standing on its corner; exact distance.
  @inline(__always)
  static func heart(_ x: Float, _ y: Float) -> Float {
    let (px, py) = (abs(x) / heartSize, y / heartSize + 0.55)
    func length(_ a: Float, _ b: Float) -> Float { (a * a + b * b).squareRoot() }
    if px + py > 1 { return heartSize * (length(px - 0.25, py - 0.75) - 0.353_553_4) }
    let half = 0.5 * max(px + py, 0)
    let toTip = length(px, py - 1)
    let toSide = length(px - half, py - half)
    return heartSize * min(toTip, toSide) * (px > py ? 1 : -1)
  }
}
