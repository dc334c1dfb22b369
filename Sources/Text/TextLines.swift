extension String {
  /// The lines, ended by "\n" or "\r\n"; one that is empty at the end when the last one is ended.
  ///
  /// "\r\n" is one `Character`: a search for "\n" does not find it, and a file with such ends would be one line.
  package var textLines: [Substring] {
    split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" })
  }
}

/// `line` without spaces at its end: they cannot be seen, so they are never compared.
package func trimmedRight(_ line: some StringProtocol) -> String {
  var line = Substring(line)
  while let last = line.last, last == " " || last == "\t" || last == "\r" { line.removeLast() }
  return String(line)
}
