/// Finds out which marks the numbers of a table have, from its first cells.
struct NumberMarksSniffer {
  private var decimals: Set<UInt8> = []
  private var groups: Set<UInt8> = []
  /// The first cell whose only mark has three digits behind it: `1,234`.
  private var unclear: [UInt8: String] = [:]

  private static let comma = UInt8(ascii: ",")
  private static let point = UInt8(ascii: ".")

  mutating func look(at text: String) {
    let body = Self.core(text)
    guard body.contains(where: { $0 >= 48 && $0 <= 57 }) else { return }
    let marks = body.indices.filter { body[$0] < 48 || body[$0] > 57 }
    guard let last = marks.last, let lead = marks.first else { return }
    let kinds = Set(marks.map { body[$0] })
    guard kinds.isSubset(of: [Self.comma, Self.point, 32, UInt8(ascii: "'"), UInt8(ascii: "_")]) else { return }
    // All but the last mark group digits.
    let tails = zip(marks, Array(marks.dropFirst()) + [body.count]).map { $1 - $0 - 1 }
    let isGrouping = (1...3).contains(lead) && body[0] != 48
    if kinds.count == 1, let kind = kinds.first {
      if kind != Self.comma, kind != Self.point {
        if isGrouping, tails.allSatisfy({ $0 == 3 }) { groups.insert(kind) }
      } else if marks.count > 1 {
        if isGrouping, tails.allSatisfy({ $0 == 3 }) { groups.insert(kind) }
      } else if isGrouping, tails == [3] {
        if unclear[kind] == nil { unclear[kind] = text }
      } else {
        decimals.insert(kind)
      }
    } else if kinds.count == 2, isGrouping, tails.dropLast().allSatisfy({ $0 == 3 }),
      marks.dropLast().allSatisfy({ body[$0] == body[lead] }), body[last] != body[lead],
      body[last] == Self.comma || body[last] == Self.point
    {
      decimals.insert(body[last])
      groups.insert(body[lead])
    }
  }

  /// The marks; `unclear` is a cell that can be read in two ways, where nothing else decides.
  func marks(decimal: UInt8?, thousands: UInt8?) -> (marks: NumberMarks, unclear: String?) {
    var marks = NumberMarks()
    if let thousands {
      marks.thousands = thousands
      marks.decimal = decimal ?? (thousands == Self.point ? Self.comma : Self.point)
      return (marks, nil)
    }
    let other = groups.subtracting([Self.comma, Self.point]).first
    if let decimal {
      marks.decimal = decimal
      let opposite = decimal == Self.point ? Self.comma : Self.point
      marks.thousands = groups.contains(opposite) || unclear[opposite] != nil ? opposite : other
      return (marks, nil)
    }
    switch (decimals.contains(Self.point), decimals.contains(Self.comma)) {
    case (false, true):
      marks.decimal = Self.comma
      marks.thousands = groups.contains(Self.point) || unclear[Self.point] != nil ? Self.point : other
    case (true, _):
      marks.thousands =
        !decimals.contains(Self.comma) && (groups.contains(Self.comma) || unclear[Self.comma] != nil)
        ? Self.comma : other
    case (false, false):
      if groups.contains(Self.point), !groups.contains(Self.comma) {
        (marks.decimal, marks.thousands) = (Self.comma, Self.point)
      } else if groups.contains(Self.comma) {
        marks.thousands = Self.comma
      } else {
        marks.thousands = other
        return (marks, unclear[Self.comma])
      }
    }
    return (marks, nil)
  }

  /// Digits and the marks between them, without signs.
  private static func core(_ text: String) -> [UInt8] {
    var body = CSVNumber.trimmed(text)
    body.removeAll { "+-−$€£¥₹%()".contains($0) }
    // No-break blanks are blanks here.
    return CSVNumber.trimmed(body).flatMap { CSVNumber.isBlank($0) ? [32] : Array(String($0).utf8) }
  }
}
