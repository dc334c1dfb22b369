import Language

extension Session {
  /// Whether `source` can be executed as it is, needs more, or can never be right.
  ///
  /// Safe to call while a cell runs.
  package func completeness(_ source: String) -> Completeness {
    let source = CellPrefix.blanked(Lookalikes.cleaned(source).text)
    do {
      let table = table
      _ = try Parser(SourceText(source)) { table[$0] != nil }.statements()
      return .complete
    } catch let fault {
      if fault.isIncomplete { return .incomplete(indent: "  ") }
      return .invalid(Diagnostic(fault, source: source))
    }
  }
}
