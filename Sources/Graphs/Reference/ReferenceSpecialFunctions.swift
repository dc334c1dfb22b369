import Glibc

/// Special functions in Double by other means than the kernels: sums and recurrences as they stand in books, as slow as
/// that is. `SpecialFunctionTests` holds both to mpmath's digits.
enum Special {
  static func logGamma(_ x: Double) -> Double {
    guard x >= 0 else { return .nan }
    var sign: Int32 = 0
    return lgamma_r(x, &sign)
  }

  /// By ψ(x) = ψ(x + 1) − 1/x up to 20, and the asymptotic series there.
  static func digamma(_ x: Double) -> Double {
    guard x >= 0 else { return .nan }
    if x == 0 { return -.infinity }
    if x == .infinity { return x }
    var (y, below) = (x, 0.0)
    while y < 20 {
      below += 1 / y
      y += 1
    }
    let w = 1 / (y * y)
    let series = w * (1 / 12.0 - w * (1 / 120.0 - w * (1 / 252.0 - w * (1 / 240.0 - w * (5 / 660.0)))))
    return Glibc.log(y) - 0.5 / y - series - below
  }

  static func trigamma(_ x: Double) -> Double {
    guard x >= 0 else { return .nan }
    if x == .infinity { return 0 }
    var (y, below) = (x, 0.0)
    while y < 20 {
      below += 1 / (y * y)
      y += 1
    }
    let w = 1 / (y * y)
    let series = w * (1 / 6.0 - w * (1 / 30.0 - w * (1 / 42.0 - w * (1 / 30.0 - w * (5 / 66.0)))))
    return 1 / y + w / 2 + series / y + below
  }

  /// A sum of logarithms for whole n; else by the difference, whose digits suffice where neither number is extreme.
  static func logRising(_ a: Double, _ n: Double) -> Double {
    guard a >= 0, n >= 0 else { return .nan }
    if n == 0 { return 0 }
    if n == n.rounded(), n <= 4096 { return (0..<Int(n)).reduce(0) { $0 + Glibc.log(a + Double($1)) } }
    return logGamma(a + n) - logGamma(a)
  }

  static func digammaDifference(_ a: Double, _ n: Double) -> Double {
    guard a >= 0, n >= 0 else { return .nan }
    if n == 0 { return 0 }
    if n == n.rounded(), n <= 4096 { return (0..<Int(n)).reduce(0) { $0 + 1 / (a + Double($1)) } }
    return digamma(a + n) - digamma(a)
  }

  /// The ascending series (Abramowitz & Stegun 9.6.10), scaled down whenever it grows large: some x/2 terms.
  static func logBesselI(_ order: Double, _ x: Double) -> Double {
    guard x >= 0 else { return .nan }
    if x == 0 { return order == 0 ? 0 : -.infinity }
    if x == .infinity { return x }
    let quarter = x * x / 4
    var (rest, term, scale) = (0.0, 1.0, 0.0)
    for k in 1..<100_000 {
      let k = Double(k)
      term *= quarter / (k * (k + order))
      rest += term
      if rest > 1e250 {
        rest *= 1e-250
        term *= 1e-250
        scale += 250 * Glibc.log(10)
      }
      if term < rest * 1e-18 { break }
    }
    let sum = scale == 0 ? Glibc.log1p(rest) : Glibc.log(rest) + scale
    return sum + (order == 0 ? 0 : order * Glibc.log(x / 2)) - logGamma(order + 1)
  }

  /// Gauss's continued fraction from so far out that its tail does not matter.
  static func besselIRatio(_ order: Double, _ x: Double) -> Double {
    guard x >= 0 else { return .nan }
    if x == .infinity { return 1 }
    var ratio = 0.0
    for m in stride(from: order + (2 * x).rounded() + 200, to: order, by: -1) { ratio = x / (2 * m + x * ratio) }
    return ratio
  }

  static func besselIRatioSlope(_ order: Double, _ x: Double) -> Double {
    guard x >= 0 else { return .nan }
    if x == .infinity { return 0 }
    if x == 0 { return 1 / (2 * order + 2) }
    let (r, next) = (besselIRatio(order, x), besselIRatio(order + 1, x))
    return r * (next - r) + r / x
  }
}
