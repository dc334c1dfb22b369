import Glibc
import Language
import Tensors

extension FunctionTable {
  /// Functions between points of the latent space.
  package static let latent: [Function] = [
    Function("lerp(a, b, t)", "linear interpolation from a (t = 0) to b (t = 1)", arity: 3...3) { call in
      let (a, b) = (Value.tensor(try call.array(0)), Value.tensor(try call.array(1)))
      return try interpolate(call, at: 2) { t in
        try Arithmetic.binary(
          .add, try Arithmetic.binary(.multiply, a, .number(1 - t)), try Arithmetic.binary(.multiply, b, .number(t)))
      }
    },
    Function("slerp(a, b, t)", "spherical interpolation from a (t = 0) to b (t = 1)", arity: 3...3) { call in
      let (a, b) = (try call.array(0), try call.array(1))
      guard a.shape == b.shape, a.shape.rank >= 1 else {
        throw Fault(.shapeMismatch, "slerp expects two tensors of equal shape, got \(a.shape) and \(b.shape)")
      }
      return try interpolate(call, at: 2) { t in .tensor(try slerp(a, b, Float(t))) }
    },
    Function("dot(a, b)", "inner product over the last axis", arity: 2...2) { call in
      try pairwise(call) { zip($0, $1).reduce(0) { $0 + $1.0 * $1.1 } }
    },
    Function("distance(a, b)", "Euclidean distance over the last axis", arity: 2...2) { call in
      try pairwise(call) { zip($0, $1).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot() }
    },
    Function("cosine(a, b)", "cosine of the angle over the last axis", arity: 2...2) { call in
      try pairwise(call) { a, b in
        let dot = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
        let lengths = (a.reduce(0) { $0 + $1 * $1 } * b.reduce(0) { $0 + $1 * $1 }).squareRoot()
        return lengths == 0 ? 0 : dot / lengths
      }
    },
    Function("normal(rows, columns, seed=N)", "standard normal draws", arity: 1...2, options: ["seed"]) { call in
      try draw(call, purpose: "normal", normal: true)
    },
    Function("uniform(rows, columns, seed=N)", "uniform draws in [0, 1)", arity: 1...2, options: ["seed"]) { call in
      try draw(call, purpose: "uniform", normal: false)
    },
  ]

  /// `body` at one weight, or stacked over a vector of weights.
  private static func interpolate(_ call: FunctionCall, at index: Int, _ body: (Double) throws -> Value) throws -> Value
  {
    if case .number(let t) = call.positional[index] { return try body(t) }
    let weights = try call.array(index)
    guard weights.shape.rank == 1, weights.shape.count > 0 else {
      throw Fault(.wrongFunctionArguments, "\(call.function.name): t must be a number or a vector")
    }
    let points = try weights.floats.map { weight in
      try Stopping.check()
      return try body(Double(weight))
    }
    return try stack(points, name: call.function.name)
  }

  /// Spherical interpolation of each row (Shoemake 1985): sin((1−t)ω)/sin ω · a + sin(tω)/sin ω · b with ω the angle
  /// between a and b; the straight line where they are nearly parallel, because sin ω vanishes there.
  package static func slerp(_ a: ArrayValue, _ b: ArrayValue, _ t: Float) throws -> ArrayValue {
    let (x, y) = (a.floats, b.floats)
    let width = a.shape[-1]
    var result = [Float](repeating: 0, count: x.count)
    for start in stride(from: 0, to: x.count, by: max(width, 1)) {
      let row = start..<start + width
      var (dot, xx, yy) = (0.0, 0.0, 0.0)
      for i in row {
        dot += Double(x[i]) * Double(y[i])
        xx += Double(x[i]) * Double(x[i])
        yy += Double(y[i]) * Double(y[i])
      }
      let cosine = xx > 0 && yy > 0 ? min(1, max(-1, dot / (xx * yy).squareRoot())) : 1
      let angle = acos(cosine)
      let straight = sin(angle) < 1e-4
      let left = straight ? 1 - t : Float(sin((1 - Double(t)) * angle) / sin(angle))
      let right = straight ? t : Float(sin(Double(t) * angle) / sin(angle))
      for i in row { result[i] = left * x[i] + right * y[i] }
    }
    return ArrayValue(try Tensor(result, shape: a.shape), meaning: a.meaning)
  }

  private static func pairwise(_ call: FunctionCall, _ body: ([Double], [Double]) -> Double) throws -> Value {
    let (a, b) = (try call.array(0), try call.array(1))
    guard let width = a.shape.dimensions.last, width == b.shape.dimensions.last, width > 0 else {
      throw Fault(
        .shapeMismatch, "\(call.function.name): shapes \(a.shape) and \(b.shape) cannot be broadcast together")
    }
    let shape = try Arithmetic.broadcast(a.shape, b.shape)
    let (x, y) = (a.floats, b.floats)
    let (xWalk, yWalk) = (BroadcastWalk(from: a.shape, to: shape), BroadcastWalk(from: b.shape, to: shape))
    var result: [Float] = []
    for start in stride(from: 0, to: shape.count, by: width) {
      try Stopping.check()
      let left = (start..<start + width).map { Double(x[xWalk.offset($0)]) }
      let right = (start..<start + width).map { Double(y[yWalk.offset($0)]) }
      result.append(Float(body(left, right)))
    }
    let extents = Array(shape.dimensions.dropLast())
    return Value.tensor(ArrayValue(try Tensor(result, shape: Shape(extents)))).unwrappedScalar
  }

  private static func draw(_ call: FunctionCall, purpose: String, normal: Bool) throws -> Value {
    let extents = try call.positional.indices.map { try call.integer($0, 1...100_000_000) }
    guard let shape = Shape(validating: extents), shape.count <= 100_000_000 else {
      throw Fault(.outOfMemory, "\(call.function.name): more than 100 million draws")
    }
    let seed = try call.integerOption("seed")
    guard seed ?? 0 >= 0 else { throw Fault(.badOptionValue, "seed: expected an integer from 0") }
    let stream = RandomStream(seed: call.seed(seed), purpose: purpose)
    var values = [Float](repeating: 0, count: shape.count)
    for block in 0..<(shape.count + 3) / 4 {
      if block & 0x3FFFF == 0 { try Stopping.check() }
      let words = stream.block(UInt32(block))
      for pair in 0..<2 {
        let index = 4 * block + 2 * pair
        let a = Double(words[2 * pair] >> 8) * 0x1p-24
        let b = Double(words[2 * pair + 1] >> 8) * 0x1p-24
        let radius = (-2 * log(a + 0x1p-24)).squareRoot()
        if index < values.count { values[index] = Float(normal ? radius * cos(2 * .pi * b) : a) }
        if index + 1 < values.count { values[index + 1] = Float(normal ? radius * sin(2 * .pi * b) : b) }
      }
    }
    return .tensor(ArrayValue(try Tensor(values, shape: shape), meaning: normal ? .latents : .plain))
  }
}
