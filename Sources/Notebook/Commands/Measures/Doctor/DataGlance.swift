import SessionCore
import Tensors
import VAEngine

/// What a look at some examples tells.
struct DataGlance {
  let count: Int
  let low: Double
  let high: Double
  let isFinite: Bool
  /// Of all elements.
  let mean: Double
  /// Whether all are counts 0, 1, 2, …
  let areCounts: Bool
  /// Whether all examples are the same one.
  let isConstant: Bool

  /// The largest magnitude.
  var largest: Double { max(abs(low), abs(high)) }

  init(_ data: DatasetValue) throws {
    count = data.dataset.count
    let values = try data.source.values().elements(as: Float.self)
    let size = max(data.source.exampleShape.count, 1)
    isFinite = values.allSatisfy(\.isFinite)
    (low, high) = (Double(values.min() ?? 0), Double(values.max() ?? 0))
    mean = values.reduce(0.0) { $0 + Double($1) } / Double(max(values.count, 1))
    areCounts = values.allSatisfy { $0 >= 0 && $0 == $0.rounded() }
    isConstant = count > 1 && values.indices.allSatisfy { values[$0] == values[$0 % size] }
  }

  /// Whether the likelihood gives such values a probability, but for what scaling and resizing round.
  func fits(_ likelihood: Likelihood) -> Bool {
    switch likelihood.support {
    case .realLine: true
    case .unitInterval: low >= -1e-5 && high <= 1 + 1e-5
    case .counts: areCounts
    }
  }
}
