import Glibc
import Language
import Tensors

extension FunctionTable {
  /// Functions that reduce an axis.
  package static let reductions: [Function] = [
    reduction("mean", "mean over the rows (axis 0); of a vector, of its elements") { sum($0) / Double($0.count) },
    reduction("std", "standard deviation over the rows, divided by n") { variance($0).squareRoot() },
    reduction("var", "variance over the rows, divided by n") { variance($0) },
    reduction("sum", "sum over the rows") { sum($0) },
    reduction("min", "smallest over the rows") { $0.min() ?? .nan },
    reduction("max", "largest over the rows") { $0.max() ?? .nan },
    reduction("median", "median over the rows") { values in
      let sorted = values.sorted()
      let half = sorted.count / 2
      return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
    },
    reduction("norm", "Euclidean length of each row (the last axis)", axis: -1) { values in
      values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    },
    reduction("argmax", "index of the largest of each row (the last axis)", axis: -1) { values in
      Double(values.indices.max { values[$0] < values[$1] || (values[$0] == values[$1] && $0 > $1) } ?? 0)
    },
    reduction("argmin", "index of the smallest of each row (the last axis)", axis: -1) { values in
      Double(values.indices.min { values[$0] < values[$1] } ?? 0)
    },
  ]

  private static func sum(_ values: [Double]) -> Double { values.reduce(0, +) }

  private static func variance(_ values: [Double]) -> Double {
    let mean = sum(values) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
  }

  private static func reduction(
    _ name: String, _ summary: String, axis: Int = 0, _ body: @escaping @Sendable ([Double]) -> Double
  ) -> Function {
    let axisNote = axis == 0 ? "axis=0" : "axis=-1"
    return Function("\(name)(x, \(axisNote))", summary + "; axis=all for everything", options: ["axis"]) { call in
      let array = try call.array(0)
      var chosen = axis
      if case .string("all") = call.options["axis"] {
        chosen = .max
      } else if let option = try call.integerOption("axis") {
        chosen = option
      }
      return try reduce(array, axis: chosen, body, name: name)
    }
  }

  private static func reduce(
    _ array: ArrayValue, axis: Int, _ body: ([Double]) -> Double, name: String
  ) throws -> Value {
    let values = array.tensor.doubles()
    guard !values.isEmpty else { throw Fault(.emptySelection, "\(name) of an empty tensor") }
    let rank = array.shape.rank
    func all() -> Value { .number(body(values)) }
    if rank == 0 || axis == .max { return all() }
    let chosen = axis < 0 ? rank + axis : axis
    guard chosen >= 0, chosen < rank else {
      throw Fault(
        .indexOutOfRange, "axis \(axis) is out of range for shape \(array.shape)", fix: "Axes go from 0 to \(rank - 1)."
      )
    }
    if rank == 1 { return all() }
    let keepsLabels = chosen > 0
    let keepsMeaning = chosen == 0 && name != "argmax" && name != "argmin"
    return .tensor(
      ArrayValue(
        try array.tensor.reduced(chosen, body), labels: keepsLabels ? array.labels : nil,
        labelNames: array.labelNames, meaning: keepsMeaning ? array.meaning : .plain,
        form: keepsMeaning ? array.form : nil))
  }
}
