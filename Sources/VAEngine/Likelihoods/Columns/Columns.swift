import Glibc
import Graphs
import Tensors

extension Likelihood {
  /// The columns of a table, each with the likelihood of its kind, given the code independent (Nazábal et al. 2020, HI-VAE,
  /// equations 3–8, with one learned σ for each column instead of one for each cell, as in Xu et al. 2019, TVAE):
  ///
  ///     −log p(x | z) = Σ over observed columns of −log p(x_c | z)
  ///
  /// Columns are standardized inside: losses, means and draws are in the units of the data. A missing value is NaN and has
  /// no term: what is bounded is log p of what was observed.
  package static func columns(_ columns: TableColumns) -> Likelihood {
    Likelihood(
      "columns", summary: "a distribution for each column of a table", source: "Nazábal et al. 2020, equations 3–8",
      columns: columns, support: .realLine, measure: .density,
      parameters: [
        .init(ColumnParameter.center, [columns.width], initial: 0, isTrained: false),
        .init(ColumnParameter.scale, [columns.width], initial: 1, isTrained: false),
      ]
        + ColumnParameter.learned.filter { columns.count(of: $0) > 0 }.map {
          .init($0, [columns.count(of: $0)], initial: 0)
        },
      write: { outputs, x throws(ShapeError) in try columns.losses(outputs, x).sum([1]) },
      mean: { outputs, _ throws(ShapeError) in try columns.means(outputs) }, output: { $0 },
      draw: { draw in draw.outputs.0 }, constantLoss: columns.constantLoss)
  }
}

extension TableColumns {
  /// Entropies: of the normal with the column's variance, and of probabilities; nil where a column's has no closed form of mean
  /// and variance.
  fileprivate var constantLoss: (@Sendable (Likelihood.Moments) -> Double)? {
    guard models.allSatisfy({ $0.kind != .lognormal && !$0.kind.isOfCounts && $0.kind != .ordinal }) else { return nil }
    let kinds = zip(models, elements).flatMap { model, elements in elements.map { _ in model.kind } }
    return { moments in
      var element = 0
      return moments.sum { mean, variance in
        defer { element = (element + 1) % kinds.count }
        let p = min(max(mean, 0), 1)
        switch kinds[element] {
        case .bernoulli: return (p > 0 ? -p * Glibc.log(p) : 0) + (p < 1 ? -(1 - p) * Glibc.log1p(-p) : 0)
        case .categorical: return p > 0 ? -p * Glibc.log(p) : 0
        case .gaussian, .lognormal, .poisson, .nb, .zinb, .ordinal:
          return 0.5 * (Glibc.log(2 * Double.pi * variance) + 1)
        }
      }
    }
  }
}
