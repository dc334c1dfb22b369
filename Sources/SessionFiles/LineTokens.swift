import Glibc
import Text

/// A line cut into what is compared piece by piece: text, integers, floats.
///
/// Runs of blanks become one, so that a column that grows by a digit differs only in that number. A number starts where no
/// letter, digit or `_` stands before it; a sign belongs to it when no operand does. `1e5x` and hexadecimal hashes stay text;
/// `12ms` is a number and a unit. Commas between three digits (`1,797`) belong to an integer.
package enum LineToken: Equatable, Sendable {
  case text(String)
  /// Compared exactly, as written.
  case integer(String)
  /// Compared by tolerance.
  case float(Double, String)

  /// As the line has it.
  package var spelling: String {
    switch self {
    case .text(let text), .integer(let text), .float(_, let text): text
    }
  }

  package static func tokens(of line: some StringProtocol) -> [LineToken] {
    var scanner = LineScanner(bytes: Array(trimmedRight(line).utf8))
    return scanner.scan()
  }
}

private struct LineScanner {
  let bytes: [UInt8]
  var position = 0
  var text: [UInt8] = []
  var tokens: [LineToken] = []

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func scan() -> [LineToken] {
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
        while position < bytes.count, bytes[position] == UInt8(ascii: " ") || bytes[position] == UInt8(ascii: "\t") {
          position += 1
        }
        text.append(UInt8(ascii: " "))
      } else if let end = numberEnd(), let token = number(upTo: end) {
        flush()
        tokens.append(token)
        position = end
      } else {
        // A whole word at once, so that the digits inside `x2` start no number.
        if isWord(byte) {
          while position < bytes.count, isWord(bytes[position]) { take() }
        } else {
          take()
        }
      }
    }
    flush()
    return tokens
  }

  private mutating func take() {
    text.append(bytes[position])
    position += 1
  }

  private mutating func flush() {
    if !text.isEmpty { tokens.append(.text(String(decoding: text, as: UTF8.self))) }
    text = []
  }

  private func isDigit(_ index: Int) -> Bool { index < bytes.count && (0x30...0x39).contains(bytes[index]) }
  private func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
  }
  private func isWord(_ byte: UInt8) -> Bool { isLetter(byte) || (0x30...0x39).contains(byte) }

  /// The end of the number that starts here, if one does.
  private func numberEnd() -> Int? {
    var index = position
    if bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
      if index > 0,
        isWord(bytes[index - 1]) || bytes[index - 1] == UInt8(ascii: ")") || bytes[index - 1] == UInt8(ascii: "]")
      {
        return nil
      }
      index += 1
    }
    if !isDigit(index) {
      let isPoint = index < bytes.count && bytes[index] == UInt8(ascii: ".") && isDigit(index + 1)
      let isAfterPoint = index > 0 && bytes[index - 1] == UInt8(ascii: ".")
      guard isPoint, !isAfterPoint else { return nil }
    }
    while isDigit(index) { index += 1 }
    var isFloat = false
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      // `0..9` is a range of two integers; `4.` at the end of a sentence is an integer and a full stop.
      if isDigit(index + 1) {
        isFloat = true
        index += 1
        while isDigit(index) { index += 1 }
      }
    } else {
      while index < bytes.count, bytes[index] == UInt8(ascii: ","), isDigit(index + 1), isDigit(index + 2),
        isDigit(index + 3), !isDigit(index + 4)
      {
        index += 4
      }
    }
    if index < bytes.count, bytes[index] == UInt8(ascii: "e") || bytes[index] == UInt8(ascii: "E") {
      var tail = index + 1
      let isSigned = tail < bytes.count && (bytes[tail] == UInt8(ascii: "-") || bytes[tail] == UInt8(ascii: "+"))
      if isSigned { tail += 1 }
      if isDigit(tail) {
        while isDigit(tail) { tail += 1 }
        // `1.5e-3s` has a unit; `12e4ab` is part of a hash.
        let isHash = !isFloat && !isSigned && tail < bytes.count && isLetter(bytes[tail])
        return isHash ? nil : tail
      }
    }
    return index
  }

  private func number(upTo end: Int) -> LineToken? {
    let spelling = String(decoding: bytes[position..<end], as: UTF8.self)
    if spelling.contains(where: { $0 == "." || $0 == "e" || $0 == "E" }) {
      return strtod(spelling, nil).isFinite ? .float(strtod(spelling, nil), spelling) : nil
    }
    return .integer(spelling)
  }
}
