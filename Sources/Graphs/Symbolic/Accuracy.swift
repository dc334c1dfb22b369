/// How exact the kernels' elementary functions are.
///
/// Errors are counted in ulps, units in the last place of a float, of the exact result (Double arithmetic on the float
/// argument): 2⁻²³ of its power of two. A correctly rounded operation has half of one. Results below 1.2e-38 may count as
/// zero. `AccuracyTests` sweeps each function's range; with AVX-512 and AVX2, which fuse multiplications and additions, and
/// with SSE4, which does not, the largest errors found are at most three quarters of these.
extension UnaryOp {
  /// Largest error in ulps of the result, or of what `accuracyScale` says.
  package var ulps: Double {
    switch self {
    case .negate, .absolute, .relu, .clip, .sign, .step, .floor, .round: 0
    case .square, .squareRoot, .reciprocal, .leakyRelu: 0.51
    // A polynomial on a short interval, and the scale put back.
    case .exp: 1
    case .log: 1.5
    // The same, and a difference from 1 or a sum with what rounding took.
    case .expm1: 1.5
    case .log1p: 2
    // A quotient, a sum or a product of what those give.
    case .tanh, .sigmoid, .softplus, .elu: 2.5
    case .silu: 3
    // A quotient of two polynomials.
    case .erf, .gelu: 5
    // Highway's, after a reduction to [−π/2, π/2] by three constants.
    case .sin, .cos: 2
    }
  }

  /// What the error is relative to, given the argument and the result. For most the result; but `1 + erf` cancels where x
  /// is negative (as PyTorch's does), and near their zeros sine and cosine keep what the reduction leaves of the argument.
  package func accuracyScale(_ x: Double, _ result: Double) -> Double {
    switch self {
    case .gelu: Swift.max(Swift.abs(result), Swift.abs(x) / 2)
    case .sin, .cos: Swift.max(Swift.abs(result), 0x1p-10)
    default: Swift.abs(result)
    }
  }
}

extension Distribution {
  /// Uniform draws are exact; normal ones are a root of a logarithm times a sine or cosine.
  package var ulps: Double { self == .uniform ? 0 : 6 }
}
