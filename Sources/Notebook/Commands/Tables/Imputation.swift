import Glibc
import Tensors
import Text
import VAEngine

/// Fills the gaps of a table by what a model decodes of the rest of each row.
struct Imputation {
  let model: Model
  let columns: TableColumns
  let labels: [Int]?
  let seed: UInt64

  /// A model that never saw a gap takes what it decoded for observed, and decodes again (Rezende et al. 2014, appendix F);
  /// one that was trained with gaps is told of them.
  private var rounds: Int {
    if case .mask = model.configuration.noise { return 1 }
    return columns.hasMissing ? 1 : 5
  }

  /// - Parameter values: `[N, D]`, NaN where missing.
  func filled(
    _ values: [Float], as kind: DecodedKind, progress: (Double) throws -> Void = { _ in }
  ) throws -> [Float] {
    let width = columns.width
    let count = values.count / width
    let rows = TableRows(columns: columns)
    var current = values
    for round in 0..<rounds {
      let source = TensorSource(try Tensor(current, shape: [count, width]), labels: labels)
      let codes = try model.encode(source) { try progress((Double(round) + 0.5 * $0) / Double(rounds)) }
      let isLast = round == rounds - 1
      let z = kind == .samples && isLast ? try model.sample(codes, seed: seed) : codes.mean
      let decoded = try model.decode(z, labels: labels, as: isLast ? kind : .means, seed: seed) {
        try progress((Double(round) + 0.5 + 0.5 * $0) / Double(rounds))
      }
      let made = rows.written(decoded.elements(as: Float.self))
      for index in values.indices where values[index].isNaN { current[index] = made[index] }
    }
    return current
  }

  /// How many cells are missing.
  func gaps(_ values: [Float]) -> Int {
    let firsts = columns.elements.map(\.lowerBound)
    return stride(from: 0, to: values.count, by: columns.width).reduce(0) { sum, row in
      sum + firsts.count { values[row + $0].isNaN }
    }
  }

  /// How far off a column is where its values were hidden, and how far what fills it without a model would be.
  struct HiddenError {
    let column: ColumnModel
    let cells: Int
    /// The root mean squared error in the column's unit, or the share of wrong categories.
    let error: Double
    /// Of the mean of the observed, or of their commonest category.
    let baseline: Double

    var text: String {
      let isShare = column.kind == .categorical || column.kind == .bernoulli
      func shown(_ value: Double) -> String {
        isShare ? "\(NumberText.fixed(100 * value, decimals: 1)) % wrong" : NumberText.short(value, digits: 3)
      }
      let what = isShare ? "the commonest" : "the mean"
      return
        "'\(column.name)', \(cells) cells hidden: \(isShare ? "" : "error ")\(shown(error)), of \(what) \(shown(baseline))"
    }
  }

  /// The error of every column on a part of its observed cells, hidden from the model.
  func errors(_ values: [Float], hiding share: Double) throws -> [HiddenError] {
    let width = columns.width
    let count = values.count / width
    let stream = RandomStream(seed: seed, purpose: "hidden cells")
    var hidden = values
    var places: [[Int]] = columns.models.map { _ in [] }
    for row in 0..<count {
      for (place, elements) in columns.elements.enumerated() {
        guard !values[row * width + elements.lowerBound].isNaN,
          Double(stream.uniform(row * columns.models.count + place)) < share
        else { continue }
        places[place].append(row)
        for element in elements { hidden[row * width + element] = .nan }
      }
    }
    let filled = try filled(hidden, as: .means)
    return zip(columns.models.indices, columns.elements).compactMap { place, elements in
      let model = columns.models[place]
      let rows = places[place]
      guard !rows.isEmpty else { return nil }
      let seen = (0..<count).filter { !hidden[$0 * width + elements.lowerBound].isNaN }
      let isShare = model.kind == .categorical || model.kind == .bernoulli
      // Of 0 and 1 the mean decides which is the commonest, too.
      let means = elements.map { element in
        seen.reduce(0.0) { $0 + Double(values[$1 * width + element]) } / Double(max(seen.count, 1))
      }
      let constant = TableRows(columns: TableColumns([model], hasMissing: false)).written(means.map(Float.init))
      func error(_ predicted: (Int) -> Float) -> Double {
        var sum = 0.0
        for row in rows {
          let differences = elements.map { Double(values[row * width + $0]) - Double(predicted(row * width + $0)) }
          sum += isShare ? (differences.contains { $0 != 0 } ? 1 : 0) : differences[0] * differences[0]
        }
        return isShare ? sum / Double(rows.count) : (sum / Double(rows.count)).squareRoot()
      }
      return HiddenError(
        column: model, cells: rows.count, error: error { filled[$0] },
        baseline: isShare
          ? error { constant[$0 % width - elements.lowerBound] } : error { _ in Float(means[0]) })
    }
  }
}
