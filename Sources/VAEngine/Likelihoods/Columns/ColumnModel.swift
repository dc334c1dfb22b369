/// How one column of a table is distributed given the code.
package struct ColumnModel: Hashable, Sendable, Codable {
  package enum Kind: String, Sendable, CaseIterable, Codable {
    case gaussian, lognormal, poisson, nb, zinb, ordinal, bernoulli, categorical

    /// One line, no full stop.
    package var summary: String {
      switch self {
      case .gaussian: "real numbers: normal with a σ of its own, learned"
      case .lognormal: "positive numbers: normal in their logarithm, with a σ of its own, learned"
      case .poisson: "counts 0, 1, 2, …: Poisson"
      case .nb: "counts that vary more than a Poisson: negative binomial with a dispersion of its own, learned"
      case .zinb: "counts with more zeros than nb: a learned share of them is 0 whatever the mean"
      case .ordinal: "grades low, …, high in whole numbers: cumulative logits with learned thresholds"
      case .bernoulli: "0 or 1: a probability"
      case .categorical: "categories, one-hot: a probability for each"
      }
    }

    /// Whether it has a σ of its own.
    var hasSigma: Bool { self == .gaussian || self == .lognormal }
    /// Whether it is of counts 0, 1, 2, …
    var isOfCounts: Bool { self == .poisson || self == .nb || self == .zinb }
    /// Whether a column is computed by itself.
    var standsAlone: Bool { self == .categorical || self == .ordinal }
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

  /// The most grades of an ordinal column.
  package static let gradeLimit = 100

  /// Grades of an ordinal column, from the smallest value of the data to the largest; 0 of others.
  package var gradeCount: Int {
    guard kind == .ordinal, let range, range.upperBound - range.lowerBound < 1e6 else { return 0 }
    return Int(range.upperBound - range.lowerBound) + 1
  }

  /// Whether the grades of an ordinal column are whole numbers, 2 to 100 of them; true of others.
  package var hasSoundGrades: Bool {
    guard kind == .ordinal else { return true }
    guard let range, range.lowerBound == range.lowerBound.rounded(), range.upperBound == range.upperBound.rounded()
    else { return false }
    return (decimals ?? 1) == 0 && (2...Self.gradeLimit).contains(gradeCount)
  }

  /// How many of the likelihood's parameters with this name are the column's.
  func count(of parameter: String) -> Int {
    switch parameter {
    case ColumnParameter.logSigma: kind.hasSigma ? 1 : 0
    case ColumnParameter.logTheta: kind == .nb || kind == .zinb ? 1 : 0
    case ColumnParameter.dropout: kind == .zinb ? 1 : 0
    case ColumnParameter.thresholds: max(0, gradeCount - 1)
    default: 0
    }
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
        ($0.kind == .categorical) == !$0.categories.isEmpty && $0.hasSoundGrades
          && ($0.decimals.map { (0...15).contains($0) } ?? true)
      }
  }

  /// Neighboring columns of one kind, which one expression computes; each column of categories or grades is a run of its
  /// own.
  struct Run {
    let kind: ColumnModel.Kind
    /// The first column.
    let first: ColumnModel
    /// Of an example.
    var elements: Range<Int>
    /// Its part of each of the likelihood's parameters.
    var own: [String: Range<Int>]

    /// Its part of a parameter; empty of one that it has not.
    func part(of parameter: String) -> Range<Int> { own[parameter] ?? 0..<0 }
  }

  var runs: [Run] {
    var runs: [Run] = []
    var next: [String: Int] = [:]
    for (model, elements) in zip(models, elements) {
      var own: [String: Range<Int>] = [:]
      for parameter in ColumnParameter.learned {
        let start = next[parameter] ?? 0
        own[parameter] = start..<start + model.count(of: parameter)
        next[parameter] = own[parameter]?.upperBound
      }
      if let last = runs.last, last.kind == model.kind, !model.kind.standsAlone {
        runs[runs.count - 1].elements = last.elements.lowerBound..<elements.upperBound
        runs[runs.count - 1].own = last.own.merging(own) { $0.lowerBound..<$1.upperBound }
      } else {
        runs.append(Run(kind: model.kind, first: model, elements: elements, own: own))
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

  /// Numbers of a parameter, all columns together.
  func count(of parameter: String) -> Int { models.reduce(0) { $0 + $1.count(of: parameter) } }
}
