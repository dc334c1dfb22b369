/// Dates and times as tables write them: read as days since 1970-01-01, times of day as seconds since midnight.
struct CSVDate {
  /// Which of day and month comes first where both are numbers before the year.
  enum Order: Equatable { case dayFirst, monthFirst }

  /// One cell, taken apart.
  private struct Parts {
    var year: Int?
    /// The two numbers besides the year, in their order; a month's name decides which is which.
    var first = 0
    var second = 0
    /// Whether they are month and day, as behind a year.
    var isYearFirst = false
    var seconds = 0.0
    var hasTime = false
  }

  let order: Order
  /// Whether the cells are times of day without a date.
  let isTime: Bool
  let hasTime: Bool

  /// `days since 1970-01-01`.
  var unit: String { isTime ? "seconds since midnight" : "days since 1970-01-01" }

  enum Failure: Error, Equatable {
    /// Cells that are no dates.
    case other
    /// Every date can be read either way; the first of them.
    case ambiguous(String)
    /// A day that its month does not have.
    case invalid(String)
  }

  /// How all of `texts` are dates.
  ///
  /// - Parameter order: Given by `types=`.
  init(_ texts: some Collection<String>, order: Order? = nil) throws(Failure) {
    var isTime: Bool?
    var hasTime = false
    var (canBeDayFirst, canBeMonthFirst, isOrdered) = (true, true, true)
    for text in texts {
      guard let parts = Self.parts(text), isTime ?? (parts.year == nil) == (parts.year == nil) else { throw .other }
      isTime = parts.year == nil
      hasTime = hasTime || parts.hasTime
      if isTime == true || parts.isYearFirst { continue }
      isOrdered = false
      if parts.first > 12 { canBeMonthFirst = false }
      if parts.second > 12 { canBeDayFirst = false }
    }
    guard let isTime, canBeDayFirst || canBeMonthFirst else { throw .other }
    (self.isTime, self.hasTime) = (isTime, hasTime)
    if let order {
      guard isOrdered || (order == .dayFirst ? canBeDayFirst : canBeMonthFirst) else { throw .other }
      self.order = order
    } else if !isOrdered, canBeDayFirst, canBeMonthFirst, !texts.allSatisfy({ $0.contains(".") }) {
      // 3.4.2012 has the day first; 3/4/2012 is either.
      throw .ambiguous(texts.first ?? "")
    } else {
      self.order = canBeDayFirst ? .dayFirst : .monthFirst
    }
    for text in texts where number(text) == nil { throw .invalid(text) }
  }

  /// The number of a cell; nil when it is no such date.
  func number(_ text: String) -> Double? {
    guard let parts = Self.parts(text), isTime == (parts.year == nil) else { return nil }
    guard let year = parts.year else { return parts.seconds }
    let isMonthFirst = parts.isYearFirst || order == .monthFirst
    let (month, day) = isMonthFirst ? (parts.first, parts.second) : (parts.second, parts.first)
    guard (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, of: year) else { return nil }
    return Double(Self.days(year, month, day)) + parts.seconds / 86_400
  }

  /// Whether a text looks like a date or a time, for columns in which some do.
  static func isDate(_ text: String) -> Bool { parts(text) != nil }

  /// Days since 1970-01-01 in the Gregorian calendar (Howard Hinnant, days_from_civil).
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let ofEra = y - era * 400
    let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }

  private static func days(inMonth month: Int, of year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  private static func parts(_ text: String) -> Parts? {
    guard (4...40).contains(text.utf8.count) else { return nil }
    var parts = Parts()
    // The time is behind a T or a blank, and the only thing with colons.
    let words = text.split(whereSeparator: { $0 == " " || $0 == "T" }).map(String.init)
    guard let colon = words.firstIndex(where: { $0.contains(":") }) else { return date(words, parts) }
    guard let seconds = time(Array(words[colon...])) else { return nil }
    (parts.seconds, parts.hasTime) = (seconds, true)
    return colon == 0 ? parts : date(Array(words[..<colon]), parts)
  }

  /// `2012-01-31`, `2012/1/31`, `20120131` is none; `31.1.2012`, `1/31/2012`, `31-Jan-2012`, `Jan 31, 2012`.
  private static func date(_ words: [String], _ parts: Parts) -> Parts? {
    var parts = parts
    let joined = words.joined(separator: " ")
    let fields = joined.split(whereSeparator: { "-/. ,".contains($0) }).map(String.init)
    guard fields.count == 3 || (fields.count == 2 && fields[0].count == 4) else { return nil }
    let separators = Set(joined.filter { "-/.".contains($0) })
    guard separators.count <= 1 else { return nil }
    func month(_ text: String) -> Int? {
      let lower = text.lowercased()
      return lower.count >= 3 && lower.allSatisfy(\.isLetter)
        ? months.firstIndex { lower.hasPrefix($0) }.map { $0 + 1 } : nil
    }
    func whole(_ text: String, _ digits: ClosedRange<Int>) -> Int? {
      digits.contains(text.count) && text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text) : nil
    }
    if fields.count == 2 {
      // 2012-01: a month, by its first day. 2012.5 is a number before it comes here.
      guard let year = whole(fields[0], 4...4), let second = whole(fields[1], 2...2), separators != ["."] else {
        return nil
      }
      (parts.year, parts.first, parts.second, parts.isYearFirst) = (year, second, 1, true)
      return parts
    }
    if let year = whole(fields[0], 4...4), let day = whole(fields[2], 1...2),
      let second = whole(fields[1], 1...2) ?? month(fields[1])
    {
      (parts.year, parts.first, parts.second, parts.isYearFirst) = (year, second, day, true)
    } else if let year = whole(fields[2], 4...4), let first = whole(fields[0], 1...2),
      let second = whole(fields[1], 1...2)
    {
      (parts.year, parts.first, parts.second) = (year, first, second)
    } else if let year = whole(fields[2], 4...4), let named = month(fields[1]), let day = whole(fields[0], 1...2) {
      (parts.year, parts.first, parts.second, parts.isYearFirst) = (year, named, day, true)
    } else if let year = whole(fields[2], 4...4), let named = month(fields[0]), let day = whole(fields[1], 1...2) {
      (parts.year, parts.first, parts.second, parts.isYearFirst) = (year, named, day, true)
    } else {
      return nil
    }
    guard (1...31).contains(parts.first), (1...31).contains(parts.second) else { return nil }
    return parts
  }

  /// `12:30`, `12:30:59.25`, `12:30 PM`, `12:30:00Z`, `12:30:00+02:00`, in seconds since midnight (UTC where a zone is given).
  private static func time(_ words: [String]) -> Double? {
    guard words.count <= 2, var text = words.first else { return nil }
    var shift = 0.0
    if text.hasSuffix("Z") { text.removeLast() }
    if let sign = text.lastIndex(where: { $0 == "+" || $0 == "-" }) {
      let zone = text[text.index(after: sign)...].filter { $0 != ":" }
      guard zone.count == 4, let hours = Int(zone.prefix(2)), let minutes = Int(zone.suffix(2)) else { return nil }
      shift = Double(hours * 3600 + minutes * 60) * (text[sign] == "+" ? -1 : 1)
      text = String(text[..<sign])
    }
    let fields = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(fields.count), fields[0].count <= 2, fields[1].count == 2,
      var hours = Int(fields[0]), let minutes = Int(fields[1]), let seconds = fields.count == 3 ? Double(fields[2]) : 0,
      (0...24).contains(hours), (0..<60).contains(minutes), seconds >= 0, seconds < 61
    else { return nil }
    if words.count == 2 {
      let half = words[1].lowercased().filter { $0 != "." }
      guard half == "am" || half == "pm" || half == "utc", (1...12).contains(hours) || half == "utc" else { return nil }
      if half != "utc" { hours = hours % 12 + (half == "pm" ? 12 : 0) }
    }
    return Double(hours * 3600 + minutes * 60) + seconds + shift
  }
}
