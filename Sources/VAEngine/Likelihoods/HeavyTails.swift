import Glibc
import Graphs

extension Likelihood {
  /// The parameter log b or log s, one for all elements.
  private static let logScale = "logScale"
  /// The parameter p of ν = 1 + eᵖ.
  private static let logDegrees = "logDegrees"

  /// A Laplace density around m with one learned scale b, whose optimum is the mean absolute error:
  ///
  ///     −log p(x | m) = |x − m| / b + log 2b
  package static let laplace = Likelihood(
    "laplace", summary: "real numbers with some large errors: Laplace with one learned scale",
    theory: """
      A density with heavier tails than a normal, so that a few large errors count by their size and not by its square:

          −log p(x | z) = Σ |x − m| / b + log 2b

      One scale b is learned for all elements; its optimum is the mean absolute error, and m is a conditional median.
      """, support: .realLine, measure: .density, parameters: [.init(logScale, initial: 0)],
    findings: [
      FamilyFinding(
        "laplace-tails",
        looksFor: "a root mean squared error below 1.3 scales, where a Laplace has 1.41: tails as light as a normal's"
      ) { evidence in
        guard let scale = evidence.parameters[logScale]?.first else { return nil }
        let ratio = evidence.evaluation.meanSquaredError.squareRoot() / Glibc.exp(Double(scale))
        guard ratio < 1.3 else { return nil }
        return .init(
          "errors have no heavy tails", evidence: "root mean squared error \(FamilyFinding.text(ratio)) scales",
          advice: (setting: "likelihood", value: "gaussian-learned"))
      }
    ],
    initialValues: { moments in [logScale: [logOfDeviation(moments) - 0.5 * Float(Glibc.log(2.0))]] },
    write: { m, x throws(ShapeError) in
      let logScale = try x.graph.parameter(logScale, [])
      return try (Graphs.abs(x - m) * Graphs.exp(-logScale) + (logScale + 0.693_147_18)).sum([1])
    },
    mean: { m, _ throws(ShapeError) in m }, output: { $0 },
    draw: { draw in
      let u = draw.uniform - 0.5
      let size = -Glibc.log1p(-2 * Swift.abs(u)) * Glibc.exp(draw.own[0][0])
      return Float(Double(draw.outputs.0) + (u < 0 ? -size : size))
    }, constantLoss: nil)

  /// Student's t density around m with one learned scale s and one learned number of degrees of freedom ν = 1 + eᵖ:
  ///
  ///     −log p(x | m) = log Γ(ν/2) − log Γ((ν + 1)/2) + ½ log(νπ) + log s + (ν + 1)/2 · log(1 + (x − m)²/(νs²))
  ///
  /// The difference of the two is −log (ν/2)_½, a rising factorial of half a step. ν > 1, so that m is a mean.
  package static let studentT = Likelihood(
    "student-t", summary: "real numbers with outliers: Student's t with learned scale and degrees of freedom",
    source: "Takahashi et al. 2018, Student-t variational autoencoder, equation 7",
    theory: """
      A density whose tails fall like a power, so that outliers hardly pull the mean:

          −log p(x | z) = Σ −log t_ν( (x − m) / s ) + log s

      One scale s and one ν > 1 are learned for all elements; for ν → ∞ it is a normal, which gaussian-learned says with fewer
      parameters.
      """, support: .realLine, measure: .density,
    parameters: [.init(logScale, initial: 0), .init(logDegrees, initial: 1.386_294_4)],
    findings: [
      FamilyFinding(
        "degrees-of-freedom", looksFor: "more than 30 degrees of freedom, where a Student's t is a normal"
      ) { evidence in
        guard let p = evidence.parameters[logDegrees]?.first else { return nil }
        let degrees = 1 + Glibc.exp(Double(p))
        guard degrees > 30 else { return nil }
        return .init(
          "errors have no heavy tails", evidence: "\(FamilyFinding.text(degrees)) degrees of freedom",
          advice: (setting: "likelihood", value: "gaussian-learned"))
      }
    ],
    initialValues: { moments in
      // At ν = 5 the variance is s² · 5/3.
      [logScale: [logOfDeviation(moments) + 0.5 * Float(Glibc.log(0.6))]]
    },
    write: { m, x throws(ShapeError) in
      let graph = x.graph
      let logScale = try graph.parameter(logScale, [])
      let degrees = Graphs.exp(hardtanh(try graph.parameter(logDegrees, []), -10, 15)) + 1
      let squared = try square((x - m) * Graphs.exp(-logScale))
      let normalizer =
        try (Graphs.log(degrees) + 1.144_729_886) * 0.5 + logScale
        - logRising(
          degrees * 0.5, graph.constant(0.5))
      return try (Graphs.log1p(squared / degrees) * ((degrees + 1) * 0.5) + normalizer).sum([1])
    },
    mean: { m, _ throws(ShapeError) in m }, output: { $0 },
    draw: { draw in
      let degrees = 1 + Glibc.exp(min(max(draw.own[1][0], -10), 15))
      let mixed = CountDraws.gamma(0.5 * degrees, draw.stream, draw.index) / (0.5 * degrees)
      let t = Double(draw.stream.normal(draw.index)) / mixed.squareRoot()
      return Float(Double(draw.outputs.0) + Glibc.exp(draw.own[0][0]) * t)
    }, constantLoss: nil)

  /// log of the root of the elements' mean variance; 0 of constant data.
  private static func logOfDeviation(_ moments: ElementMoments) -> Float {
    let variance = moments.variances.reduce(0, +) / Double(max(moments.variances.count, 1))
    return variance > 0 ? Float(0.5 * Glibc.log(variance)) : 0
  }
}
