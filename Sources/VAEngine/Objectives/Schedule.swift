import Glibc

/// A number that may change with training time, in epochs (fractions count).
package enum Schedule: Hashable, Sendable, Codable {
  case constant(Float)
  /// From one value to another over the first `epochs`, then the latter (warm-up; Bowman et al. 2016).
  case linear(from: Float, to: Float, epochs: Double)
  /// Cyclical: from one value to another over the first half of each period (Fu et al. 2019).
  case cyclical(from: Float, to: Float, period: Double)

  package func value(at epoch: Double) -> Float {
    switch self {
    case .constant(let value): return value
    case .linear(let from, let to, let epochs):
      return epochs <= 0 ? to : from + (to - from) * Float(min(1, epoch / epochs))
    case .cyclical(let from, let to, let period):
      guard period > 0 else { return to }
      let phase = epoch.truncatingRemainder(dividingBy: period) / period
      return from + (to - from) * Float(min(1, phase * 2))
    }
  }

  /// Whether a warm-up is not over yet.
  package func isRising(at epoch: Double) -> Bool {
    if case .linear(_, _, let epochs) = self { return epoch < epochs }
    return false
  }

  /// The value it ends at.
  package var target: Float {
    switch self {
    case .constant(let value): value
    case .linear(_, let to, _), .cyclical(_, let to, _): to
    }
  }
}

/// Learning-rate schedules, as factors of the learning rate.
package enum LearningRateSchedule: Hashable, Sendable, Codable {
  case constant
  /// Multiplied by `factor` after every `every` epochs.
  case step(every: Int, factor: Float)
  /// `factor` at each of these epochs.
  case milestones([Int], factor: Float)
  /// Down a half cosine to `floor` (a factor) over `epochs` (Loshchilov & Hutter 2017).
  case cosine(epochs: Int, floor: Float)
  /// `factor` when the watched loss has not improved for `patience` epochs.
  case plateau(patience: Int, factor: Float)
  /// Burda et al. 2016: 3^i epochs at 10^(−i/7), i = 0 … 7; 3,280 in all.
  case iwaeLadder

  /// - Parameter drops: The number of plateaus so far.
  package func factor(at epoch: Int, drops: Int) -> Float {
    switch self {
    case .constant: return 1
    case .step(let every, let factor): return powf(factor, Float(every > 0 ? epoch / every : 0))
    case .milestones(let epochs, let factor): return powf(factor, Float(epochs.filter { $0 <= epoch }.count))
    case .cosine(let epochs, let floor):
      let share = min(1, Double(epoch) / Double(max(epochs, 1)))
      return floor + (1 - floor) * Float(0.5 * (1 + cos(Double.pi * share)))
    case .plateau(_, let factor): return powf(factor, Float(drops))
    case .iwaeLadder:
      var (stage, end, length) = (0, 1, 1)
      while stage < 7, epoch >= end {
        (stage, length) = (stage + 1, length * 3)
        end += length
      }
      return powf(10, -Float(stage) / 7)
    }
  }
}
