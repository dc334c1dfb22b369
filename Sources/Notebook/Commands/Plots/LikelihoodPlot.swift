import Figures
import SessionCore
import Text
import VAEngine

/// −log p(x) by importance sampling with growing k.
struct LikelihoodPlot: PlotSubject {
  static let (name, synonyms) = ("nll", ["likelihood", "convergence"])
  static let help = "how the importance-sampled likelihood converges"

  let data = PlotData()
  @Option(.integer(1...100_000), default: 200, help: "examples, from the first") var n: Int
  @Option(.integer(1...1_000_000), default: 1000, help: "importance samples of nll") var k: Int
  @Option(.seed, default: 0, help: "seed of the draws") var seed: Int

  func draw(_ plot: PlotItems) throws -> Figure {
    let plot = self.data.items(plot)
    let (_, first) = try plot.model()
    var lines: [Curves.Line] = []
    let kinds = Set(plot.models.map(\.model.configuration.evidence))
    let evidence = kinds.count == 1 ? first.configuration.evidence : "log p(x) or log p(x | y)"
    var caveats: Set<String> = []
    var measured: (data: DatasetValue, count: Int)?
    for (name, model) in plot.models {
      let all = try plot.data(for: model)
      let count = min(n, all.dataset.count)
      measured = (all, count)
      let data = all.subset(Array(0..<count))
      for warning in try plot.live(model).checkValues(data.source) where caveats.insert(warning.description).inserted {
        plot.execution.note(warning.description)
      }
      let result = try plot.live(model).logLikelihood(
        data.source, samples: k, seed: UInt64(seed)
      ) { try plot.execution.working("likelihood of \(name)", $0) }
      let points = result.convergence
      var line = Curves.Line(
        name: "\(name): \(NumberText.fixed(result.negativeLogLikelihood.mean, decimals: 2)) nats",
        x: points.map { Double($0.samples) }, y: points.map(\.mean))
      line.errors = points.indices.map { $0 == points.count - 1 ? result.negativeLogLikelihood.standardError : 0 }
      lines.append(line)
    }
    return Figure(
      Curves(lines: lines, xLabel: "importance samples k", yLabel: "−\(evidence), \(plot.unit)", logX: true),
      title: "Convergence of the likelihood of \(plot.names)",
      subtitle: plot.about(plot.models, measured?.data, count: measured?.count) + " · ± standard error")
  }
}
