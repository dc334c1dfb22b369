import Glibc
import Graphs

extension Likelihood {
  /// 256 bins of a logistic density, mean and scale per pixel: a probability of gray values v/255.
  package static let logistic256 = Likelihood(
    "logistic256", summary: "256 gray levels, discretized logistic",
    source: "Kingma et al. 2016, section 5; Tomczak & Welling 2018", outputsPerPixel: 2,
    support: .unitInterval, measure: .probability,
    write: { outputs, x throws(ShapeError) in try negativeLogMass(outputs, x).sum([1]) },
    mean: { outputs, pixels throws(ShapeError) in sigmoid(try outputs.slice(axis: 1, 0..<pixels)) }, output: logit,
    draw: { draw in
      let u = draw.uniform
      let scale = Glibc.exp(min(max(Double(draw.outputs.1), -4.5), 0))
      let value = 1 / (1 + Glibc.exp(-Double(draw.outputs.0))) + scale * Glibc.log(u / (1 - u))
      return Float(min(max((value * 256).rounded(.down), 0), 255) / 255)
    },
    constantLoss: nil)

  /// Mass of the bin of x = v/255, v = 0 … 255, with edges v/256 and (v + 1)/256, the outer ones open:
  ///
  ///     log(σ(a) − σ(b)) = log(−expm1(−(a − b))) − softplus(−a) − softplus(b)
  ///
  /// for a = (upper − mean) / scale and b = (lower − mean) / scale, which loses no digits anywhere.
  private static func negativeLogMass(_ outputs: Symbol, _ x: Symbol) throws(ShapeError) -> Symbol {
    let pixels = x.shape[1]
    let mean = sigmoid(try outputs.slice(axis: 1, 0..<pixels))
    let logScale = hardtanh(try outputs.slice(axis: 1, pixels..<2 * pixels), -4.5, 0)
    let inverse = Graphs.exp(-logScale)
    let level = Graphs.round(x * 255)
    let a = try ((level + 1) * (1.0 / 256) - mean) * inverse
    let b = try (level * (1.0 / 256) - mean) * inverse
    let inside = try Graphs.log(-Graphs.expm1(-(inverse * (1.0 / 256)))) - softplus(-a) - softplus(b)
    let graph = x.graph
    let upper = try select(less(graph.constant(254.5), level), -softplus(b), inside)
    return try -select(less(level, graph.constant(0.5)), -softplus(-a), upper)
  }
}
