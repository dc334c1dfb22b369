/// Numbers as people write them: grouped digits, other decimal marks, percent and currency signs, hexadecimal.
extension CSVNumber {
  /// What a number has besides digits and marks.
  enum Sign: Hashable {
    /// Of a hundred: 12 % is 0.12.
    case percent
    case currency(String)
    case hexadecimal

    var phrase: String {
      switch self {
      case .percent: "percent, as fractions: 12 % is 0.12"
      case .currency(let sign): "amounts in \(sign)"
      case .hexadecimal: "hexadecimal"
      }
    }
  }

  private static let currencies = ["$", "€", "£", "¥", "₹", "USD", "EUR", "GBP", "CHF", "JPY", "US$"]

  /// A number with signs, or grouped; nil for what is no number under these marks.
  static func decorated(_ text: String, _ marks: NumberMarks) -> (number: Double, sign: Sign?)? {
    var body = trimmed(text)
    var isNegative = false
    var sign: Sign?
    if body.hasPrefix("("), body.hasSuffix(")") {
      // As accountants write what is below zero.
      (isNegative, body) = (true, trimmed(String(body.dropFirst().dropLast())))
      guard body.first.map({ !"+-−".contains($0) }) == true else { return nil }
    }
    func takeMinus() {
      guard let first = body.first, "+-−".contains(first) else { return }
      isNegative = isNegative != (first != "+")
      body = trimmed(String(body.dropFirst()))
    }
    takeMinus()
    for currency in currencies where sign == nil {
      if body.hasPrefix(currency) {
        body = trimmed(String(body.dropFirst(currency.count)))
        takeMinus()
      } else if body.hasSuffix(currency) {
        body = trimmed(String(body.dropLast(currency.count)))
      } else {
        continue
      }
      sign = .currency(currency)
    }
    if sign == nil, body.hasSuffix("%") { (sign, body) = (.percent, trimmed(String(body.dropLast()))) }
    if sign == nil, body.hasPrefix("0x") || body.hasPrefix("0X") {
      guard let value = UInt64(body.dropFirst(2), radix: 16), value < 1 << 53 else { return nil }
      return (isNegative ? -Double(value) : Double(value), .hexadecimal)
    }
    guard let plain = ungrouped(body, marks) else { return nil }
    var bytes = Array(plain.utf8)
    guard !bytes.isEmpty, bytes[0] != UInt8(ascii: "+"), bytes[0] != UInt8(ascii: "-") else { return nil }
    guard let value = bytes.withUnsafeMutableBytes({ decimal(UnsafeRawBufferPointer($0)) }) else { return nil }
    let number = isNegative ? -value : value
    return (sign == .percent ? number / 100 : number, sign)
  }

  /// The digits with a point and without groups; nil where the marks are not in their places.
  private static func ungrouped(_ text: String, _ marks: NumberMarks) -> String? {
    let decimal = Character(UnicodeScalar(marks.decimal))
    let parts = text.split(separator: decimal, maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first else { return nil }
    var digits = String(whole)
    if let thousands = marks.thousands {
      let mark = Character(UnicodeScalar(thousands))
      let groups = whole.split(omittingEmptySubsequences: false) { $0 == mark || (mark == " " && isBlank($0)) }
      if groups.count > 1 {
        guard (1...3).contains(groups[0].count), groups.dropFirst().allSatisfy({ $0.count == 3 }) else { return nil }
        digits = groups.joined()
      }
    }
    guard !digits.contains("."), !digits.contains(",") else { return nil }
    guard parts.count == 2 else { return digits }
    guard !parts[1].contains("."), !parts[1].contains(",") else { return nil }
    return digits + "." + parts[1]
  }

  /// No-break and narrow blanks, which group digits in French and SI style.
  static func isBlank(_ character: Character) -> Bool { " \u{A0}\u{202F}\u{2009}".contains(character) }

  static func trimmed(_ text: String) -> String {
    var body = Substring(text)
    while let first = body.first, isBlank(first) || first == "\t" { body.removeFirst() }
    while let last = body.last, isBlank(last) || last == "\t" { body.removeLast() }
    return String(body)
  }
}
