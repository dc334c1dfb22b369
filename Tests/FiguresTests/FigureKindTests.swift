import Figures
import Foundation
import Testing

/// Kinds of figures as workspaces have them.
@Suite struct FigureKindTests {
  private static let stored = #"""
    {"kind":{"matrix":{"_0":{"columnLabel":"c","columnNames":["a"],"rowLabel":"r","rowNames":["b"],"valueLabel":"v",\#
    "values":[2.5]}}},"subtitle":"s","theme":"dark","title":"t"}
    """#

  @Test func aFigureIsStoredUnderTheNameOfItsKind() throws {
    let map = MatrixMap(
      values: [2.5], rowNames: ["b"], columnNames: ["a"], rowLabel: "r", columnLabel: "c", valueLabel: "v")
    var figure = Figure(map, title: "t", subtitle: "s", theme: .dark)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(figure), as: UTF8.self) == Self.stored)
    #expect(try JSONDecoder().decode(Figure.self, from: Data(Self.stored.utf8)) == figure)
    figure.kind = Bars(values: [2.5], names: ["b"], xLabel: "c", yLabel: "r")
    #expect(try JSONDecoder().decode(Figure.self, from: Data(Self.stored.utf8)) != figure)
  }

  @Test(arguments: [#""kind":{"pie":{"_0":{}}}"#, #""kind":{}"#, #""kind":{"matrix":{}}"#, #""kind":"matrix""#])
  func whatIsNoKindIsRefused(kind: String) {
    let text = #"{\#(kind),"title":"t","subtitle":"","theme":"light"}"#
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(Figure.self, from: Data(text.utf8)) }
  }

  @Test func everyKindHasANameOfItsOwn() {
    let names = FigureKinds.all.map { $0.name }
    #expect(Set(names).count == names.count && names.contains("images"))
  }
}
