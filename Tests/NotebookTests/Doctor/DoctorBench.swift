import Foundation
import Notebook
import Testing

/// A session with planted models, and what the doctor says of them.
struct DoctorBench {
  let bench: Bench
  private let files = Folder()
  var folder: String { files.path }

  struct Row {
    let check: String
    let evidence: String
    let next: String
  }

  init(_ lines: String...) throws {
    bench = try Bench()
    try Self.rows(Self.grid).write(toFile: folder + "/grid.csv", atomically: true, encoding: .utf8)
    try Self.rows(Self.factors).write(toFile: folder + "/factors.csv", atomically: true, encoding: .utf8)
    _ = bench.shown("threads 1")
    for line in lines { run(line) }
  }

  /// Runs lines in which `grid.csv` and `factors.csv` are the bench's own.
  func run(_ line: String, sourceLocation: SourceLocation = #_sourceLocation) {
    _ = bench.shown(
      line.replacingOccurrences(of: "@", with: folder + "/"), sourceLocation: sourceLocation)
  }

  /// What the doctor says, row by row.
  func rows(_ line: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> [Row] {
    let outcome = bench.run(line)
    #expect(outcome.status == .ok, "\(line)", sourceLocation: sourceLocation)
    let tables = outcome.outputs.compactMap { $0.json?.arrayValue }
    return try #require(tables.last).map {
      Row(
        check: $0["check"]?.stringValue ?? "", evidence: $0["evidence"]?.stringValue ?? "",
        next: $0["next"]?.stringValue ?? "")
    }
  }

  /// The only fault that is found, with its advice.
  func fault(_ line: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> Row {
    let rows = try rows(line, sourceLocation: sourceLocation)
    let faults = rows.filter { !$0.next.isEmpty }
    #expect(faults.count == 1, "\(rows)", sourceLocation: sourceLocation)
    return try #require(faults.first, "\(rows)", sourceLocation: sourceLocation)
  }

  /// No advice at all; what was looked at.
  func healthy(_ line: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> [Row] {
    let rows = try rows(line, sourceLocation: sourceLocation)
    #expect(rows.allSatisfy { $0.next.isEmpty }, "\(rows)", sourceLocation: sourceLocation)
    #expect(rows.count > 2, "\(rows)", sourceLocation: sourceLocation)
    #expect(bench.shown(line).first?.hasSuffix("healthy") == true || bench.shown(line)[0].contains(": healthy\n"))
    return rows
  }

  /// A number that a line gives.
  func number(_ line: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> Double {
    let text = bench.shown(line, sourceLocation: sourceLocation).last ?? ""
    return try #require(Double(text.replacingOccurrences(of: ",", with: "")), "\(line): \(text)")
  }

  /// −ELBO of a model, nats per example.
  func negativeElbo(_ model: String, on data: String, sourceLocation: SourceLocation = #_sourceLocation) throws
    -> Double
  {
    let outcome = bench.run("evaluate \(model) on=\(data)")
    #expect(outcome.status == .ok, "\(model)", sourceLocation: sourceLocation)
    let values = outcome.outputs.compactMap { $0.json?["negative_elbo"]?.doubleValue }
    return try #require(values.first)
  }

  /// Numbers in a text, in order.
  static func numbers(_ text: String) -> [Double] {
    text.split { !("0123456789.-".contains($0)) }.compactMap { Double($0) }
  }

  // MARK: Data

  /// All corners of a box, twelve times: 768 points whose covariance is exactly diagonal, with deviations 3, 2, 1, ½, ½, ½.
  private static var grid: [[Double]] {
    (0..<768).map { row in
      [3, 2, 1, 0.5, 0.5, 0.5].enumerated().map { bit, deviation in row >> bit & 1 == 0 ? deviation : -deviation }
    }
  }

  /// Two factors seen through six elements with noise of deviation 0.4, and a label that shifts the first factor.
  private static var factors: [[Double]] {
    let weights = [[1.5, 0.2], [1.2, -0.3], [0.9, 0.4], [-0.2, 1.3], [0.1, 1.1], [0.3, -0.9]]
    var random = SplitMix(state: 5)
    return (0..<800).map { row in
      let label = Double(row % 2)
      let z = [random.normal() + 1.5 * label - 0.75, random.normal()]
      return weights.map { $0[0] * z[0] + $0[1] * z[1] + 0.4 * random.normal() } + [label]
    }
  }

  private static func rows(_ rows: [[Double]]) -> String {
    let names = ["a", "b", "c", "d", "e", "f", "label"].prefix(rows.first?.count ?? 0).joined(separator: ",")
    return names + "\n" + rows.map { $0.map { "\($0)" }.joined(separator: ",") + "\n" }.joined()
  }

  private struct SplitMix {
    var state: UInt64
    mutating func uniform() -> Double {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
    }
    mutating func normal() -> Double { (-2 * log(1 - uniform())).squareRoot() * cos(2 * Double.pi * uniform()) }
  }
}
