import Glibc
import Tensors

func expf2(_ x: Float) -> Float { Glibc.expf(x) }

/// Paths through latent space, as rows of latents to decode.
package enum LatentPath {
  package enum Kind: String, Sendable, CaseIterable, Codable {
    /// `(1 − t)·a + t·b`.
    case lerp
    /// On the great circle (Shoemake 1985): `sin((1 − t)Ω)/sin Ω · a + sin(tΩ)/sin Ω · b`, Ω the angle between a and b;
    /// keeps the radius of draws of the prior (White 2016). The straight line where Ω is below 1e-4.
    case slerp
  }

  /// A point between two latents.
  package static func point(_ a: [Float], _ b: [Float], at t: Float, kind: Kind) -> [Float] {
    if kind == .slerp {
      let norm = { (x: [Float]) in x.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() }
      let (na, nb) = (norm(a), norm(b))
      let dot = zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      if na > 0, nb > 0 {
        let omega = acos(max(-1, min(1, dot / (na * nb))))
        let sine = sin(omega)
        if sine > 1e-4 {
          let (wa, wb) = (sin(Double(1 - t) * omega) / sine, sin(Double(t) * omega) / sine)
          return zip(a, b).map { Float(wa * Double($0) + wb * Double($1)) }
        }
      }
    }
    return zip(a, b).map { $0 + ($1 - $0) * t }
  }

  /// `steps` points from `a` to `b`, both ends exact, `[steps, D]`.
  package static func between(_ a: [Float], _ b: [Float], steps: Int, kind: Kind) throws -> Tensor {
    let rows = (0..<steps).map { i -> [Float] in
      if i == 0 { return a }
      return i == steps - 1 ? b : point(a, b, at: Float(i) / Float(max(steps - 1, 1)), kind: kind)
    }
    return try Tensor(rows.flatMap { $0 }, shape: [steps, a.count])
  }

  /// A square between four latents: rows go from `a`–`b` to `c`–`d`, `[steps · steps, D]`.
  package static func square(
    _ a: [Float], _ b: [Float], _ c: [Float], _ d: [Float], steps: Int, kind: Kind
  ) throws -> Tensor {
    var values: [Float] = []
    for row in 0..<steps {
      let t = Float(row) / Float(max(steps - 1, 1))
      let (left, right) = (point(a, c, at: t, kind: kind), point(b, d, at: t, kind: kind))
      for column in 0..<steps {
        values += point(left, right, at: Float(column) / Float(max(steps - 1, 1)), kind: kind)
      }
    }
    return try Tensor(values, shape: [steps * steps, a.count])
  }

  /// Each of `dimensions` varied over `range` from `origin`, one row of `steps` per dimension.
  package static func traversal(
    from origin: [Float], dimensions: [Int], range: ClosedRange<Float>, steps: Int
  ) throws -> Tensor {
    var values: [Float] = []
    for dimension in dimensions {
      for step in 0..<steps {
        var z = origin
        z[dimension] = range.lowerBound + (range.upperBound - range.lowerBound) * Float(step) / Float(max(steps - 1, 1))
        values += z
      }
    }
    return try Tensor(values, shape: [dimensions.count * steps, origin.count])
  }

  /// The plane of a 2-D latent at the quantiles of N(0, 1), so that cells hold equal mass: `(i + ½) / n` through the
  /// inverse CDF, first coordinate along rows, second downwards from above. `[n · n, 2]`
  package static func manifold(side n: Int) throws -> Tensor {
    let quantiles = quantiles(n)
    var values: [Float] = []
    for row in 0..<n { for column in 0..<n { values += [quantiles[column], quantiles[n - 1 - row]] } }
    return try Tensor(values, shape: [n * n, 2])
  }

  /// Φ⁻¹((i + ½) / n), i = 0 ..< n.
  package static func quantiles(_ n: Int) -> [Float] {
    (0..<n).map { Float(inverseNormal((Double($0) + 0.5) / Double(n))) }
  }

  /// Φ⁻¹(p) by Newton's steps on erfc, to Double precision for p in [1e-12, 1 − 1e-12].
  package static func inverseNormal(_ p: Double) -> Double {
    var x = 0.0
    for _ in 0..<60 {
      let error = 0.5 * erfc(-x / 2.0.squareRoot()) - p
      let density = exp(-0.5 * x * x) / (2 * Double.pi).squareRoot()
      let slope = error / max(density, 1e-300)
      // Halley's correction keeps the steps inside for p near 0 and 1.
      let step = slope / (1 + 0.5 * x * slope)
      x -= max(-1, min(1, step))
      if abs(step) < 1e-14 { break }
    }
    return x
  }
}
