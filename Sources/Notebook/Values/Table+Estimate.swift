import SessionCore
import VAEngine

extension Table.Cell {
  /// An estimate with its standard error; without one where it is of a single example or not finite.
  init(_ estimate: Estimate, decimals: Int) {
    let isKnown = estimate.mean.isFinite && estimate.standardError.isFinite
    self = .measured(estimate.mean, error: isKnown ? estimate.standardError : nil, decimals: decimals)
  }
}
