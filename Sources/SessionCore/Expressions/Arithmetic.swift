import Glibc
import Language
import Tensors

/// Elementwise arithmetic with broadcasting.
package enum Arithmetic {
  /// `a symbol b`; comparisons give 1 and 0.
  package static func binary(_ symbol: Operator, _ a: Value, _ b: Value) throws -> Value {
    switch (a, b) {
    case (.number(let x), .number(let y)): return .number(scalar(symbol, x, y))
    case (.tensor(let x), .tensor(let y)): return .tensor(try elementwise(symbol, x, y))
    case (.tensor(let x), .number(let y)):
      return .tensor(try map(x, keepsMeaning: symbol != .equal) { Float(single(symbol, $0, Float(y))) })
    case (.number(let x), .tensor(let y)):
      return .tensor(try map(y, keepsMeaning: symbol != .equal) { Float(single(symbol, Float(x), $0)) })
    case (.string(let x), .string(let y)) where symbol == .equal: return .flag(x == y)
    case (.string(let x), .string(let y)) where symbol == .notEqual: return .flag(x != y)
    case (.string(let x), .string(let y)) where symbol == .add: return .string(x + y)
    case (.flag(let x), .number(let y)): return .number(scalar(symbol, x ? 1 : 0, y))
    case (.number(let x), .flag(let y)): return .number(scalar(symbol, x, y ? 1 : 0))
    case (.range, _): return try binary(symbol, vector(of: a), b)
    case (_, .range): return try binary(symbol, a, vector(of: b))
    default:
      let (x, y) = (try vector(of: a), try vector(of: b))
      if x.kind == .tensor, y.kind == .tensor || y.kind == .number { return try binary(symbol, x, y) }
      if x.kind == .number, y.kind == .tensor { return try binary(symbol, x, y) }
      throw Fault(.noSuchOperation, "'\(symbol.rawValue)' is not defined on \(a.kind.phrase) and \(b.kind.phrase)")
    }
  }

  /// A value with elements as their tensor, where a tensor is wanted; other values as they are.
  static func tensor(of value: Value, at span: Range<Int>) throws -> Value {
    guard case .object = value else { return value }
    do { return try vector(of: value) } catch let fault as Fault { throw fault.placed(at: span) }
  }

  /// A range as the vector of its numbers, a dataset as the tensor of its examples.
  package static func vector(of value: Value) throws -> Value {
    if case .object(let object) = value, let array = try object.elements() { return .tensor(array) }
    if case .list(let items) = value, !items.isEmpty {
      let numbers = items.compactMap { item -> Float? in
        if case .number(let number) = item { Float(number) } else { nil }
      }
      return numbers.count == items.count ? .tensor(ArrayValue(try Tensor(numbers))) : value
    }
    guard case .range(let lower, let upper) = value else { return value }
    guard upper - lower < 10_000_000 else {
      throw Fault(.outOfMemory, "the range \(lower)..\(upper) is too long to compute with")
    }
    return .tensor(ArrayValue(try Tensor((lower...upper).map { Float($0) })))
  }

  package static func scalar(_ symbol: Operator, _ x: Double, _ y: Double) -> Double {
    switch symbol {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    case .remainder: x - y * (x / y).rounded(.down)
    case .power: pow(x, y)
    case .equal: x == y ? 1 : 0
    case .notEqual, .not: x != y ? 1 : 0
    case .less: x < y ? 1 : 0
    case .lessOrEqual: x <= y ? 1 : 0
    case .greater: x > y ? 1 : 0
    case .greaterOrEqual: x >= y ? 1 : 0
    case .and: x != 0 && y != 0 ? 1 : 0
    }
  }

  @inline(__always)
  private static func single(_ symbol: Operator, _ x: Float, _ y: Float) -> Float {
    switch symbol {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    default: Float(scalar(symbol, Double(x), Double(y)))
    }
  }

  /// `body` of every element; labels stay with their rows.
  package static func map(_ array: ArrayValue, keepsMeaning: Bool = false, _ body: (Float) -> Float) throws
    -> ArrayValue
  {
    let values = array.floats
    var tensor = try Tensor(zeros: array.shape)
    try tensor.withMutableElements(of: Float.self) { out in
      try Stopping.inChunks(of: values.count) { part in for i in part { out[i] = body(values[i]) } }
    }
    return ArrayValue(
      tensor, labels: array.labels, labelNames: array.labelNames, meaning: keepsMeaning ? array.meaning : .plain,
      form: keepsMeaning ? array.form : nil)
  }

  /// Both arrays under one shape by NumPy's broadcasting rule: axes are aligned from the last; an axis of extent 1
  /// repeats.
  package static func broadcast(_ a: Shape, _ b: Shape) throws -> Shape {
    let rank = max(a.rank, b.rank)
    var extents = [Int](repeating: 1, count: rank)
    for axis in 0..<rank {
      let x = axis < rank - a.rank ? 1 : a.dimensions[axis - (rank - a.rank)]
      let y = axis < rank - b.rank ? 1 : b.dimensions[axis - (rank - b.rank)]
      guard x == y || x == 1 || y == 1 else {
        throw Fault(
          .shapeMismatch, "shapes \(a) and \(b) cannot be broadcast together",
          fix: "Axes, matched from the last, must be equal or 1.")
      }
      extents[axis] = x == 1 ? y : x
    }
    guard let shape = Shape(validating: extents) else { throw Fault(.outOfMemory, "the result would be too large") }
    return shape
  }

  private static func elementwise(_ symbol: Operator, _ a: ArrayValue, _ b: ArrayValue) throws -> ArrayValue {
    let shape = try broadcast(a.shape, b.shape)
    let x = a.floats
    let y = b.floats
    var result = try Tensor(zeros: shape)
    let xOffsets = BroadcastWalk(from: a.shape, to: shape)
    let yOffsets = BroadcastWalk(from: b.shape, to: shape)
    try result.withMutableElements(of: Float.self) { out in
      let areAlike = a.shape == shape && b.shape == shape
      try Stopping.inChunks(of: out.count) { part in
        if areAlike {
          for i in part { out[i] = single(symbol, x[i], y[i]) }
        } else {
          for i in part { out[i] = single(symbol, x[xOffsets.offset(i)], y[yOffsets.offset(i)]) }
        }
      }
    }
    let labels = a.shape == shape ? a.labels ?? (b.shape == shape ? b.labels : nil) : b.labels
    let meaning = a.meaning == b.meaning || b.meaning == .plain ? a.meaning : a.meaning == .plain ? b.meaning : .plain
    let names = a.labels != nil && a.shape == shape ? a.labelNames : b.labelNames
    let form = a.form == b.form || b.form == nil ? a.form : a.form == nil ? b.form : nil
    return ArrayValue(result, labels: labels, labelNames: names, meaning: meaning, form: form)
  }
}

/// Finds the element of an array that stands for an element of the shape it is broadcast to.
package struct BroadcastWalk {
  private let extents: [Int]
  private let strides: [Int]
  private let outer: [Int]

  package init(from shape: Shape, to target: Shape) {
    let missing = target.rank - shape.rank
    let own = shape.strides
    extents = target.dimensions
    outer = target.strides
    strides = target.dimensions.indices.map { axis in
      axis < missing || shape.dimensions[axis - missing] == 1 ? 0 : own[axis - missing]
    }
  }

  package func offset(_ index: Int) -> Int {
    var offset = 0
    for axis in 0..<extents.count where strides[axis] != 0 {
      offset += index / outer[axis] % extents[axis] * strides[axis]
    }
    return offset
  }
}
