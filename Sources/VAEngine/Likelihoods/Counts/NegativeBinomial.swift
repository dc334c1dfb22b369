import Glibc
import Graphs
import Tensors

extension Likelihood {
  /// Counts with mean μ = e^o and variance μ + μ²/θ, θ = e^r learned for each element (`Counts.negativeBinomial`).
  package static func negativeBinomial(_ values: [String: Float] = [:]) -> Likelihood {
    let values = Counts.options.reduce(into: [:]) { $0[$1.word] = values[$1.word] ?? $1.defaultValue }
    return Likelihood(
      "nb", summary: "counts that vary more than a Poisson: negative binomial, one learned dispersion per element",
      source: "Lopez et al. 2018, scVI, section 2.1",
      theory: """
        A negative binomial: counts with the mean μ and the variance μ + μ²/θ, given the code, where the dispersion θ is learned
        for each element and is the same for all examples:

            −log p(x | z) = Σ −log (θ)ₓ + log x! + (θ + x) log(1 + μ/θ) − x log(μ/θ)

        with (θ)ₓ = θ (θ + 1) … (θ + x − 1). For θ → ∞ it is a Poisson. log1p=, library= as for likelihood=poisson;
        'model s mlp likelihood=nb library=yes' is scVI's model of counts of genes. θ begins at what mean and variance of the
        training data say, m² / (v − m).
        """, options: Counts.options, values: values, remake: { .negativeBinomial($0) },
      support: .counts, measure: .probability,
      parameters: [.init(perElement: Counts.logTheta, initial: 0)] + Counts.parameters(values),
      findings: [
        FamilyFinding(
          "dispersion",
          looksFor: "a dispersion θ above 10,000 of most elements: their counts are those of a Poisson, and θ grows on"
        ) { evidence in
          let values = evidence.parameters[Counts.logTheta] ?? []
          let large = values.count { $0 > 9.21 }
          guard !values.isEmpty, large * 2 > values.count else { return nil }
          return .init(
            "the dispersion has no bound", evidence: "θ above 10,000 of \(large) of \(values.count) elements",
            advice: (setting: "likelihood", value: "poisson"))
        }
      ],
      encoderView: Counts.encoderView(values), prepare: Counts.prepare(values),
      initialValues: Counts.initialValues(values, hasTheta: true),
      write: { logMean, x throws(ShapeError) in
        let logTheta = try Counts.logTheta(x.graph, pixels: x.shape[1])
        return try Counts.negativeBinomial(logMean, logTheta: logTheta, x).sum([1])
      },
      mean: { logMean, _ throws(ShapeError) in Graphs.exp(logMean) }, output: Counts.output,
      draw: { draw in Float(drawNegativeBinomial(draw)) }, constantLoss: nil)
  }

  /// The same with a probability σ(π) of 0 beside it, π an output of the decoder (`Counts.zeroInflated`).
  package static func zeroInflatedNegativeBinomial(_ values: [String: Float] = [:]) -> Likelihood {
    let values = Counts.options.reduce(into: [:]) { $0[$1.word] = values[$1.word] ?? $1.defaultValue }
    return Likelihood(
      "zinb", summary: "counts with more zeros than a negative binomial: zero-inflated, two outputs per element",
      source: "Lopez et al. 2018, scVI, section 2.1",
      theory: """
        A negative binomial (see nb) of which a share σ(π) is 0 whatever its mean, π an output of the decoder for each element:

            p(0 | z) = σ(π) + (1 − σ(π)) · NB(0),      p(x | z) = (1 − σ(π)) · NB(x)   for x > 0

        E[x] = (1 − σ(π)) μ. For π → −∞ it is nb. A code can say either that a mean is small or that a count was dropped: where
        zeros are no more than nb has, zinb does not lower −ELBO; 'compare' the two.
        """, options: Counts.options, values: values, remake: { .zeroInflatedNegativeBinomial($0) },
      outputsPerPixel: 2, support: .counts, measure: .probability,
      parameters: [.init(perElement: Counts.logTheta, initial: 0)] + Counts.parameters(values),
      findings: negativeBinomial().findings.map { finding in
        FamilyFinding("zero-inflated-\(finding.id)", looksFor: finding.looksFor, look: finding.look)
      },
      encoderView: Counts.encoderView(values), prepare: Counts.prepare(values),
      initialValues: Counts.initialValues(values, hasTheta: true),
      write: { outputs, x throws(ShapeError) in
        let pixels = x.shape[1]
        let logTheta = try Counts.logTheta(x.graph, pixels: pixels)
        return try Counts.zeroInflated(
          outputs.slice(axis: 1, 0..<pixels), logTheta: logTheta,
          dropout: outputs.slice(axis: 1, pixels..<2 * pixels), x
        ).sum([1])
      },
      mean: { outputs, pixels throws(ShapeError) in
        try Graphs.exp(outputs.slice(axis: 1, 0..<pixels)) * sigmoid(-outputs.slice(axis: 1, pixels..<2 * pixels))
      }, output: Counts.output,
      draw: { draw in
        // A stream of its own: that of the count decides its size.
        let own = RandomStream(
          seed: draw.stream.seed, purpose: RandomStream.purpose(draw.stream.purpose, then: "dropout"),
          step: draw.stream.step)
        let isDropped = Double(own.uniform(draw.index)) < 1 / (1 + Glibc.exp(-Double(draw.outputs.1)))
        return isDropped ? 0 : Float(drawNegativeBinomial(draw))
      }, constantLoss: nil)
  }

  private static func drawNegativeBinomial(_ draw: Draw) -> Double {
    let bound = Double(Counts.largestLogTheta)
    let logTheta = draw.own.first.map { $0[draw.element] } ?? 0
    return CountDraws.negativeBinomial(
      mean: Glibc.exp(Double(draw.outputs.0)), theta: Glibc.exp(min(max(logTheta, -bound), bound)), draw.stream,
      draw.index)
  }
}
