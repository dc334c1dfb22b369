import SessionCore
import VAEngine

/// The terms of a training's steps, smoothed for people who watch: an exponential moving average with Adam's correction
/// of its start (Kingma & Ba 2015, §3; TensorBoard's curves are smoothed so),
///
///     s[t] = decay · s[t−1] + (1 − decay) · x[t],   shown[t] = s[t] / (1 − decayᵗ).
///
/// A running mean of an epoch starts anew with every epoch: its curve is a staircase.
struct SmoothedTerms {
  /// An average over some twenty steps.
  static let decay = 0.95
  private var sums = (loss: 0.0, reconstruction: 0.0, kl: 0.0)
  private var ownSums: [String: Double] = [:]
  /// 1 − decayᵗ
  private var weight = 0.0

  mutating func add(_ step: TrainingHistory.Step) {
    func next(_ sum: Double, _ value: Float) -> Double { Self.decay * sum + (1 - Self.decay) * Double(value) }
    sums = (next(sums.loss, step.loss), next(sums.reconstruction, step.reconstruction), next(sums.kl, step.kl))
    for (name, value) in step.own ?? [:] { ownSums[name] = next(ownSums[name] ?? 0, value) }
    weight = Self.decay * weight + 1 - Self.decay
  }

  /// nil before the first step.
  var terms: (loss: Double, reconstruction: Double, kl: Double)? {
    weight > 0 ? (sums.loss / weight, sums.reconstruction / weight, sums.kl / weight) : nil
  }

  /// A family's own term; nil before the first step.
  func own(_ name: String) -> Double? { weight > 0 ? ownSums[name].map { $0 / weight } : nil }
}
