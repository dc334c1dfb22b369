extension ArgumentType {
  /// Reads text as this type; nil when the text is not of this type, or when reading the type needs the session
  /// (values).
  package func read(_ text: String) -> BoundArgument.Content? {
    switch self {
    case .integer(let range):
      return Self.integer(text).flatMap { range.contains($0) ? .integer($0) : nil }
    case .relativeInteger(let range):
      if text.first == "+", let more = Self.integer(String(text.dropFirst())), more >= 0 {
        return more <= range.upperBound ? .relative(more) : nil
      }
      return Self.integer(text).flatMap { range.contains($0) ? .integer($0) : nil }
    case .number(let range):
      // Computations use float32.
      guard let value = Self.double(text), range.contains(value), Float(value).isFinite, value == 0 || Float(value) != 0
      else { return nil }
      return .number(value)
    case .flag:
      switch text.lowercased() {
      case "yes", "on", "true", "1": return .flag(true)
      case "no", "off", "false", "0": return .flag(false)
      default: return nil
      }
    case .choice(let names): return names.contains { $0.text == text } ? .text(text) : nil
    case .text, .path, .nameOrPath, .place: return text.isEmpty ? nil : .text(text)
    case .duration: return Self.duration(text).map { .number($0) }
    case .size: return Self.size(text)
    case .interval:
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, let low = Self.double(String(parts[0])), let high = Self.double(String(parts[1])),
        low < high
      else { return nil }
      return .interval(low, high)
    case .indices: return Self.indices(text).map { .indices($0) }
    case .newName: return text.isName && !Reserved.names.contains(text) ? .text(text) : nil
    case .label: return Int(text).map { .text(String($0)) }
    case .value, .anyValue: return nil
    }
  }

  private static func integer(_ text: String) -> Int? {
    if let value = Int(text), text.first != "+" { return value }
    let plain = text.replacing("_", with: "")
    if plain.count < text.count, plain.first != "+" { return Int(plain) }
    // 1e4 is an integer as well.
    guard text.contains(where: { $0 == "e" || $0 == "E" }), let value = Double(text) else { return nil }
    return Int(exactly: value)
  }

  private static func double(_ text: String) -> Double? {
    guard let first = text.utf8.first, first.isDigit || "+-.".utf8.contains(first), !text.contains("x"),
      let value = Double(text), value.isFinite
    else { return nil }
    return value
  }

  private static func duration(_ text: String) -> Double? {
    for (unit, seconds) in [("ms", 1e-3), ("s", 1), ("min", 60), ("m", 60), ("h", 3600)] where text.hasSuffix(unit) {
      if let value = double(String(text.dropLast(unit.count))), value > 0 { return value * seconds }
    }
    return double(text).flatMap { $0 > 0 ? $0 : nil }
  }

  private static func size(_ text: String) -> BoundArgument.Content? {
    let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    if parts.count == 1, let side = parts[0], side > 0, side <= 16384 { return .size(height: side, width: side) }
    guard parts.count == 2, let height = parts[0], let width = parts[1], height > 0, width > 0, height <= 16384,
      width <= 16384
    else { return nil }
    return .size(height: height, width: width)
  }

  /// `3`, `0..9` (ranges include both ends), `0,2,5..7`; at most a million.
  private static func indices(_ text: String) -> [Int]? {
    var values: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      if let dots = part.firstRange(of: "..") {
        guard let low = Int(part[..<dots.lowerBound]), let high = Int(part[dots.upperBound...]), low >= 0, low <= high,
          high - low < 1_000_000
        else { return nil }
        values += low...high
      } else {
        guard let value = Int(part), value >= 0 else { return nil }
        values.append(value)
      }
    }
    return values.isEmpty || values.count > 1_000_000 ? nil : values
  }
}

/// Words of the language that cannot name a variable.
package enum Reserved {
  package static let names: Set<String> = [
    "_", "label", "yes", "no", "on", "off", "true", "false", "True", "False", "None", "pi",
  ]
}
