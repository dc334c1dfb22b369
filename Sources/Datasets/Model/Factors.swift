import Tensors

/// Known factors of variation: the parameters that generated each example, for measures of disentanglement.
package struct Factors: Sendable, Equatable {
  /// One factor: its name and the values it can take, by class.
  package struct Factor: Sendable, Equatable {
    package let name: String
    package let values: [Float]
    /// Names of the values, for factors that are not quantities; empty for others.
    package let valueNames: [String]

    package init(name: String, values: [Float], valueNames: [String] = []) {
      (self.name, self.values, self.valueNames) = (name, values, valueNames)
    }
  }

  package let factors: [Factor]
  /// Class of every stored example under every factor, `[N, F]` row-major: an index into `values`.
  package let classes: [Int32]

  /// - Precondition: `classes.count` is a multiple of the number of factors and classes index their values.
  package init(_ factors: [Factor], classes: [Int32]) { (self.factors, self.classes) = (factors, classes) }

  /// Factors of an `[N, F]` array of integers from 0; nil when it is not one.
  init?(classes array: Tensor, count: Int) throws {
    guard array.shape.rank == 2, array.shape[0] == count, array.shape[1] > 0, array.shape[1] <= 64 else { return nil }
    let classes: [Int32]
    switch array.dtype {
    case .uint8: classes = array.elements(as: UInt8.self).map { Int32($0) }
    case .int32: classes = array.elements(as: Int32.self)
    case .float32, .float64: return nil
    }
    guard classes.allSatisfy({ $0 >= 0 && $0 < 1 << 16 }) else { return nil }
    let width = array.shape[1]
    factors = (0..<width).map { column in
      let largest = stride(from: column, to: classes.count, by: width).map { classes[$0] }.max() ?? 0
      return Factor(name: "factor\(column)", values: (0...largest).map(Float.init))
    }
    self.classes = classes
  }

  /// Of some of the examples.
  func keeping(_ rows: [Int]) -> Factors {
    let width = factors.count
    return Factors(factors, classes: rows.flatMap { Array(classes[$0 * width..<($0 + 1) * width]) })
  }

  package var names: [String] { factors.map(\.name) }

  /// Class of stored example `example` under `factor`.
  package func value(_ example: Int, _ factor: Int) -> Int { Int(classes[example * factors.count + factor]) }
}
