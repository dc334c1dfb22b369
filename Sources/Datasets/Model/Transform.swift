/// What is done to examples on their way into a batch, in order. Data: shown, saved with models, applied to new data.
package enum Transform: Hashable, Sendable, Codable {
  /// x · factor.
  case scale(Float)
  /// (x − mean) / deviation, the same for all pixels.
  case standardize(mean: Float, deviation: Float)
  /// 1 with probability x, drawn once: every time an example is read it is the same.
  case binarizeStatic(seed: UInt64)
  /// 1 with probability x, drawn anew whenever a batch is.
  case binarizeDynamic
  /// 1 − x.
  case invert
  /// x + N(0, σ²), drawn anew.
  case gaussianNoise(Float)
  /// 0 for this share, drawn anew.
  case maskNoise(Float)
  /// 0 or 1 for this share, drawn anew.
  case saltAndPepper(Float)

  package var description: String {
    switch self {
    case .scale(let factor): factor == 1 / 255 ? "scale 1/255" : "scale \(factor)"
    case .standardize(let mean, let deviation): "standardize mean=\(mean) deviation=\(deviation)"
    case .binarizeStatic(let seed): "binarize=static seed=\(seed)"
    case .binarizeDynamic: "binarize=dynamic"
    case .invert: "invert"
    case .gaussianNoise(let sigma): "noise=gaussian:\(sigma)"
    case .maskNoise(let share): "noise=mask:\(share)"
    case .saltAndPepper(let share): "noise=saltpepper:\(share)"
    }
  }
}
