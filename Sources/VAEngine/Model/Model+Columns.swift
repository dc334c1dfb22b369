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
      case .poisson: log1p(value)
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
      case .gaussian, .lognormal: (center[i], scale[i]) = (Float(means[i]), deviation > 0 ? deviation : 1)
      case .poisson: (center[i], scale[i]) = (Float(log(max(raw[i], 1e-3))), deviation > 0 ? deviation : 1)
      case .bernoulli: output[i] = Float(Likelihood.logit(raw[i]))
      case .categorical: output[i] = Float(log(max(raw[i], 1e-3)))
      }
    }
    parameters.set(ColumnParameter.center, to: try Tensor(center, shape: [width]))
    parameters.set(ColumnParameter.scale, to: try Tensor(scale, shape: [width]))
    let bias = "decoder.\(configuration.architecture.decoder.count).bias"
    if configuration.outputBiasStartsAtMean, parameters.spec(named: bias)?.shape.count == width {
      parameters.set(bias, to: try Tensor(output, shape: [width]))
    }
  }

  /// Checks that what is observed of each column can be a value of its kind.
  ///
  /// - Throws: `ModelError.notInColumn` for the first that cannot, `.notFinite`.
  func checkColumns(_ columns: TableColumns, _ source: any BatchSource) throws {
    let elements = columns.elements
    try forEachRow(of: source, limit: .max) { index, values in
      for (model, range) in zip(columns.models, elements) {
        guard let wrong = range.first(where: { !model.kind.allows(values[$0]) }) else { continue }
        guard !values[wrong].isInfinite else { throw ModelError.notFinite(example: index) }
        throw ModelError.notInColumn(
          values[wrong], example: index, column: model.name, likelihood: model.kind.rawValue,
          expected: model.kind.allowed)
      }
    }
  }

  /// Center, scale and σ of the columns.
  var columnValues: ColumnValues {
    get throws {
      func values(_ name: String) throws -> [Double] {
        guard parameters.spec(named: name) != nil else { return [] }
        return try parameters.value(name).elements(as: Float.self).map(Double.init)
      }
      return ColumnValues(
        center: try values(ColumnParameter.center), scale: try values(ColumnParameter.scale),
        sigma: try values(ColumnParameter.logSigma).map {
          (exp(2 * $0) + Double(ColumnParameter.varianceFloor)).squareRoot()
        })
    }
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

extension ColumnModel.Kind {
  /// Whether a cell may hold it; NaN stands for a missing one.
  func allows(_ value: Float) -> Bool {
    if value.isNaN { return true }
    return switch self {
    case .gaussian: value.isFinite
    case .lognormal: value > 0 && value.isFinite
    case .poisson: value >= 0 && value == value.rounded()
    case .bernoulli, .categorical: value == 0 || value == 1
    }
  }

  /// What a cell may hold.
  var allowed: String {
    switch self {
    case .gaussian: "finite numbers"
    case .lognormal: "numbers above 0"
    case .poisson: "counts 0, 1, 2, …"
    case .bernoulli: "0 or 1"
    case .categorical: "0 and 1, one of each category"
    }
  }
}
