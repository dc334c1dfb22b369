/// Text for comma-separated values (RFC 4180).
package enum CSVText {
  /// `text` as a field, in quotes where it needs them.
  package static func field(_ text: String) -> String {
    // Not by Characters: a line break of two, or a quote with a mark that combines with it, is another one.
    guard text.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return text }
    var field = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { field += "\"" }
      field.unicodeScalars.append(scalar)
    }
    return field + "\""
  }
}
