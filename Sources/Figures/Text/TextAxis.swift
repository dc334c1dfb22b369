import Glibc
import Text

/// One axis of a panel in characters: which numbers stand along it, and where.
package struct TextAxis: Sendable, Equatable {
  package let low: Double
  package let high: Double
  package let isLogarithmic: Bool

  /// What is not a range, of numbers that are not finite or of one number, is made one.
  package init(_ low: Double, _ high: Double, isLogarithmic: Bool = false) {
    let isUsable = low.isFinite && high.isFinite && low < high && (!isLogarithmic || low > 0)
    (self.low, self.high) = isUsable ? (low, high) : isLogarithmic ? (0.1, 10) : (0, 1)
    self.isLogarithmic = isLogarithmic
  }

  /// How far along the axis a value lies, 0 at its beginning and 1 at its end; nil for what has no place.
  package func share(_ value: Double) -> Double? {
    guard value.isFinite else { return nil }
    guard isLogarithmic else { return (value - low) / (high - low) }
    return value > 0 ? log(value / low) / log(high / low) : nil
  }

  /// A number along the axis and its text.
  package struct Tic: Sendable, Equatable {
    package let value: Double
    package let text: String
  }

  /// At most `most` numbers, 1, 2 or 5 times a power of ten apart; along a logarithmic axis those of `GnuplotScript.logTics`,
  /// else powers of ten.
  ///
  /// - Parameter isWhole: Only integers, such as epochs.
  package func tics(atMost most: Int, isWhole: Bool = false) -> [Tic] {
    let most = max(1, most)
    if isLogarithmic { return logarithmicTics(most) }
    var step = GnuplotScript.step(atLeast: (high - low) / Double(most))
    if isWhole { step = max(1, step) }
    // The next larger step where rounding brought one number too many.
    while true {
      let first = (low / step - 1e-9).rounded(.up)
      let last = (high / step + 1e-9).rounded(.down)
      guard last - first < Double(most) || last - first < 1 else {
        step = GnuplotScript.step(atLeast: step * 1.5)
        continue
      }
      guard first <= last else { return [] }
      return (0...Int(last - first)).map { index in
        let value = (first + Double(index)) * step
        return Tic(value: value, text: Self.text(abs(value) < step / 2 ? 0 : value, step: step))
      }
    }
  }

  private func logarithmicTics(_ most: Int) -> [Tic] {
    var values = GnuplotScript.logTics(low, high) ?? []
    if values.isEmpty {
      var decade = 1.0
      while decade > low { decade /= 10 }
      while decade < low * 0.999_999 { decade *= 10 }
      while decade <= high * 1.000_001 {
        values.append(decade)
        decade *= 10
      }
    }
    let every = (values.count + most - 1) / max(most, 1)
    return values.enumerated().filter { $0.offset % max(every, 1) == 0 }.map {
      Tic(value: $0.element, text: Self.number($0.element))
    }
  }

  /// With as many decimals as the distance between numbers has.
  private static func text(_ value: Double, step: Double) -> String {
    guard step >= 1e-5, value.magnitude < 1e7 else { return number(value) }
    var (decimals, unit) = (0, 1.0)
    while unit > step * 1.000_001, decimals < 6 {
      unit /= 10
      decimals += 1
    }
    let text = NumberText.fixed(value, decimals: decimals)
    return value == 0 && decimals == 0 ? "0" : text
  }

  /// By itself: five digits at most.
  package static func number(_ value: Double) -> String { NumberText.format("%.5g", value) }
}
