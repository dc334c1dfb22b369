import Glibc

/// Numbers as text.
package enum NumberText {
  /// `value` with `digits` significant digits, without needless zeros: `146.953`, `1e-05`, `20`.
  ///
  /// Whole numbers below 10¹⁵ keep all their digits.
  package static func short(_ value: Double, digits: Int = 6) -> String {
    // The sign that glibc prints for NaN has no meaning.
    if value.isNaN { return "nan" }
    // Not abs(whole): the smallest integer has none.
    if let whole = Int(exactly: value), whole.magnitude < 1_000_000_000_000_000 { return String(whole) }
    return format("%.\(digits)g", value)
  }

  /// `value` with a fixed number of decimals: `106.70`.
  package static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return short(value) }
    return format("%.\(decimals)f", value)
  }

  /// A count with separators from 10,000 on: `9000`, `60,000`.
  package static func count(_ value: Int) -> String {
    let digits = String(value.magnitude)
    guard digits.count > 4 else { return String(value) }
    var grouped = ""
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position) % 3 == 0 { grouped.append(",") }
      grouped.append(digit)
    }
    return (value < 0 ? "-" : "") + grouped
  }

  /// Bytes in the largest unit that keeps the number above 1: `7.8 MB` (powers of 1000).
  package static func bytes(_ count: Int) -> String {
    scaled(Double(count), units: ["B", "kB", "MB", "GB", "TB"])
  }

  /// Large quantities such as FLOPs: `3.4 M`.
  package static func scaled(_ value: Double, units: [String] = ["", "k", "M", "G", "T"]) -> String {
    var value = value
    var unit = 0
    while abs(value) >= 1000, unit + 1 < units.count {
      value /= 1000
      unit += 1
    }
    let number = unit == 0 ? short(value, digits: 3) : format("%.\(abs(value) < 9.95 ? 1 : 0)f", value)
    return units[unit].isEmpty ? number : "\(number) \(units[unit])"
  }

  /// Seconds in words: `0.8 ms`, `3.2 s`, `4 min 10 s`, `2 h 5 min`.
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite else { return "?" }
    switch seconds {
    case ..<0.9995e-3: return "\(format("%.0f", seconds * 1e6)) µs"
    case ..<0.9995: return "\(format(seconds < 0.00995 ? "%.1f" : "%.0f", seconds * 1e3)) ms"
    case ..<99.95: return "\(format("%.1f", seconds)) s"
    case ..<3600: return "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
    default: return "\(Int(seconds) / 3600) h \(Int(seconds) % 3600 / 60) min"
    }
  }

  private static func format(_ pattern: String, _ value: Double) -> String {
    withVaList([value]) { arguments in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
        guard let base = buffer.baseAddress else { return "\(value)" }
        vsnprintf(base, buffer.count, pattern, arguments)
        return String(cString: base)
      }
    }
  }
}
