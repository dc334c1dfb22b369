import Glibc
import Graphs
import Tensors

/// Tables: what the likelihood's columns begin with, what their cells may be, and what each of them contributes.
extension Model {
  /// At most this many examples are averaged, evenly spread.
  private static let averagedExamples = 100_000

  /// Sets center and scale of every column to mean and deviation of its observed values, of their logarithm for positive
  /// numbers; a count's to the logarithm of its mean and the deviation of log(1 + x). σ begins at 1, the data's deviation,
  /// and the decoder's last bias, where it begins at the data's mean, at the frequencies of categories.
  ///
  /// A constant column has scale 1. Models without columns stay as they are.
  package func initializeColumns(from source: any BatchSource) throws {
    guard let columns = configuration.likelihood.columns else { return }
    try check(source)
    let width = columns.width
    let kinds = zip(columns.models, columns.elements).flatMap { model, elements in elements.map { _ in model.kind } }
    func real(_ element: Int, _ value: Double) -> Double {
      switch kinds[element] {
      case .lognormal: log(value)
      case .poisson, .nb, .zinb: log1p(value)
      default: value
      }
    }
    var counts = [Double](repeating: 0, count: width)
    var (raw, means, squares) = (counts, counts, counts)
    try forEachRow(of: source) { values in
      for i in 0..<width where !values[i].isNaN {
        counts[i] += 1
        raw[i] += Double(values[i])
        means[i] += real(i, Double(values[i]))
      }
    }
    for i in 0..<width { (raw[i], means[i]) = (raw[i] / max(counts[i], 1), means[i] / max(counts[i], 1)) }
    try forEachRow(of: source) { values in
      for i in 0..<width where !values[i].isNaN {
        let difference = real(i, Double(values[i])) - means[i]
        squares[i] += difference * difference
      }
    }
    var center = [Float](repeating: 0, count: width)
    var scale = [Float](repeating: 1, count: width)
    var output = center
    for i in 0..<width where counts[i] > 0 {
      let deviation = Float((squares[i] / counts[i]).squareRoot())
      switch kinds[i] {
      case .gaussian, .lognormal, .ordinal: (center[i], scale[i]) = (Float(means[i]), deviation > 0 ? deviation : 1)
      case .poisson, .nb, .zinb: (center[i], scale[i]) = (Float(log(max(raw[i], 1e-3))), deviation > 0 ? deviation : 1)
      case .bernoulli: output[i] = Float(Likelihood.logit(raw[i]))
      case .categorical: output[i] = Float(log(max(raw[i], 1e-3)))
      }
    }
    parameters.set(ColumnParameter.center, to: try Tensor(center, shape: [width]))
    parameters.set(ColumnParameter.scale, to: try Tensor(scale, shape: [width]))
    try initializeThresholds(columns, from: source)
    let bias = "decoder.\(configuration.architecture.decoder.count).bias"
    if configuration.outputBiasStartsAtMean, parameters.spec(named: bias)?.shape.count == width {
      parameters.set(bias, to: try Tensor(output, shape: [width]))
    }
  }

  /// Sets the thresholds of grades so that the decoder's output 0 has the grades' frequencies.
  private func initializeThresholds(_ columns: TableColumns, from source: any BatchSource) throws {
    let ordinal = zip(columns.models, columns.elements).filter { $0.0.kind == .ordinal }
    guard !ordinal.isEmpty else { return }
    var counts = ordinal.map { [Double](repeating: 0.5, count: $0.0.gradeCount) }
    try forEachRow(of: source) { values in
      for (place, column) in ordinal.enumerated() {
        let value = Double(values[column.1.lowerBound])
        guard !value.isNaN, let low = column.0.range?.lowerBound else { continue }
        let grade = Int(value - low)
        if counts[place].indices.contains(grade) { counts[place][grade] += 1 }
      }
    }
    var steps: [Float] = []
    for count in counts {
      let total = count.reduce(0, +)
      var (sum, last) = (0.0, 0.0)
      for (place, share) in count.dropLast().enumerated() {
        sum += share
        let threshold = log(sum / (total - sum))
        // The inverse of softplus.
        steps.append(Float(place == 0 ? threshold : log(expm1(max(threshold - last, 1e-3)))))
        last = threshold
      }
    }
    parameters.set(ColumnParameter.thresholds, to: try Tensor(steps, shape: [steps.count]))
  }

  /// Checks that what is observed of each column can be a value of its kind.
  ///
  /// - Throws: `ModelError.notInColumn` for the first that cannot, `.notFinite`.
  func checkColumns(_ columns: TableColumns, _ source: any BatchSource) throws {
    let elements = columns.elements
    try forEachRow(of: source, limit: .max) { index, values in
      for (model, range) in zip(columns.models, elements) {
        guard let wrong = range.first(where: { !model.allows(values[$0]) }) else { continue }
        guard !values[wrong].isInfinite else { throw ModelError.notFinite(example: index) }
        throw ModelError.notInColumn(
          values[wrong], example: index, column: model.name, likelihood: model.kind.rawValue,
          expected: model.allowed)
      }
    }
  }

  /// Center, scale, σ and the other parameters of the columns.
  var columnValues: ColumnValues {
    get throws {
      func values(_ name: String) throws -> [Double] {
        guard parameters.spec(named: name) != nil else { return [] }
        return try parameters.value(name).elements(as: Float.self).map(Double.init)
      }
      let bound = Double(Counts.largestLogTheta)
      return ColumnValues(
        center: try values(ColumnParameter.center), scale: try values(ColumnParameter.scale),
        sigma: try values(ColumnParameter.logSigma).map {
          (exp(2 * $0) + Double(ColumnParameter.varianceFloor)).squareRoot()
        }, theta: try values(ColumnParameter.logTheta).map { exp(min(max($0, -bound), bound)) },
        dropout: try values(ColumnParameter.dropout).map { 1 / (1 + exp(-$0)) },
        thresholds: rising(try values(ColumnParameter.thresholds)))
    }
  }

  /// Thresholds of all columns of grades, of the steps that are trained.
  private func rising(_ steps: [Double]) -> [Double] {
    var (thresholds, next): ([Double], Int) = ([], 0)
    for model in configuration.likelihood.columns?.models ?? [] {
      for place in 0..<model.count(of: ColumnParameter.thresholds) {
        let step = steps[next]
        thresholds.append(place == 0 ? step : (thresholds.last ?? 0) + max(step, 0) + log1p(exp(-abs(step))))
        next += 1
      }
    }
    return thresholds
  }

  /// σ of p(x | z) of each column that has one, in the unit of the data (of its logarithm for positive numbers).
  package var columnSigmas: [String: Double] {
    get throws {
      guard let columns = configuration.likelihood.columns else { return [:] }
      let values = try columnValues
      let own = zip(columns.models, columns.elements).filter { $0.0.kind.hasSigma }
      return Dictionary(
        zip(own, values.sigma).map { column, sigma in
          (column.0.name, sigma * values.scale[column.1.lowerBound])
        }, uniquingKeysWith: { first, _ in first })
    }
  }

  private func forEachRow(
    of source: any BatchSource, limit: Int = averagedExamples, _ body: (UnsafeBufferPointer<Float>) throws -> Void
  ) throws {
    try forEachRow(of: source, limit: limit) { _, values in try body(values) }
  }

  /// Calls `body` with the index and the values of at most `limit` examples, evenly spread.
  private func forEachRow(
    of source: any BatchSource, limit: Int, _ body: (Int, UnsafeBufferPointer<Float>) throws -> Void
  ) throws {
    let size = source.exampleShape.count
    let count = min(source.count, limit)
    let rows = 256
    var buffer = [Float](repeating: 0, count: rows * size)
    for begin in stride(from: 0, to: count, by: rows) {
      try Stopping.check()
      let indices = (begin..<min(begin + rows, count)).map { Int32($0 * source.count / count) }
      source.read(
        indices, into: &buffer, stream: RandomStream(seed: 0, purpose: StreamPurpose.averagedData, step: UInt64(begin)))
      try buffer.withUnsafeBufferPointer { buffer in
        for (row, index) in indices.enumerated() {
          try body(Int(index), UnsafeBufferPointer(rebasing: buffer[row * size..<(row + 1) * size]))
        }
      }
    }
  }
}

extension ColumnModel {
  /// Whether a cell may hold it; NaN stands for a missing one.
  func allows(_ value: Float) -> Bool {
    if value.isNaN { return true }
    return switch kind {
    case .gaussian: value.isFinite
    case .lognormal: value > 0 && value.isFinite
    case .poisson, .nb, .zinb: value >= 0 && value == value.rounded() && value.isFinite
    case .ordinal: value == value.rounded() && range?.contains(Double(value)) == true
    case .bernoulli, .categorical: value == 0 || value == 1
    }
  }

  /// What a cell may hold.
  var allowed: String {
    switch kind {
    case .gaussian: "finite numbers"
    case .lognormal: "numbers above 0"
    case .poisson, .nb, .zinb: "counts 0, 1, 2, …"
    case .ordinal: "grades \(Int(range?.lowerBound ?? 0)) … \(Int(range?.upperBound ?? 0))"
    case .bernoulli: "0 or 1"
    case .categorical: "0 and 1, one of each category"
    }
  }
}
