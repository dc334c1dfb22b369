import Glibc
import POSIX
import Synchronization

/// Characters that fonts have.
///
/// Where no font has a character, cairo draws its number in a box, and in gnuplot's coordinates that box is larger than
/// the whole picture: one Chinese class name on a machine without Chinese fonts hides everything else.
enum FontCoverage {
  private static let known = Mutex<[UInt32: Bool]>([:])

  /// `text` with an empty box in the place of each character that no font has.
  static func replacingMissing(_ text: String) -> String {
    let rare = Set(text.unicodeScalars.filter(isRare).map(\.value))
    guard !rare.isEmpty else { return text }
    let missing = rare.filter { !isCovered($0) }
    guard !missing.isEmpty else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { result.append(missing.contains(scalar.value) ? "\u{25A1}" : scalar) }
    return String(result)
  }

  /// Not of the alphabets, punctuation, arrows and signs that every sans-serif font for Linux has.
  private static func isRare(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= 0x0530 && !(0x1E00...0x27BF).contains(scalar.value)
  }

  private static func isCovered(_ value: UInt32) -> Bool {
    if let answer = known.withLock({ $0[value] }) { return answer }
    // Where fontconfig cannot be asked, nothing is replaced.
    let answer = fonts(having: value).map { !$0.isEmpty } ?? true
    known.withLock { $0[value] = answer }
    return answer
  }

  /// What `fc-list` says; nil when there is none.
  private static func fonts(having value: UInt32) -> [UInt8]? {
    guard let ends = try? Descriptor.pipe() else { return nil }
    defer { close(ends.read) }
    let process = try? ChildProcess(
      "fc-list", ["fc-list", ":charset=\(String(value, radix: 16))", "family"], input: .null,
      output: .descriptor(ends.write), errors: .null)
    close(ends.write)
    guard let process else { return nil }
    let bytes = Descriptor.readToEnd(ends.read)
    return process.reap() == 0 ? bytes : nil
  }
}
