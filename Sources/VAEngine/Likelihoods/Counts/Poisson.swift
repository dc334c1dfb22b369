import Glibc
import Graphs

extension Likelihood {
  /// Counts whose variance is their mean μ = e^o:
  ///
  ///     −log p(x | o) = μ − x · log μ + log Γ(x + 1)
  package static func poisson(_ values: [String: Float] = [:]) -> Likelihood {
    let values = Counts.options.reduce(into: [:]) { $0[$1.word] = values[$1.word] ?? $1.defaultValue }
    return Likelihood(
      "poisson", summary: "counts 0, 1, 2, … whose variance is their mean", source: "Nazábal et al. 2020, equation 6",
      theory: """
        Counts with the mean μ and the variance μ, given the code:

            −log p(x | z) = Σ μ − x log μ + log x!,      μ = e^o

        The encoder sees log(1 + x) (log1p=no for x itself). With library=yes the total of an example is given and the code
        says its shares alone, μ = Σx · softmax(o), as for cells that were sequenced to different depths; samples then have the
        mean total of the training data. Counts that vary more than their mean, given the code, want likelihood=nb.
        """, options: Counts.options, values: values, remake: { .poisson($0) },
      support: .counts, measure: .probability, parameters: Counts.parameters(values),
      findings: [
        FamilyFinding(
          "overdispersion",
          looksFor: "a squared error above 1.5 times the mean count, where a Poisson has as much: the counts vary more"
        ) { evidence in
          guard let mean = evidence.dataMean, mean > 0 else { return nil }
          let ratio = evidence.evaluation.meanSquaredError / mean
          guard ratio > 1.5 else { return nil }
          return .init(
            "counts vary more than a Poisson",
            evidence: "squared error \(FamilyFinding.text(ratio)) times the mean count",
            advice: (setting: "likelihood", value: "nb"))
        }
      ],
      encoderView: Counts.encoderView(values), prepare: Counts.prepare(values),
      initialValues: Counts.initialValues(values, hasTheta: false),
      write: { logMean, x throws(ShapeError) in
        try (Graphs.exp(logMean) - x * logMean + logGamma(x + 1)).sum([1])
      },
      mean: { logMean, _ throws(ShapeError) in Graphs.exp(logMean) }, output: Counts.output,
      draw: { draw in Float(CountDraws.poisson(Glibc.exp(Double(draw.outputs.0)), draw.uniform)) }, constantLoss: nil)
  }
}
