import Datasets
import Tensors
import Testing

/// Delimited text as people and pandas write it.
@Suite struct TableTests {
  private func table(_ text: String, _ change: (inout TableOptions) -> Void = { _ in }) throws -> Dataset {
    let scratch = try Scratch()
    return try load(scratch.write("t.csv", text: text)) { change(&$0.table) }
  }

  private func problem(_ text: String, _ change: (inout TableOptions) -> Void = { _ in }) throws -> FileError {
    let scratch = try Scratch()
    return try refusal(scratch.write("t.csv", text: text)) { change(&$0.table) }
  }

  @Test func headersAreToldFromNumbers() throws {
    #expect(try table("a,b\n1,2\n3,4\n").columns == ["a", "b"])
    #expect(try table("1,2\n3,4\n").columns == ["c1", "c2"])
    #expect(try table("1,2\n3,4\n").count == 2)
    #expect(try table("x,y\nred,1\nblue,2\n").count == 2)
    #expect(try table("x,y\nred,blue\n") { $0.header = .no }.count == 2)
    #expect(try table("1,2\n3,4\n") { $0.header = .yes }.columns == ["1", "2"])
  }

  @Test(arguments: [
    "a,b\n1,2\n", "a;b\n1;2\n", "a\tb\n1\t2\n", "a|b\n1|2\n", "a,b\r\n1,2\r\n", "a,b\r1,2\r", "\u{FEFF}a,b\n1,2",
    "\n\na,b\n\n1,2\n\n", "\"a\",\"b\"\n\"1\",\"2\"\n", "a,b\n 1 , 2 \n",
  ])
  func delimitersLineEndsAndQuotesAreUnderstood(text: String) throws {
    let dataset = try table(text)
    #expect(dataset.columns == ["a", "b"])
    #expect(dataset.stored == [1, 2])
  }

  @Test func delimitersInsideQuotesAreText() throws {
    let dataset = try table("\"a;b;c\",\"d|e\"\n1,2\n")
    #expect(dataset.columns == ["a;b;c", "d|e"])
    #expect(dataset.stored == [1, 2])
  }

  @Test(arguments: [
    "1", "-0.5", "+2", "1e3", "6.25E-3", ".5", "123456789.123456789", "1e-30", "0.1",
    "2.2250738585072014e-30", "true", "FALSE",
  ])
  func numbersAreReadAsTheyAreWritten(text: String) throws {
    let wanted = Double(text) ?? (text == "true" ? 1 : 0)
    #expect(try table("a\n\(text)\n7\n").stored == [Double(Float(wanted)), 7])
  }

  @Test func aTargetBecomesLabels() throws {
    let text = "size,kind\n1,dog\n2,cat\n3,dog\n"
    let named = try table(text) { $0.target = "kind" }
    #expect(named.labels == [1, 0, 1])
    #expect(named.labelNames == ["cat", "dog"])
    #expect(named.columns == ["size"])
    #expect(try table(text) { $0.target = "2" }.labels == [1, 0, 1])
    #expect(try table("a,y\n5,3\n6,0\n") { $0.target = "y" }.labels == [3, 0])
    #expect(try problem(text) { $0.target = "color" }.fix == "Columns: size, kind")
    #expect(
      try problem("a,y\n5,0.5\n6,0\n") { $0.target = "y" }.reason.contains("row 1, column 'y': 0.5 is not a class"))
  }

  @Test func textsBecomeCategoriesAsAsked() throws {
    let text = "kind,n\nb,1\na,2\nb,3\n"
    let onehot = try table(text)
    #expect(onehot.columns == ["kind=a", "kind=b", "n"])
    #expect(onehot.stored == [0, 1, 1, 1, 0, 2, 0, 1, 3])
    #expect(onehot.notes.contains("column 'kind': 2 categories as columns of 0 and 1"))
    #expect(onehot.notes.contains("columns: 1 number, 1 category"))
    #expect(try table(text) { $0.categories = .codes }.stored == [1, 1, 0, 2, 1, 3])
    #expect(try problem(text) { $0.categories = .refuse }.reason.contains("column 'kind' holds texts"))
    #expect(try table(text) { $0.without = ["kind"] }.stored == [1, 2, 3])
  }

  @Test func missingValuesAreRefusedUnlessSaidOtherwise() throws {
    let text = "a,b\n1,2\n,4\n5,NaN\n7,8\n"
    let error = try problem(text)
    #expect(error.reason == "row 2 (line 3), column 'a': no value (2 missing in 2 columns)")
    let dropped = try table(text) { $0.missing = .drop }
    #expect(dropped.stored == [1, 2, 7, 8])
    #expect(dropped.notes.contains("2 of 4 rows dropped: missing values"))
    #expect(try table(text) { $0.missing = .zero }.stored == [1, 2, 0, 4, 5, 0, 7, 8])
    let filled = try table(text) { $0.missing = .mean }.stored
    #expect(filled == [1, 2, Double(Float(13.0 / 3)), 4, 5, Double(Float(14.0 / 3)), 7, 8])
    #expect(try problem("a,b\n1,\n,2\n") { $0.missing = .drop }.reason == "every row has a missing value")
  }

  @Test func rowNumbersOfPandasAreLeftOut() throws {
    let dataset = try load(Corpus.path("index.csv"))
    #expect(dataset.columns == ["length", "width"])
    #expect(dataset.notes.contains { $0.contains("counts the rows: left out") })
  }

  @Test(arguments: [
    ("a,b\n1,2\n3\n", "row 2 (line 3) has 1 fields, the first row has 2"),
    ("a,b\r\n1,2\r\n3\r\n", "row 2 (line 3) has 1 fields, the first row has 2"),
    ("a,b\r1,2\r3\r", "row 2 (line 3) has 1 fields, the first row has 2"),
    ("a,b\n1,2\n3,4,5\n", "row 2 (line 3) has 3 fields, the first row has 2"),
    ("a,b\n1,2\n\n3,x\n", "row 2 (line 4), column 'b': 'x' is not a number, 1 of 2 cells are"),
    ("a,b\n1,2\n3,1e99\n", "row 2 (line 3), column 'b': the number is not finite in 32 bits"),
    ("a,b\n1,2\n3,inf\n", "row 2 (line 3), column 'b': the number is not finite in 32 bits"),
    ("a,a\n1,2\n", "two columns are named 'a'"), ("a,b\n", "the table has no rows but a header"),
    ("a,b\n1,\"2\n", "the quote that opens on line 2 is never closed"),
    ("a,b\n1,\"2\"3\n", "line 2 continues after a closing quote"), ("\n\n\n", "the table is empty"),
  ])
  func whatIsWrongIsNamedByRowAndColumn(text: String, reason: String) throws {
    #expect(try problem(text).reason == reason)
  }

  @Test func quotedTextsKeepTheirDelimitersAndQuotes() throws {
    let dataset = try load(Corpus.path("table.csv")) { $0.table.missing = .mean }
    #expect(dataset.columns == ["length", "width", "kind=a", "kind=c, d", "kind=say \"b\""])
  }

}
