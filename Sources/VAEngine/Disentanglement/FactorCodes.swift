import Glibc
import Tensors

/// Codes of examples whose factors of variation are known: what scores of disentanglement are computed from.
package struct FactorCodes: Sendable {
  package struct Factor: Sendable, Equatable {
    package let name: String
    /// The class of every example, of 0 ..< `count`, each of which occurs.
    package let classes: [Int]
    package let count: Int
    /// Whether its classes are in the order of a quantity.
    package let isOrdered: Bool

    /// - Parameter classes: Any numbers; those that occur are numbered again from 0, in their order.
    package init(_ name: String, classes: [Int], isOrdered: Bool = true) {
      let known = Set(classes).sorted()
      let places = Dictionary(uniqueKeysWithValues: known.enumerated().map { ($1, $0) })
      (self.name, self.isOrdered, count) = (name, isOrdered, known.count)
      self.classes = classes.map { places[$0] ?? 0 }
    }

    /// Of some of the examples; `count` stays what it was.
    fileprivate init(_ other: Factor, _ rows: Range<Int>) {
      (name, count, isOrdered) = (other.name, other.count, other.isOrdered)
      classes = Array(other.classes[rows])
    }
  }

  /// A column for each dimension, `[D][N]`.
  package let dimensions: [[Double]]
  package let factors: [Factor]

  package var count: Int { dimensions.first?.count ?? 0 }

  /// - Throws: `DisentanglementError` where scores have no meaning: no factors, one that is constant, fewer than 50 examples,
  ///   codes that are not finite.
  package init(dimensions: [[Double]], factors: [Factor]) throws(DisentanglementError) {
    (self.dimensions, self.factors) = (dimensions, factors)
    guard !factors.isEmpty else { throw .noFactors }
    if let constant = factors.first(where: { $0.count < 2 }) { throw .constant(constant.name) }
    guard count >= Self.fewest else { throw .tooFew(count) }
    if let bad = dimensions.firstIndex(where: { !$0.allSatisfy(\.isFinite) }) { throw .notFinite(dimension: bad) }
  }

  static let fewest = 50

  private init(_ other: FactorCodes, _ rows: Range<Int>) {
    dimensions = other.dimensions.map { Array($0[rows]) }
    factors = other.factors.map { Factor($0, rows) }
  }

  /// Two thirds to learn from, at most 10,000, and the rest, at most 5,000, as disentanglement_lib has them.
  package var halves: (train: FactorCodes, test: FactorCodes) {
    let train = min(10_000, count * 2 / 3)
    return (FactorCodes(self, 0..<train), FactorCodes(self, train..<min(count, train + 5000)))
  }

  /// A row for each example, `[N, D]`.
  func rows() throws -> Tensor {
    let (n, d) = (count, dimensions.count)
    var values = [Float](repeating: 0, count: n * d)
    for (j, column) in dimensions.enumerated() {
      for (i, value) in column.enumerated() { values[i * d + j] = Float(value) }
    }
    return try Tensor(values, shape: [n, d])
  }
}

/// Why scores of disentanglement have no meaning.
package enum DisentanglementError: Error, Equatable, Sendable, CustomStringConvertible {
  case noFactors
  case constant(String)
  case tooFew(Int)
  case notFinite(dimension: Int)

  package var description: String {
    switch self {
    case .noFactors: "the data have no known factors of variation"
    case .constant(let name): "the factor '\(name)' has one value: nothing can be said of it"
    case .tooFew(let count): "\(count) examples with factors: at least \(FactorCodes.fewest) are needed"
    case .notFinite(let dimension): "the codes of dimension \(dimension) are not finite"
    }
  }
}
