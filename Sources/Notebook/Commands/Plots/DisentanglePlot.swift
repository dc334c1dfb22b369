import Figures
import SessionCore
import Text
import VAEngine

/// How much of every factor's entropy each dimension knows, as a heat map.
struct DisentanglePlot: PlotSubject {
  static let (name, help) = ("disentangle", "what each dimension knows of each factor, as mutual information")

  let data = PlotData()
  @Option(.integer(2...10_000), default: 20, help: "bins of a dimension") var bins: Int

  func draw(_ plot: PlotItems) throws -> Figure {
    let bins = bins
    let plot = self.data.items(plot)
    let (name, model) = try plot.model()
    let source = try plot.data(for: model).drawnOnce()
    let subject = try DisentangledCodes(
      plot.live(model), named: name, source, factors: nil, at: $bins, seed: 0, plot.execution
    ) { plot.fault($0, $1, fix: $2) }
    let found = InformationScores(subject.codes, bins: bins)
    // Dimensions that know most first.
    let shares = found.shares
    let order = shares.indices.sorted { (shares[$0].max() ?? 0, $1) > (shares[$1].max() ?? 0, $0) }
    return Figure(
      MatrixMap(
        values: subject.codes.factors.indices.flatMap { f in order.map { 100 * shares[$0][f] } },
        rowNames: subject.codes.factors.map(\.name), columnNames: order.map(String.init), rowLabel: "factor",
        columnLabel: "latent dimension", valueLabel: "% of the factor's entropy"),
      title:
        "Mutual information of factors and dimensions of \(name): MIG \(NumberText.fixed(found.gaps.average, decimals: 3))",
      subtitle: plot.about(model, source))
  }
}
