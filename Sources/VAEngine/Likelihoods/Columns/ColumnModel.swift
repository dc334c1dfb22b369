/// How one column of a table is distributed given the code.
package struct ColumnModel: Hashable, Sendable, Codable {
  package enum Kind: String, Sendable, CaseIterable, Codable {
    case gaussian, lognormal, poisson, bernoulli, categorical

    /// One line, no full stop.
    package var summary: String {
      switch self {
      case .gaussian: "real numbers: normal with a σ of its own, learned"
      case .lognormal: "positive numbers: normal in their logarithm, with a σ of its own, learned"
      case .poisson: "counts 0, 1, 2, …: Poisson"
      case .bernoulli: "0 or 1: a probability"
      case .categorical: "categories, one-hot: a probability for each"
      }
    }

    /// Whether it has a σ of its own.
    var hasSigma: Bool { self == .gaussian || self == .lognormal }
  }

  package let name: String
  package let kind: Kind
  /// The names of the categories, one element of an example each; empty of all other kinds, which are one element.
  package let categories: [String]
  /// Digits behind the point that the data have; nil where they have as many as float32 holds.
  package let decimals: Int?
  /// The smallest and the largest value of the data; nil where there is none.
  package let range: ClosedRange<Double>?

  package init(
    _ name: String, _ kind: Kind, categories: [String] = [], decimals: Int? = nil, range: ClosedRange<Double>? = nil
  ) {
    (self.name, self.kind, self.categories) = (name, kind, categories)
    (self.decimals, self.range) = (decimals, range)
  }

  /// How many elements of an example it is.
  package var width: Int { kind == .categorical ? categories.count : 1 }

  /// A number as the column has them: inside the range of the data, with their digits.
  package func written(_ value: Double) -> Double {
    var value = value
    if let range, value.isFinite { value = min(max(value, range.lowerBound), range.upperBound) }
    guard let decimals else { return value }
    var power = 1.0
    for _ in 0..<decimals { power *= 10 }
    return (value * power).rounded() / power
  }
}

/// The columns of a table in the order of an example's elements: a likelihood for each.
package struct TableColumns: Hashable, Sendable, Codable {
  package let models: [ColumnModel]
  /// Whether training data have missing values: then the encoder is told which are observed.
  package let hasMissing: Bool

  package init(_ models: [ColumnModel], hasMissing: Bool) { (self.models, self.hasMissing) = (models, hasMissing) }

  /// Elements of an example.
  package var width: Int { models.reduce(0) { $0 + $1.width } }

  /// The elements of each column.
  package var elements: [Range<Int>] {
    var next = 0
    return models.map { model in
      defer { next += model.width }
      return next..<next + model.width
    }
  }

  /// Whether a file's columns can be those of a model.
  var isSound: Bool {
    !models.isEmpty
      && models.allSatisfy {
        ($0.kind == .categorical) == !$0.categories.isEmpty && ($0.decimals.map { (0...15).contains($0) } ?? true)
      }
  }

  /// Neighboring columns of one kind, which one expression computes; each category column is a run of its own.
  struct Run {
    let kind: ColumnModel.Kind
    /// Of an example.
    var elements: Range<Int>
    /// Among those that have a σ.
    var sigmas: Range<Int>
  }

  var runs: [Run] {
    var runs: [Run] = []
    var sigmas = 0
    for (model, elements) in zip(models, elements) {
      let own = sigmas..<sigmas + (model.kind.hasSigma ? 1 : 0)
      sigmas = own.upperBound
      if let last = runs.last, last.kind == model.kind, model.kind != .categorical {
        runs[runs.count - 1].elements = last.elements.lowerBound..<elements.upperBound
        runs[runs.count - 1].sigmas = last.sigmas.lowerBound..<own.upperBound
      } else {
        runs.append(Run(kind: model.kind, elements: elements, sigmas: own))
      }
    }
    return runs
  }

  /// `3 gaussian, 2 categorical`.
  package var shown: String {
    ColumnModel.Kind.allCases.compactMap { kind in
      let count = models.count { $0.kind == kind }
      return count > 0 ? "\(count) \(kind.rawValue)" : nil
    }.joined(separator: ", ")
  }

  /// Columns that have a σ.
  var sigmaCount: Int { models.count { $0.kind.hasSigma } }
}
