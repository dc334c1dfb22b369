import Glibc

/// Numbers as text.
package enum NumberText {
  /// A number by itself: six significant digits, more where three decimals need them, without needless zeros:
  /// `146.953`, `123456.789`, `1e-05`, `20`.
  ///
  /// Whole numbers below 10¹⁵ keep all their digits. What is not finite is `nan`, `inf` or `-inf` everywhere.
  package static func short(_ value: Double) -> String {
    short(value, digits: max(6, min(15, wholeDigits(value) + 3)))
  }

  /// One of many numbers: `digits` significant digits, and never fewer than its whole part has.
  package static func short(_ value: Double, digits: Int) -> String {
    if let word = word(value) { return word }
    // Not abs(whole): the smallest integer has none.
    if let whole = Int(exactly: value), whole.magnitude < 1_000_000_000_000_000 { return String(whole) }
    return format("%.\(max(digits, wholeDigits(value)))g", value)
  }

  /// The shortest digits that read back as `value`, for files that programs read.
  package static func exact(_ value: Double) -> String {
    if let word = word(value) { return word }
    if let whole = Int(exactly: value), whole.magnitude < 1_000_000_000_000_000 { return String(whole) }
    return "\(value)"
  }

  /// The shortest digits that read back as the same float32, for what is computed with as one.
  package static func single(_ value: Double) -> String { exact(Double.shortest(Float(value))) }

  /// What is no finite number. glibc writes `-nan` on some CPUs and `nan` on others for the same sum.
  private static func word(_ value: Double) -> String? {
    if value.isFinite { return nil }
    return value.isNaN ? "nan" : value > 0 ? "inf" : "-inf"
  }

  /// Digits in front of the decimal point; 0 for numbers that are written with an exponent.
  private static func wholeDigits(_ value: Double) -> Int {
    let size = value.magnitude
    guard size.isFinite, size >= 1, size < 1e15 else { return 0 }
    return String(Int(size)).utf8.count
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

  /// A large live number, such as images/s: whole, with separators from a thousand on, so that its width holds still.
  package static func rate(_ value: Double) -> String {
    guard value.magnitude < 1e15 else { return short(value) }
    let whole = Int(value.rounded())
    return whole.magnitude < 10_000 && whole.magnitude >= 1000
      ? "\(whole / 1000),\(String(whole.magnitude % 1000 + 1000).dropFirst())" : count(whole)
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
    guard seconds.isFinite, seconds < 1e15 else { return "?" }
    switch seconds {
    case ..<0.9995e-3: return "\(format("%.0f", seconds * 1e6)) µs"
    case ..<0.9995: return "\(format(seconds < 0.00995 ? "%.1f" : "%.0f", seconds * 1e3)) ms"
    case ..<99.95: return "\(format("%.1f", seconds)) s"
    case ..<3600: return "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
    default: return "\(Int(seconds) / 3600) h \(Int(seconds) % 3600 / 60) min"
    }
  }

  /// Seconds as a clock shows them: `0:07`, `3:05`, `1:02:07`. Always as wide as its neighbors, so that a live line
  /// holds still.
  package static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "–:––" }
    let whole = Int(min(seconds.rounded(), 1e9))
    let twoDigits: (Int) -> String = { $0 < 10 ? "0\($0)" : "\($0)" }
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    let tail = twoDigits(whole % 60)
    return hours > 0 ? "\(hours):\(twoDigits(minutes)):\(tail)" : "\(minutes):\(tail)"
  }

  /// C's `printf` of one number, such as `%.3g`; never by locale.
  package static func format(_ pattern: String, _ value: Double) -> String {
    if let word = word(value) { return word }
    return withVaList([value]) { arguments in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
        guard let base = buffer.baseAddress else { return "\(value)" }
        vsnprintf(base, buffer.count, pattern, arguments)
        return String(cString: base)
      }
    }
  }
}

extension Double {
  /// A float32 as people mean it: 0.1 is 0.1, and not 0.10000000149011612. Reads back as the same Float.
  package static func shortest(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }
}
