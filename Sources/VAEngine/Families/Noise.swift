import Graphs

/// The corruption of the input of a denoising model.
package enum Noise: Hashable, Sendable, Codable {
  /// Adds N(0, σ²).
  case gaussian(Float)
  /// Sets this fraction of the pixels to 0.
  case mask(Float)
  /// Sets this fraction of the pixels to 0 or 1.
  case saltAndPepper(Float)

  /// `gaussian:0.3`, `mask:0.25`, `salt:0.1`; 0.3 where the amount is left out; nil for anything else.
  package init?(text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let given = parts.count == 2 ? Float(String(parts[1])) : parts.count == 1 ? 0.3 : nil
    guard let amount = given, amount >= 0, amount.isFinite else { return nil }
    switch parts[0] {
    case "gaussian": self = .gaussian(amount)
    case "mask" where amount <= 1: self = .mask(amount)
    case "salt" where amount <= 1: self = .saltAndPepper(amount)
    default: return nil
    }
  }

  /// As `noise=` reads it.
  package var text: String {
    switch self {
    case .gaussian(let sigma): "gaussian:\(sigma)"
    case .mask(let share): "mask:\(share)"
    case .saltAndPepper(let share): "salt:\(share)"
    }
  }
}
