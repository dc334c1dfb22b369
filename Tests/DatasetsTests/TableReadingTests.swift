import Datasets
import Foundation
import Tensors
import Testing

/// Tables as other programs write them: read as what they are, which is said, or refused with the cell.
@Suite struct TableReadingTests {
  private func table(_ text: String, _ change: (inout TableOptions) -> Void = { _ in }) throws -> Dataset {
    try load(temporary(Array(text.utf8))) { change(&$0.table) }
  }

  private func problem(_ text: String, _ change: (inout TableOptions) -> Void = { _ in }) throws -> FileError {
    try refusal(temporary(Array(text.utf8))) { change(&$0.table) }
  }

  private func float(_ values: [Double]) -> [Double] { values.map { Double(Float($0)) } }

  @Test(arguments: [
    ("1 0 1\n0 1 1\n1 1 0\n", [1, 0, 1, 0, 1, 1, 1, 1, 0], "separated by blanks"),
    ("  1.5   0.25\n 2.5\t0.5  \n\n", [1.5, 0.25, 2.5, 0.5], "separated by blanks"),
    ("a b\n1 2\n3 4\n", [1, 2, 3, 4], "separated by blanks, the first row names the columns"),
    ("\"a\" \"b c\"\n1 \"2\"\n3 4\n", [1, 2, 3, 4], "separated by blanks, the first row names"),
    ("a;b\n1;2\n3;4\n", [1, 2, 3, 4], "separated by semicolons"),
    ("sep=|\na|b\n1|2\n", [1, 2], "separated by bars, as the first line says"),
    ("\"sep=;\"\r\na;b\r\n1,5;2\r\n", [1.5, 2], "separated by semicolons, as the first line says, decimal comma"),
    ("# made by numpy\n# a b\n1.0e+00 2.0e+00\n", [1, 2], "columns are named by a comment"),
  ])
  func separatorsAreToldFromTheWholeTable(text: String, stored: [Double], said: String) throws {
    let dataset = try table(text)
    #expect(dataset.stored == stored)
    #expect(dataset.notes.joined(separator: "\n").contains(said), "\(dataset.notes)")
  }

  @Test(arguments: [
    ("x;y\n0,13;-0,13\n1,5;2,5\n", [0.13, -0.13, 1.5, 2.5], "decimal comma"),
    ("0,13;-0,13\n1,5;2,5\n", [0.13, -0.13, 1.5, 2.5], "decimal comma"),
    ("\"x\",\"y\"\n\"1,5\",\"2,25\"\n", [1.5, 2.25], "decimal comma"),
    ("x\ty\n1.234,5\t2.500\n1,5\t7\n", [1234.5, 2500, 1.5, 7], "decimal comma, thousands point"),
    ("x,y\n\"1,234\",0.5\n\"12,345.5\",1.5\n", [1234, 0.5, 12345.5, 1.5], "thousands comma"),
    ("x;y\n1 234;7,5\n5\u{A0}678;8\n", [1234, 7.5, 5678, 8], "decimal comma, thousands blank"),
    ("x,y\n1'234,0.5\n", [1234, 0.5], "thousands apostrophe"),
    ("x,y\n\"1,234,567\",2\n", [1_234_567, 2], "thousands comma"),
  ])
  func marksOfNumbersAreToldFromTheirCells(text: String, stored: [Double], said: String) throws {
    let dataset = try table(text)
    #expect(dataset.stored == float(stored))
    #expect(dataset.notes[0].contains(said), "\(dataset.notes)")
  }

  @Test func aMarkThatCanBeBothIsRefusedUntilItIsSaid() throws {
    let text = "x;y\n1,234;7\n5,678;8\n"
    let error = try problem(text)
    #expect(error.reason == "column 1: '1,234' has a decimal comma or a comma between thousands")
    #expect(try table(text) { $0.decimal = "comma" }.stored == float([1.234, 7, 5.678, 8]))
    #expect(try table(text) { $0.thousands = "," }.stored == [1234, 7, 5678, 8])
    #expect(try problem(text) { $0.decimal = "x" }.fix?.contains("comma") == true)
    // Against what the other cells say, a cell is no number.
    let mixed = try problem("x;y\n1,5;2\n1.5;3\n2,5;4\n")
    #expect(mixed.reason.contains("row 1 (line 2), column 'x': '1,5' is not a number"))
  }

  @Test func optionsDecideWhatTheTableDoesNot() throws {
    #expect(try table("1;2\n3;4\n") { $0.separator = "semicolon" }.stored == [1, 2, 3, 4])
    #expect(try table("1:2\n3:4\n") { $0.separator = ":" }.stored == [1, 2, 3, 4])
    #expect(try problem("1;2\n") { $0.separator = "ab" }.fix?.contains("semicolon") == true)
    let named = try table("a,b,c\n1,2,x\n3,4,y\n") { $0.only = ["b", "a"] }
    #expect(named.columns == ["a", "b"] && named.stored == [1, 2, 3, 4])
    #expect(try table("a,k\n1,1\n2,2\n3,1\n") { $0.types = ["k": .category] }.columns == ["a", "k=1", "k=2"])
    #expect(try problem("a\n1\n") { $0.types = ["b": .number] }.reason.contains("no column 'b' for types="))
  }

  @Test(arguments: [
    ("12%,1\n7.5%,2\n", [0.12, 1, 0.075, 2], "column 'x': percent, as fractions"),
    ("$1,1\n$2.5,2\n", [1, 1, 2.5, 2], "column 'x': amounts in $"),
    ("€ 5,1\n-€7,2\n", [5, 1, -7, 2], "column 'x': amounts in €"),
    ("\"$1,200.50\",1\n($3),2\n", [1200.5, 1, -3, 2], "column 'x': amounts in $"),
    ("0x1F,1\n0x20,2\n", [31, 1, 32, 2], "column 'x': hexadecimal"),
    ("2012-02-29,1\n1970-01-02,2\n", [15399, 1, 1, 2], "column 'x': days since 1970-01-01"),
    ("31.12.1969,1\n1.1.2000,2\n", [-1, 1, 10957, 2], "column 'x': days since 1970-01-01"),
    ("12/31/1999,1\n01/01/2000,2\n", [10956, 1, 10957, 2], "column 'x': days since"),
    ("1970-01-01T12:00:00Z,1\n1970-01-02 18:00,2\n", [0.5, 1, 1.75, 2], "column 'x': days since"),
    ("Jan 2 1970,1\n3-Jan-1970,2\n", [1, 1, 2, 2], "column 'x': days since"),
    ("12:30,1\n00:00:15.5,2\n", [45000, 1, 15.5, 2], "column 'x': seconds since midnight"),
  ])
  func numbersWithSignsAndDatesAreNumbers(rows: String, stored: [Double], said: String) throws {
    let dataset = try table("x,y\n" + rows)
    #expect(dataset.stored == float(stored))
    #expect(dataset.columns == ["x", "y"])
    #expect(dataset.notes.contains { $0.hasPrefix(said) }, "\(dataset.notes)")
  }

  @Test(arguments: [
    ("12%,1\n0.3,2\n", "'12%' and '0.3' are in different units"),
    ("$1,1\n€2,2\n", "'$1' and '€2' are in different units"),
    ("unknown,1\n1,2\n2,3\n3,4\n", "row 1 (line 2), column 'x': 'unknown' is not a number, 3 of 4 cells are"),
    ("1,1\n2,2\n3+,3\n", "row 3 (line 4), column 'x': '3+' is not a number"),
    ("03/04/2012,1\n05/06/2012,2\n", "'03/04/2012' has the day first or the month first"),
    ("2012-02-30,1\n", "there is no day '2012-02-30'"),
    ("2012-02-01,1\n2012-02-02,2\nsoon,3\n", "row 3, column 'x': 'soon' is not a date"),
    ("9007199254740993,1\n1,2\n", "float64 does not hold the integer 9007199254740993"),
    ("12345678901234567890123,1\n1,2\n", "float64 does not hold the integer 12345678901234567890123"),
  ])
  func aCellThatIsNotAsTheOthersIsShown(rows: String, reason: String) throws {
    let error = try problem("x,y\n" + rows)
    #expect(error.reason.contains(reason), "\(error)")
    #expect(error.fix?.contains("without=x") == true)
    // What is left out is never looked at.
    #expect(try table("x,y\n" + rows) { $0.without = ["x"] }.columns == ["y"])
    #expect(try table("x,y\n" + rows) { $0.only = ["y"] }.columns == ["y"])
  }

  @Test func anAmbiguousDateIsReadAsItIsSaid() throws {
    let text = "when,y\n03/04/2012,1\n05/06/2012,2\n"
    #expect(try table(text) { $0.types = ["when": .dayFirst] }.stored == [15433, 1, 15496, 2])
    #expect(try table(text) { $0.types = ["when": .monthFirst] }.stored == [15403, 1, 15466, 2])
  }

  /// 1,461 days in a column, and a target beside them.
  @Test func aColumnOfDatesIsNoCategory() throws {
    let day = { (n: Int) in "20\(12 + n / 360)-\(1 + n % 360 / 30)-\(1 + n % 28)" }
    let rows = (0..<1440).map { "\(day($0)),\($0 % 7),\(["sun", "rain"][$0 % 2])" }.joined(separator: "\n")
    let text = "date,rain,weather\n\(rows)\n"
    let dataset = try table(text) { $0.target = "weather" }
    #expect(dataset.columns == ["date", "rain"] && dataset.classes?.names == ["rain", "sun"])
    #expect(dataset.stored[0] == 15340)
    #expect(try table(text) { ($0.target, $0.without) = ("weather", ["date"]) }.columns == ["rain"])
  }

  @Test func namesAreNoCategories() throws {
    let rows = (0..<40).map { "name\($0),\($0)" }.joined(separator: "\n")
    let error = try problem(
      "n,who\n"
        + rows.split(separator: "\n").map { $0.split(separator: ",").reversed().joined(separator: ",") }.joined(
          separator: "\n"))
    #expect(error.reason.contains("column 'who': 'name0' is one of 40 different texts in 40 rows"))
    let many = (0..<900).map { "\($0),kind\($0 % 300)" }.joined(separator: "\n")
    #expect(try problem("n,kind\n\(many)\n").reason.contains("300 different texts, too many categories"))
    #expect(try table("n,kind\n\(many)\n") { $0.types = ["kind": .category] }.columns.count == 301)
    #expect(try problem("n,who\n" + rows) { $0.target = "1" }.reason.contains("'name0' is one of 40 different texts"))
  }

  @Test(arguments: [
    ("0,1\n0.5,0.25\n0.75,0.5\n", ["0", "1"], 2), ("0,1,2,3\n5,7,1,1\n0,0,0,9\n", ["0", "1", "2", "3"], 2),
    ("0,1,label\n0.5,0.25,7\n0.75,0.5,7\n", ["0", "1", "label"], 2),
    ("400,410,420,430\n0.1,0.2,0.3,0.3\n", ["400", "410", "420", "430"], 1),
    ("0\n0.5\n0.25\n", ["0"], 2),
    // Wavelengths, rounded or in steps that grow; wavenumbers go down.
    (
      "400.0,404.0,408.1,412.1,416.1,420.1,424.2,428.2,drink\n1,2,1,2,1,2,1,2,7\n2,2,1,1,2,2,1,1,7\n",
      ["400.0", "404.0", "408.1", "412.1", "416.1", "420.1", "424.2", "428.2", "drink"], 2
    ),
    (
      "9,8,7.1,6.2,5.4,4.6,3.9,3.2\n0.1,0.2,0.1,0.2,0.1,0.2,0.1,0.2\n",
      ["9", "8", "7.1", "6.2", "5.4", "4.6", "3.9", "3.2"], 1
    ),
    // Numbers that could as well be data are data.
    ("0,1\n1,0\n1,1\n", ["c1", "c2"], 3), ("0,1,2,3\n4,5,6,7\n8,9,10,11\n", ["c1", "c2", "c3", "c4"], 3),
    (
      "1,2,4,5,6,8,9,11\n0,1,2,4,5,6,8,9\n", ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"], 2
    ), ("0.1,0.2\n0.3,0.5\n", ["c1", "c2"], 2), ("5,1\n0.5,0.25\n", ["c1", "c2"], 2),
  ])
  func aHeaderOfNumbersIsToldFromARow(text: String, columns: [String], count: Int) throws {
    let dataset = try table(text)
    #expect(dataset.columns == columns && dataset.count == count)
    let said = columns[0] == "c1" ? "no header: the first row is an example" : "the first row names the columns"
    #expect(dataset.notes[0].contains(said))
    #expect(try table(text) { $0.header = .yes }.count == count - (columns[0] == "c1" ? 1 : 0))
  }

  @Test func aRowThatCountsIsDoubted() throws {
    #expect(try table("0,1\n1,0\n1,1\n").notes[0].hasSuffix("(header=yes if 0, 1 are names)"))
    #expect(try table("0,1\n1,0\n1,1\n") { $0.header = .yes }.stored == [1, 0, 1, 1])
  }

  @Test(arguments: [
    ",a,b\n0,1,2\n1,3,4\n", "Unnamed: 0,a,b\n0,1,2\n1,3,4\n", ",a,b\n17,1,2\n4,3,4\n",
    ",a,b\nrow one,1,2\nrow two,3,4\n",
    "\"a\" \"b\"\n\"1\" 1 2\n\"2\" 3 4\n", "a,b,Unnamed: 2\n1,2,\n3,4,\n", "a,b,\n1,2,\n3,4,\n",
    "Unnamed: 0.1,Unnamed: 0,a,b\n0,0,1,2\n1,5,3,4\n",
  ])
  func columnsThatNumberOrNameTheRowsAreLeftOut(text: String) throws {
    let dataset = try table(text)
    #expect(dataset.columns == ["a", "b"] && dataset.stored == [1, 2, 3, 4])
    #expect(dataset.notes.contains { $0.contains("left out") })
  }

  @Test func theIndexIsSaidOrChosen() throws {
    let text = "Id,a\n1,5\n2,6\n3,7\n"
    let dataset = try table(text)
    #expect(dataset.columns == ["a"])
    #expect(dataset.notes.contains("column 'Id' counts the rows: left out as an index (index=no keeps it)"))
    #expect(try table(text) { $0.index = "no" }.columns == ["Id", "a"])
    #expect(try table("t,a\n1,5\n2,6\n3,7\n").columns == ["t", "a"], "a name that says nothing of rows")
    #expect(try table("t,a\n1,5\n2,6\n3,7\n") { $0.index = "t" }.columns == ["a"])
    #expect(try table("t,a\n1,5\n2,6\n3,7\n") { $0.index = "yes" }.columns == ["a"])
    #expect(try table("1,5.5\n2,6\n3,7\n4,1\n5,2\n").columns == ["c2"])
    #expect(try table("1,5.5\n2,6\n").columns == ["c1", "c2"], "two rows count by chance")
  }

  @Test func textsOfOtherEncodingsAreRead() throws {
    let text = "größe,b\n1,2\n"
    let little = text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    let big = text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    for bytes in [[0xFF, 0xFE] + little, [0xFE, 0xFF] + big, little, big] {
      let dataset = try load(temporary(bytes))
      #expect(dataset.columns == ["größe", "b"] && dataset.stored == [1, 2])
      #expect(dataset.notes[0] == "the text is UTF-16")
    }
    let latin = try load(temporary([0x67, 0x72, 0xF6, 0xDF, 0x65] + Array(",b\n1,2\n".utf8)))
    #expect(latin.columns == ["größe", "b"])
    #expect(latin.notes[0].contains("not UTF-8"))
  }

  @Test func integersAreKept() throws {
    let ids = try table("id,v\n16777217,1\n16777218,2\n99999999999,3\n") { $0.index = "no" }
    #expect(ids.storage.dtype == .float64)
    #expect(ids.stored == [16_777_217, 1, 16_777_218, 2, 99_999_999_999, 3])
    #expect(try table("id,v\n16777216,1\n5,2\n").storage.dtype == .float32)
    let header = "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 1), }\n"
    let wide = try load(temporary(npy(header, [0, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255])))
    #expect(wide.storage.dtype == .float64 && wide.stored == [4_294_967_296, -1])
  }
}
