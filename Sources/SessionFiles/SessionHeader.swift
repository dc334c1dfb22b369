/// The first line of a session file: `#! elbo-session 1 seed=7 rtol=1e-4`.
package struct SessionHeader: Equatable, Sendable {
  /// The random seed.
  package var seed: UInt64 = 0
  /// Floats a (actual) and b (expected) agree when |a − b| ≤ atol + rtol·|b|.
  package var rtol: Double = 1e-6
  package var atol: Double = 1e-9
  /// Columns that text is laid out for.
  package var width = 80
  /// Threads to compute with; nil for the default of the program.
  package var threads: Int?
  /// Whether datasets may be downloaded.
  package var usesNetwork = true

  package init() {}

  package enum Failure: Error, Equatable, Sendable {
    /// An unsupported version.
    case version(String)
    /// `word` is not `key=value` with a known key and a valid value.
    case setting(String)
  }

  package static func isHeader(_ line: String) -> Bool { line.hasPrefix("#! elbo-session") }

  package init(_ line: String) throws(Failure) {
    var words = line.split(separator: " ").dropFirst(2)
    guard let version = words.popFirst(), version == "1" else {
      throw .version(line.split(separator: " ").dropFirst(2).first.map(String.init) ?? "")
    }
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, set(parts[0], to: parts[1]) else { throw .setting(String(word)) }
    }
  }

  /// Returns false when the key is unknown or the value is invalid.
  private mutating func set(_ key: String, to value: String) -> Bool {
    switch key {
    case "seed":
      guard let number = UInt64(value) else { return false }
      seed = number
    case "rtol":
      guard let number = Double(value), number >= 0, number.isFinite else { return false }
      rtol = number
    case "atol":
      guard let number = Double(value), number >= 0, number.isFinite else { return false }
      atol = number
    case "width":
      guard let number = Int(value), (20...1000).contains(number) else { return false }
      width = number
    case "threads":
      guard let number = Int(value), (1...1024).contains(number) else { return false }
      threads = number
    case "network":
      guard value == "yes" || value == "no" else { return false }
      usesNetwork = value == "yes"
    default: return false
    }
    return true
  }

  /// The line; contains the seed and the settings that differ from the defaults.
  package var line: String {
    let plain = SessionHeader()
    var words = ["#! elbo-session 1", "seed=\(seed)"]
    if rtol != plain.rtol { words.append("rtol=\(Self.text(rtol))") }
    if atol != plain.atol { words.append("atol=\(Self.text(atol))") }
    if width != plain.width { words.append("width=\(width)") }
    if let threads { words.append("threads=\(threads)") }
    if !usesNetwork { words.append("network=no") }
    return words.joined(separator: " ")
  }

  private static func text(_ value: Double) -> String { value == 0 ? "0" : "\(value)" }
}

extension SessionHeader.Failure: CustomStringConvertible {
  package var description: String {
    switch self {
    case .version(let version):
      "session file version '\(version)' is not known: this program reads version 1 ('#! elbo-session 1 …')"
    case .setting(let word):
      "header setting '\(word)' is not understood. Settings: seed=7 rtol=1e-4 atol=1e-9 width=80 threads=2 network=no"
    }
  }
}
