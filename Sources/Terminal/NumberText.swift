import Glibc

/// `value` with a fixed number of decimals, as C's `%.*f` writes it (never by locale).
package func fixed(_ value: Double, decimals: Int) -> String {
  formatted("%.\(decimals)f", value)
}

/// `value` with a number of significant digits, as C's `%.*g` writes it.
package func significant(_ value: Double, digits: Int) -> String {
  formatted("%.\(digits)g", value)
}

private func formatted(_ format: String, _ value: Double) -> String {
  // C writes a sign before NaN on some CPUs, which says nothing.
  if !value.isFinite { return value.isNaN ? "nan" : value > 0 ? "inf" : "-inf" }
  return finite(format, value)
}

private func finite(_ format: String, _ value: Double) -> String {
  withVaList([value]) { arguments in
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
      _ = vsnprintf(buffer.baseAddress, buffer.count, format, arguments)
      return buffer.baseAddress.map { String(cString: $0) } ?? ""
    }
  }
}

/// `1234567` as `1,234,567`.
package func grouped(_ value: Int) -> String {
  let digits = String(value.magnitude)
  var result = value < 0 ? "-" : ""
  for (index, digit) in digits.enumerated() {
    if index > 0 && (digits.count - index).isMultiple(of: 3) { result.append(",") }
    result.append(digit)
  }
  return result
}

/// A duration for people: `0.42 s`, `12 s`, `3:05`, `1:02:07`.
package func durationText(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0 else { return "–" }
  if seconds < 10 { return fixed(seconds, decimals: seconds < 1 ? 2 : 1) + " s" }
  let whole = Int(min(seconds.rounded(), 1e9))
  if whole < 60 { return "\(whole) s" }
  return clockText(seconds)
}

/// A duration as a clock shows it: `0:07`, `3:05`, `1:02:07`. Always as wide as its neighbours, so that a bar holds still.
package func clockText(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0 else { return "–:––" }
  let whole = Int(min(seconds.rounded(), 1e9))
  let twoDigits: (Int) -> String = { $0 < 10 ? "0\($0)" : "\($0)" }
  let (hours, minutes) = (whole / 3600, whole / 60 % 60)
  let tail = twoDigits(whole % 60)
  return hours > 0 ? "\(hours):\(twoDigits(minutes)):\(tail)" : "\(minutes):\(tail)"
}
