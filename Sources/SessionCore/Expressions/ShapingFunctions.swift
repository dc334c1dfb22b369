import Language
import Tensors
import Text

extension FunctionTable {
  /// Functions that create or rearrange tensors.
  package static let shaping: [Function] = [
    Function("concat(a, b, …)", "concatenate along the first axis", arity: 1...Int.max) { call in
      try concat(try call.positional.indices.map { try call.array($0) })
    },
    Function("stack(a, b, …)", "stack tensors of equal shape along a new first axis", arity: 1...Int.max) { call in
      try stack(call.positional, name: "stack")
    },
    Function(
      "reshape(x, rows, columns, …)", "the elements in another shape; one extent may be -1", arity: 2...9
    ) { call in
      let array = try call.array(0)
      var extents = try (1..<call.positional.count).map { try call.integer($0, -1...Int.max) }
      let known = extents.filter { $0 >= 0 }.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
      if let free = extents.firstIndex(of: -1), known > 0 { extents[free] = array.shape.count / known }
      guard let shape = Shape(validating: extents), shape.count == array.shape.count else {
        let wanted = extents.map(String.init).joined(separator: "×")
        throw Fault(
          .shapeMismatch,
          "cannot reshape \(array.shape.count) \(inflected("element", for: array.shape.count)) to \(wanted)")
      }
      return .tensor(
        ArrayValue(
          array.tensor.reshaped(to: shape), labels: array.labels, labelNames: array.labelNames, meaning: array.meaning,
          form: array.form, content: array.contentOfEach))
    },
    Function("transpose(x)", "transpose of a matrix") { call in .tensor(try call.array(0).transposed()) },
    Function("zeros(rows, columns)", "zeros", arity: 1...8) { call in
      let extents = try call.positional.indices.map { try call.integer($0, 0...100_000_000) }
      guard let shape = Shape(validating: extents), shape.count <= 500_000_000 else {
        throw Fault(.outOfMemory, "zeros: more than 500 million elements")
      }
      return .tensor(ArrayValue(try Tensor(zeros: shape)))
    },
    Function("linspace(a, b, n)", "n numbers from a to b, evenly spaced", arity: 3...3) { call in
      let (a, b, n) = (try call.number(0), try call.number(1), try call.integer(2, 1...10_000_000))
      let step = n > 1 ? (b - a) / Double(n - 1) : 0
      return .tensor(ArrayValue(try Tensor((0..<n).map { Float(a + Double($0) * step) })))
    },
    Function("count(x)", "number of rows or items") { call in
      switch call.positional[0] {
      case .tensor(let array): return .number(Double(array.shape.dimensions.first ?? 1))
      case .object(let object as any SelectableValue): return .number(Double(object.rowCount))
      case let other: return try other.attribute("count") ?? .number(1)
      }
    },
    Function("shape(x)", "the shape as a list") { call in
      try Value.tensor(try call.array(0)).attribute("shape") ?? .nothing
    },
    Function("sort(x)", "the elements of a vector, smallest first") { call in
      let array = try call.array(0)
      guard array.shape.rank <= 1 else { throw Fault(.noSuchOperation, "sort expects a vector") }
      return .tensor(ArrayValue(try Tensor(array.floats.sorted())))
    },
    Function("number(x)", "text as a number") { call in
      if case .string(let text) = call.positional[0] {
        guard let value = Double(text) else { throw Fault(.badOptionValue, "'\(text)' is not a number") }
        return .number(value)
      }
      return .number(try call.number(0))
    },
  ]

  package static func stack(_ values: [Value], name: String) throws -> Value {
    let arrays = try values.map { value -> ArrayValue in
      switch value {
      case .tensor(let array): return array
      case .number(let number): return ArrayValue(try Tensor([Float(number)], shape: []))
      default: throw Fault(.wrongKind, "\(name) needs tensors, got \(value.kind.phrase)")
      }
    }
    guard let first = arrays.first else { throw Fault(.emptySelection, "\(name) of no tensors") }
    if let other = arrays.first(where: { $0.shape != first.shape }) {
      throw Fault(.shapeMismatch, "\(name): shapes \(first.shape) and \(other.shape) differ")
    }
    let shape = Shape([arrays.count] + first.shape.dimensions)
    return .tensor(
      ArrayValue(
        try Tensor(arrays.flatMap(\.floats), shape: shape), meaning: first.meaning,
        form: arrays.allSatisfy { $0.form == first.form } ? first.form : nil, content: shared(arrays)))
  }

  /// Rows one after the other; a vector counts as one row beside matrices.
  private static func concat(_ arrays: [ArrayValue]) throws -> Value {
    let rank = arrays.map(\.shape.rank).max() ?? 1
    let rows = arrays.map { array -> ArrayValue in
      guard array.shape.rank < max(rank, 1) else { return array }
      let extents = [Int](repeating: 1, count: max(rank, 1) - array.shape.rank) + array.shape.dimensions
      return ArrayValue(
        array.tensor.reshaped(to: Shape(extents)), meaning: array.meaning, form: array.form,
        content: array.contentOfEach)
    }
    guard let first = rows.first else { throw Fault(.emptySelection, "concat of no tensors") }
    for other in rows where other.shape.droppingFirst != first.shape.droppingFirst {
      throw Fault(.shapeMismatch, "concat: rows of shapes \(first.shape) and \(other.shape) differ")
    }
    let count = rows.reduce(0) { $0 + $1.shape[0] }
    let areNamedAlike = rows.allSatisfy { $0.labelNames == first.labelNames }
    let labels = rows.contains { $0.labels == nil } || !areNamedAlike ? nil : rows.flatMap { $0.labels ?? [] }
    let shape = Shape([count] + first.shape.droppingFirst.dimensions)
    return .tensor(
      ArrayValue(
        try Tensor(rows.flatMap(\.floats), shape: shape), labels: labels, labelNames: first.labelNames,
        meaning: first.meaning, form: rows.allSatisfy { $0.form == first.form } ? first.form : nil,
        content: shared(rows))
    )
  }

  /// What all of them show; nil where they do not show the same.
  private static func shared(_ arrays: [ArrayValue]) -> ArrayValue.Content? {
    let first = arrays.first?.contentOfEach
    return arrays.allSatisfy { $0.contentOfEach == first } ? first : nil
  }
}
