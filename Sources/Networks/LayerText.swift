/// The short text form of layers: words separated by spaces, `conv32k3s2 conv64k3s2 dense16:tanh`.
package enum LayerText {
  /// - Throws: `ArchitectureError` with the span of the word that is wrong.
  package static func parse(_ text: String) throws(ArchitectureError) -> [Layer] {
    let bytes = Array(text.utf8)
    var layers: [Layer] = []
    for span in spans(text) { layers.append(try layer(String(decoding: bytes[span], as: UTF8.self), span)) }
    return layers
  }

  /// The position of each layer's word, in UTF-8 offsets.
  package static func spans(_ text: String) -> [Range<Int>] {
    let bytes = Array(text.utf8)
    func separates(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: ",") }
    var spans: [Range<Int>] = []
    var start = 0
    while start < bytes.count {
      if separates(bytes[start]) {
        start += 1
        continue
      }
      let end = bytes[start...].firstIndex(where: separates) ?? bytes.count
      spans.append(start..<end)
      start = end
    }
    return spans
  }

  /// The text that parses to `layers`.
  package static func text(_ layers: [Layer]) -> String { layers.map(word).joined(separator: " ") }

  private static let names = [
    "convt", "conv", "convt1d", "conv1d", "dense", "gated", "res", "reshape", "maxpool", "avgpool", "batchnorm",
    "layernorm", "groupnorm",
    "dropout",
  ]

  private static func layer(_ word: String, _ span: Range<Int>) throws(ArchitectureError) -> Layer {
    let halves = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    var activation: Activation?
    if halves.count == 2 {
      guard let named = Activation(rawValue: halves[1]) else {
        let known = Activation.allCases.map(\.rawValue).joined(separator: ", ")
        throw ArchitectureError(span: span, reason: "no activation '\(halves[1])'; known: \(known)")
      }
      activation = named
    }
    // A digit is part of these two names alone.
    let letters = String(halves[0].prefix { $0.isLetter })
    let name = ["conv", "convt"].contains(letters) && halves[0].hasPrefix(letters + "1d") ? letters + "1d" : letters
    let rest = String(halves[0].dropFirst(name.count))
    guard names.contains(name) else {
      throw ArchitectureError(span: span, reason: "no layer '\(name)'; known: \(names.joined(separator: ", "))")
    }
    func fail(_ form: String) -> ArchitectureError {
      ArchitectureError(span: span, reason: "'\(word)' is not of the form \(form)")
    }
    /// Larger values would overflow in products.
    func check(_ values: [Int], most: Int = 1 << 24) throws(ArchitectureError) {
      guard let large = values.first(where: { $0 > most }) else { return }
      throw ArchitectureError(span: span, reason: "'\(word)': \(large) exceeds the maximum of \(most)")
    }
    func positive(_ form: String) throws(ArchitectureError) -> Int {
      guard let value = Int(rest), value > 0 else { throw fail(form) }
      return value
    }
    switch name {
    case "dense": return .dense(try positive("dense16"), activation)
    case "gated": return .gated(try positive("gated300"))
    case "res": return .residual(try positive("res64"))
    case "maxpool": return .maxPool(try positive("maxpool2"))
    case "avgpool": return .averagePool(try positive("avgpool2"))
    case "groupnorm": return .groupNorm(try positive("groupnorm8"))
    case "batchnorm", "layernorm":
      guard rest.isEmpty else { throw fail(name) }
      return name == "batchnorm" ? .batchNorm : .layerNorm
    case "dropout":
      guard let rate = Float(rest), rate >= 0, rate < 1 else { throw fail("dropout0.2, a fraction in 0 ..< 1") }
      return .dropout(rate)
    case "reshape":
      let extents = rest.split(separator: "x").compactMap { Int($0) }
      guard extents.count == 3, extents.allSatisfy({ $0 > 0 }) else { throw fail("reshape64x7x7") }
      try check(extents)
      return .reshape(extents[0], extents[1], extents[2])
    default:
      guard let (channels, options) = numbers(rest), Set(options.keys).isSubset(of: ["k", "s", "p"]) else {
        throw fail("\(name)32k3s2p1")
      }
      let (kernel, stride) = (options["k"] ?? 3, options["s"] ?? 1)
      let least = [("a number of channels", channels), ("a kernel", kernel), ("a stride", stride)]
      for (what, value) in least where value < 1 {
        throw ArchitectureError(span: span, reason: "'\(word)' needs \(what) of at least 1, not 0")
      }
      try check([channels])
      try check([kernel, stride, options["p"] ?? 0], most: 1 << 12)
      let padding = options["p"]
      switch name {
      case "conv":
        return .convolution(channels: channels, kernel: kernel, stride: stride, padding: padding, activation)
      case "convt":
        return .transposedConvolution(channels: channels, kernel: kernel, stride: stride, padding: padding, activation)
      case "conv1d":
        return .convolution1D(channels: channels, kernel: kernel, stride: stride, padding: padding, activation)
      default:
        return .transposedConvolution1D(
          channels: channels, kernel: kernel, stride: stride, padding: padding, activation)
      }
    }
  }

  /// `32k3s2` as 32 and `[k: 3, s: 2]`.
  private static func numbers(_ text: String) -> (Int, [Character: Int])? {
    var options: [Character: Int] = [:]
    var key: Character?
    var digits = ""
    var first: Int?
    func close() -> Bool {
      guard let value = Int(digits) else { return false }
      guard let key else {
        first = value
        return true
      }
      // A repeated letter such as in 'k3k5' is an error.
      return options.updateValue(value, forKey: key) == nil
    }
    for character in text {
      if character.isNumber {
        digits.append(character)
      } else {
        guard close() else { return nil }
        (key, digits) = (character, "")
      }
    }
    guard close(), let first else { return nil }
    return (first, options)
  }

  private static func word(_ layer: Layer) -> String {
    func suffix(_ activation: Activation?) -> String { activation.map { ":\($0.rawValue)" } ?? "" }
    switch layer {
    case .dense(let n, let activation): return "dense\(n)\(suffix(activation))"
    case .gated(let n): return "gated\(n)"
    case .convolution(let c, let k, let s, let p, let activation):
      return "conv\(c)k\(k)s\(s)\(p.map { "p\($0)" } ?? "")\(suffix(activation))"
    case .transposedConvolution(let c, let k, let s, let p, let activation):
      return "convt\(c)k\(k)s\(s)\(p.map { "p\($0)" } ?? "")\(suffix(activation))"
    case .convolution1D(let c, let k, let s, let p, let activation):
      return "conv1d\(c)k\(k)s\(s)\(p.map { "p\($0)" } ?? "")\(suffix(activation))"
    case .transposedConvolution1D(let c, let k, let s, let p, let activation):
      return "convt1d\(c)k\(k)s\(s)\(p.map { "p\($0)" } ?? "")\(suffix(activation))"
    case .residual(let n): return "res\(n)"
    case .reshape(let c, let h, let w): return "reshape\(c)x\(h)x\(w)"
    case .maxPool(let n): return "maxpool\(n)"
    case .averagePool(let n): return "avgpool\(n)"
    case .batchNorm: return "batchnorm"
    case .layerNorm: return "layernorm"
    case .groupNorm(let n): return "groupnorm\(n)"
    case .dropout(let rate): return "dropout\(rate)"
    }
  }
}
