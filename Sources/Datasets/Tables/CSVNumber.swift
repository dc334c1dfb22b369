import Glibc

/// Numbers and missing values as tables write them.
enum CSVNumber {
  enum Value: Equatable {
    case number(Double)
    case missing
    case text
  }

  /// What pandas takes for missing, and `?` of the older UCI tables.
  private static let missing: [[UInt8]] = [
    "NA", "N/A", "n/a", "#N/A", "#N/A N/A", "#NA", "NaN", "nan", "-nan", "-NaN", "NAN", "-1.#IND", "1.#IND", "-1.#QNAN",
    "1.#QNAN", "NULL", "null", "None", "<NA>", "NaT", "?",
  ].map { Array($0.utf8) }

  /// Powers of ten that a Double holds exactly.
  private static let powers: [Double] = (0...22).map { pow(10, Double($0)) }

  /// - Parameter marks: Grouped digits are texts here: `decorated` reads them.
  static func read(_ bytes: UnsafeRawBufferPointer, _ marks: NumberMarks) -> Value {
    var (low, high) = (0, bytes.count)
    while low < high, bytes[low] == 32 || bytes[low] == 9 { low += 1 }
    while low < high, bytes[high - 1] == 32 || bytes[high - 1] == 9 { high -= 1 }
    guard low < high else { return .missing }
    let trimmed = UnsafeRawBufferPointer(rebasing: bytes[low..<high])
    if let value = marks.decimal == UInt8(ascii: ".") ? decimal(trimmed) : commaDecimal(trimmed) {
      return .number(value)
    }
    if missing.contains(where: { $0.elementsEqual(trimmed) }) { return .missing }
    switch String(decoding: trimmed.prefix(10), as: UTF8.self).lowercased() {
    case "true": return .number(1)
    case "false": return .number(0)
    case "inf", "+inf", "infinity", "+infinity": return .number(.infinity)
    case "-inf", "-infinity": return .number(-.infinity)
    default: return .text
    }
  }

  /// `0,13`; a point is no part of such a number.
  private static func commaDecimal(_ bytes: UnsafeRawBufferPointer) -> Double? {
    guard bytes.count < 64, !bytes.contains(UInt8(ascii: ".")) else { return nil }
    return withUnsafeTemporaryAllocation(byteCount: bytes.count, alignment: 1) { copy in
      copy.copyMemory(from: bytes)
      for index in copy.indices where copy[index] == UInt8(ascii: ",") { copy[index] = UInt8(ascii: ".") }
      return decimal(UnsafeRawBufferPointer(copy))
    }
  }

  /// Whether `number` is another integer than the one that is written.
  static func isRounded(_ bytes: UnsafeRawBufferPointer, _ number: Double) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self).trimmedBlanks
    guard text.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }) else {
      return false
    }
    if let whole = Int64(text) { return Int64(exactly: number) != whole }
    return UInt64(text).map { UInt64(exactly: number) != $0 } ?? true
  }

  /// `[+-]digits[.digits][e[+-]digits]`; nil for anything else.
  static func decimal(_ bytes: UnsafeRawBufferPointer) -> Double? {
    var at = 0
    let isNegative = bytes[0] == UInt8(ascii: "-")
    if isNegative || bytes[0] == UInt8(ascii: "+") { at = 1 }
    var (digits, significant, fraction): (Int, UInt64, Int) = (0, 0, 0)
    var isExact = true
    var hasPoint = false
    while at < bytes.count {
      let byte = bytes[at]
      if byte >= 48, byte <= 57 {
        digits += 1
        if significant < 900_719_925_474_099 {
          significant = significant * 10 + UInt64(byte - 48)
          if hasPoint { fraction += 1 }
        } else {
          isExact = false
        }
      } else if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
      } else {
        break
      }
      at += 1
    }
    guard digits > 0 else { return nil }
    var exponent = 0
    if at < bytes.count {
      guard bytes[at] == UInt8(ascii: "e") || bytes[at] == UInt8(ascii: "E") else { return nil }
      at += 1
      var sign = 1
      if at < bytes.count, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") {
        sign = bytes[at] == UInt8(ascii: "-") ? -1 : 1
        at += 1
      }
      guard at < bytes.count else { return nil }
      while at < bytes.count {
        guard bytes[at] >= 48, bytes[at] <= 57 else { return nil }
        exponent = Swift.min(exponent * 10 + Int(bytes[at] - 48), 100_000)
        at += 1
      }
      exponent *= sign
    }
    let power = exponent - fraction
    // Both factors are exact, so the result is rounded once (Clinger 1990).
    if isExact, abs(power) <= 22 {
      let value = power < 0 ? Double(significant) / powers[-power] : Double(significant) * powers[power]
      return isNegative ? -value : value
    }
    return Double(String(decoding: bytes, as: UTF8.self))
  }
}
