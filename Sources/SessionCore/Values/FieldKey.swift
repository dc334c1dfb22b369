/// Names of fields and columns in JSON, in CSV and after a dot: lower-case ASCII words joined by `_`.
package enum FieldKey {
  /// The key of what people see as `heading`: `test −ELBO` as `test_negative_elbo`, `variance of means` as
  /// `variance_of_means`.
  package static func of(_ heading: String) -> String {
    var words = ""
    for scalar in heading.unicodeScalars {
      switch scalar {
      case "−": words += " negative "
      case "±": words += " standard error "
      case "β": words += " beta "
      case "σ": words += " sigma "
      case "%": words += " percent "
      case "²": words += "2"
      case "A"..."Z", "a"..."z", "0"..."9": words.unicodeScalars.append(scalar)
      default: words += " "
      }
    }
    let key = words.lowercased().split(separator: " ").joined(separator: "_")
    return key.isEmpty ? "value" : key
  }

  /// The key of a name that somebody chose: as it is where it is ASCII.
  package static func named(_ name: String) -> String {
    let isPlain = !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    return isPlain ? name : of(name)
  }

  /// The same keys, each once: a second `m` becomes `m_2`.
  package static func unique(_ keys: [String]) -> [String] {
    var seen: Set<String> = []
    return keys.map { key in
      var (own, count) = (key, 1)
      while !seen.insert(own).inserted {
        count += 1
        own = "\(key)_\(count)"
      }
      return own
    }
  }
}
