import Glibc
import Graphs

extension Likelihood {
  /// ½ log 2π.
  private static let halfLogTau: Float = 0.918_938_533

  /// N(mean, σ²) with σ given:
  ///
  ///     −log p(x | mean) = (x − mean)² / 2σ² + log σ + ½ log 2π
  package static func gaussian(sigma: Float) -> Likelihood {
    Likelihood(
      "gaussian", summary: "normal with a fixed σ (sigma=)",
      options: [.init("sigma", .positive, default: 1, help: "σ of likelihood=gaussian")], values: ["sigma": sigma],
      remake: { .gaussian(sigma: $0["sigma"] ?? 1) }, support: .realLine, measure: .density,
      write: { outputs, x throws(ShapeError) in
        let constant = logOf(sigma) + halfLogTau
        return try (square((x - outputs) * (1 / sigma)) * 0.5 + constant).sum([1])
      },
      mean: { outputs, _ throws(ShapeError) in outputs }, output: { $0 }, draw: drawNormal,
      constantLoss: { moments in
        let sigma = Double(sigma)
        let constant = Glibc.log(sigma) + 0.5 * Glibc.log(2 * Double.pi)
        return moments.sum { _, variance in variance / (2 * sigma * sigma) + constant }
      })
  }

  /// N(mean, σ²) with one σ for all pixels, learned from the data's deviation (`Model.initializeSigma`), or from 1 where
  /// initial values do not come from the data; its optimum is the root mean squared error.
  package static let gaussianLearned = Likelihood(
    "gaussian-learned", summary: "normal with one learned σ", source: "Rybkin et al. 2021, equation 4",
    codingKey: "gaussianLearned", support: .realLine,
    measure: .density, parameters: [.init("logSigma", initial: 0)],
    write: { outputs, x throws(ShapeError) in
      let logSigma = try outputs.graph.parameter("logSigma", [])
      return try (square((x - outputs) * Graphs.exp(-logSigma)) * 0.5 + (logSigma + halfLogTau)).sum([1])
    },
    mean: { outputs, _ throws(ShapeError) in outputs }, output: { $0 }, draw: drawNormal,
    constantLoss: { moments in
      // D/2 · (log 2πv + 1), v the mean variance of the D elements: what one σ for all is best at.
      let (size, total) = (moments.sum { _, _ in 1 }, moments.sum { $1 })
      return size / 2 * (Glibc.log(2 * Double.pi * total / size) + 1)
    })

  private static let drawNormal: @Sendable (Draw) -> Float = { draw in
    Float(Double(draw.outputs.0) + draw.sigma * Double(draw.stream.normal(draw.index)))
  }
}
