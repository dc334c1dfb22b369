import Datasets
import Glibc
import SessionCore
import Tensors
import VAEngine

/// The columns of a table as a model takes them: neighbors named `color=red`, `color=blue` are one column of categories.
extension DatasetValue {
  /// Whether examples are rows of named columns.
  var isTable: Bool { dataset.exampleShape == [dataset.columns.count] && dataset.hasNamedColumns }

  /// A column of the table, before it is known what its numbers are.
  private struct Column {
    var name: String
    var elements: Range<Int>
    var categories: [String] = []
  }

  private var groups: [Column] {
    var groups: [Column] = []
    for (index, name) in dataset.columns.enumerated() {
      guard let cut = name.firstIndex(of: "=") else {
        groups.append(Column(name: name, elements: index..<index + 1))
        continue
      }
      let (column, category) = (String(name[..<cut]), String(name[name.index(after: cut)...]))
      if let last = groups.last, last.name == column, !last.categories.isEmpty {
        groups[groups.count - 1].elements = last.elements.lowerBound..<index + 1
        groups[groups.count - 1].categories.append(category)
      } else {
        groups.append(Column(name: column, elements: index..<index + 1, categories: [category]))
      }
    }
    return groups
  }

  /// Names of the columns, those of categories once.
  var columnNames: [String] { groups.map(\.name) }

  /// A likelihood for every column: the one asked for, else by what its values are. Numbers that are all 0 or 1 are
  /// Bernoulli; small whole numbers whose variance is about their mean are Poisson; positive numbers whose logarithm is less
  /// skewed than they are, lognormal; all others Gaussian.
  ///
  /// - Parameter asked: By the names of columns.
  func tableColumns(_ asked: [String: ColumnModel.Kind] = [:]) throws -> TableColumns {
    let groups = groups
    var numbers = groups.map { _ in ColumnNumbers() }
    var hasMissing = false
    let rows = max(1, (1 << 18) / max(dataset.exampleShape.count, 1))
    let width = dataset.exampleShape.count
    for start in stride(from: 0, to: dataset.count, by: rows) {
      try Stopping.check()
      let values = try dataset.doubles(start..<min(start + rows, dataset.count))
      for first in stride(from: 0, to: values.count, by: width) {
        for (place, group) in groups.enumerated() {
          let value = values[first + group.elements.lowerBound]
          if value.isNaN {
            hasMissing = true
          } else if group.categories.isEmpty {
            numbers[place].add(value)
          }
        }
      }
    }
    let isDouble = dataset.storage.dtype == .float64
    let models = zip(groups, numbers).map { group, numbers in
      guard group.categories.isEmpty else {
        return ColumnModel(group.name, .categorical, categories: group.categories)
      }
      let kind = asked[group.name] ?? numbers.kind
      let model = ColumnModel(group.name, kind, decimals: numbers.decimals(isDouble: isDouble))
      // Without what float32 added.
      let range = numbers.range.map { model.written($0.lowerBound)...model.written($0.upperBound) }
      return ColumnModel(group.name, kind, decimals: model.decimals, range: range)
    }
    return TableColumns(models, hasMissing: hasMissing)
  }
}

/// What decides the likelihood of a column of numbers.
private struct ColumnNumbers {
  private var count = 0.0
  private var (low, high) = (Double.infinity, -Double.infinity)
  private var (isWhole, isBinary) = (true, true)
  private var (plain, logarithm) = (Powers(), Powers())
  /// The digits that every value so far is written with, at most `digitLimit`; more than that are none that were chosen.
  private var digits = (float: 0, double: 0)
  private static let digitLimit = 6

  /// Sums of powers around the first value.
  private struct Powers {
    var origin: Double?
    var (first, second, third) = (0.0, 0.0, 0.0)

    mutating func add(_ value: Double) {
      let delta = value - (origin ?? value)
      origin = origin ?? value
      (first, second, third) = (first + delta, second + delta * delta, third + delta * delta * delta)
    }

    func mean(of n: Double) -> Double { (origin ?? 0) + first / n }
    func variance(of n: Double) -> Double { max(0, second / n - (first / n) * (first / n)) }

    /// E[(x − μ)³] / σ³.
    func skewness(of n: Double) -> Double {
      let (a, b, c) = (first / n, second / n, third / n)
      let deviation = max(0, b - a * a).squareRoot()
      return deviation > 0 ? (c - 3 * a * b + 2 * a * a * a) / (deviation * deviation * deviation) : 0
    }
  }

  mutating func add(_ value: Double) {
    count += 1
    (low, high) = (min(low, value), max(high, value))
    isWhole = isWhole && value == value.rounded()
    isBinary = isBinary && (value == 0 || value == 1)
    plain.add(value)
    if value > 0 { logarithm.add(log(value)) }
    while digits.float <= Self.digitLimit, !Self.has(digits.float, Float(value)) { digits.float += 1 }
    while digits.double <= Self.digitLimit, !Self.has(digits.double, value) { digits.double += 1 }
  }

  private static func has<T: BinaryFloatingPoint>(_ digits: Int, _ value: T) -> Bool {
    let power = pow(10, Double(digits))
    return T((Double(value) * power).rounded() / power) == value
  }

  var kind: ColumnModel.Kind {
    guard count > 0 else { return .gaussian }
    if isBinary { return .bernoulli }
    let (mean, variance) = (plain.mean(of: count), plain.variance(of: count))
    if isWhole, low >= 0, high <= 100, mean > 0, (0.5...2).contains(variance / mean) { return .poisson }
    let (own, log) = (plain.skewness(of: count), logarithm.skewness(of: count))
    return low > 0 && own > 1 && abs(log) < 0.5 * own ? .lognormal : .gaussian
  }

  func decimals(isDouble: Bool) -> Int? {
    let found = isDouble ? digits.double : digits.float
    return count > 0 && found <= Self.digitLimit ? found : nil
  }

  var range: ClosedRange<Double>? { low <= high && low.isFinite && high.isFinite ? low...high : nil }
}
