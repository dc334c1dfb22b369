import Glibc
import JSONText
import Networks
import Notebook
import SessionCore
import Tensors
import Testing
import Text
import VAEngine

/// Standard errors beside the numbers of `compare` and `kl`, against those worked out in Double for models whose
/// decoders do not listen to z: −ELBO of an example is known without a draw.
@Suite struct StandardErrorTests {
  let bench: Bench
  /// First pixels of the examples, from −1 to 1; the others are 0.25 and 0.75.
  private static let x = (0..<9).map { -1 + Double($0) / 4 }

  /// Models `a` and `b` of x̂ = (0.5, 0.25, 0.5) and (0, 0.25, 0.5), q(z | x) = N(w · x₁, 1) with w = (1, 1.9) and (1, 1).
  init() throws {
    bench = try Bench()
    let folder = Folder()
    _ = bench.shown("x = transpose(stack(linspace(-1, 1, 9), zeros(9) + 0.25, zeros(9) + 0.75)); d = dataset x;")
    for (name, weights, output) in [("a", [Float(1), 1.9], Float(0.5)), ("b", [1, 1], 0)] {
      let model = try Model(
        ModelConfiguration(
          architecture: Architecture(name: "linear", encoder: [], decoder: LayerText.parse("dense3:none")),
          exampleShape: [3], latentDimensions: 2, likelihood: .gaussian(sigma: 0.5), seed: 4))
      for part in ["encoder.mean", "encoder.logVariance"] {
        model.parameters.set(part + ".weight", to: try Tensor(zeros: [3, 2]))
        model.parameters.set(part + ".bias", to: try Tensor(zeros: [2]))
      }
      model.parameters.set("encoder.mean.weight", to: try Tensor(weights + [0, 0, 0, 0], shape: [3, 2]))
      model.parameters.set("decoder.1.weight", to: try Tensor(zeros: [2, 3]))
      model.parameters.set("decoder.1.bias", to: try Tensor([output, 0.25, 0.5]))
      try model.save(to: folder.file("\(name).safetensors"))
      _ = bench.shown("\(name) = open \(folder.file("\(name).safetensors"))")
    }
  }

  private static func squares(_ output: Double) -> [Double] { x.map { ($0 - output) * ($0 - output) + 0.0625 } }
  /// −log N(x; x̂, ¼), three pixels.
  private static func reconstruction(_ output: Double) -> [Double] {
    squares(output).map { 2 * $0 + 3 * (log(0.5) + 0.5 * log(2 * Double.pi)) }
  }
  private static func rate(_ weights: Double...) -> [Double] {
    x.map { x in weights.reduce(0) { $0 + 0.5 * $1 * $1 * x * x } }
  }
  private static func bound(_ output: Double, _ rates: [Double]) -> [Double] {
    zip(reconstruction(output), rates).map { $0 + $1 }
  }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
  private static func error(_ values: [Double]) -> Double {
    let m = mean(values)
    return (values.reduce(0) { $0 + ($1 - m) * ($1 - m) } / Double(values.count - 1) / Double(values.count))
      .squareRoot()
  }

  private func records(_ line: String) throws -> [JSON] {
    try #require(bench.run(line).outputs.last?.json?.arrayValue)
  }

  private func expect(_ record: JSON, _ key: String, _ values: [Double]) throws {
    let (mean, error) = (record[key]?.doubleValue, record[key + "_standard_error"]?.doubleValue)
    #expect(abs(try #require(mean) - Self.mean(values)) < 1e-5, "\(key)")
    #expect(abs(try #require(error, "\(key)") - Self.error(values)) < 1e-5, "\(key)")
  }

  @Test func comparedNumbersHaveTheirStandardErrors() throws {
    let rows = try records("compare a b on=d")
    #expect(rows.count == 2)
    for (row, (output, rates)) in zip(rows, [(0.5, Self.rate(1, 1.9)), (0.0, Self.rate(1, 1))]) {
      try expect(row, "negative_elbo", Self.bound(output, rates))
      try expect(row, "reconstruction", Self.reconstruction(output))
      try expect(row, "kl", rates)
      try expect(row, "mse", Self.squares(output).map { $0 / 3 })
    }
  }

  /// The differences of the same examples, not the difference of two means with the errors of both.
  @Test func theWinnerIsNamedWithThePairedDifference() throws {
    let differences = zip(Self.bound(0.5, Self.rate(1, 1.9)), Self.bound(0, Self.rate(1, 1))).map { $0 - $1 }
    let rows = try records("compare a b on=d")
    try expect(rows[0], "negative_elbo_above_the_lowest", differences)
    #expect(rows[1]["negative_elbo_above_the_lowest"]?.doubleValue == 0)
    #expect(rows[1]["negative_elbo_above_the_lowest_standard_error"] == .null)
    let (gap, error) = (Self.mean(differences), Self.error(differences))
    let unpaired = hypot(Self.error(Self.bound(0.5, Self.rate(1, 1.9))), Self.error(Self.bound(0, Self.rate(1, 1))))
    #expect(abs(error - unpaired) > 0.1, "the two are not the same here")
    // Two digits of the error, about a half, are two decimals.
    let said = NumberText.fixed(gap, decimals: 2) + " ± " + NumberText.short(error, digits: 2)
    #expect((0.095..<0.995).contains(error))
    let text = bench.shown("compare a b on=d")[0].split(separator: "\n").joined(separator: " ")
    #expect(text.contains("lowest −ELBO: b; above it, mean of the examples' differences: a \(said)"), "\(text)")
    #expect(text.contains("(within noise)") == (gap <= 2 * error))
    #expect(bench.shown("t = compare a a on=d; t")[0].contains("a 0 (within noise)"))
    #expect(bench.shown("t.negative_elbo_standard_error")[0].hasPrefix("[0."))
  }

  @Test func eachDimensionsKLHasItsStandardError() throws {
    let rows = try records("kl a on=d")
    #expect(rows.map { $0["dimension"]?.integerValue } == [1, 0])
    try expect(rows[0], "kl", Self.rate(1.9))
    try expect(rows[1], "kl", Self.rate(1))
    let (mean, error) = (Self.mean(Self.rate(1, 1.9)), Self.error(Self.rate(1, 1.9)))
    let total = NumberText.fixed(mean, decimals: 2) + " ± " + NumberText.short(error, digits: 2)
    #expect(bench.shown("kl a on=d")[0].contains("\(total) nats in all"))
    let single = try records("kl a on=d[0..0]")
    #expect(single.allSatisfy { $0["kl_standard_error"] == nil }, "one example has no error")
  }

  @Test(arguments: [120, 80, 40]) func tablesFitWithTheirHeadings(width: Int) throws {
    bench.recorder.width = width
    for line in ["compare a b on=d", "kl a on=d"] {
      let text = bench.shown(line)[0]
      let lines = text.split(separator: "\n")
      #expect(lines.allSatisfy { TextWidth.columns($0) <= width }, "\(text)")
      if width > 40 { #expect(!text.contains("…") && text.contains("variance of means") == line.hasPrefix("kl")) }
    }
    let beside = bench.shown("compare a b on=d")[0].split(separator: "\n").first { $0.hasPrefix("a ") }
    #expect(try #require(beside).contains("±") == (width > 40))
    if width == 40 {
      // Words are cut and no number is.
      let lines = bench.shown("kl a on=d")[0].split(separator: "\n")
      #expect(lines.filter { $0.contains("±") && $0.hasPrefix("     ") }.count == 2, "\(lines)")
      #expect(lines.allSatisfy { !$0.contains("…") || $0.contains("di") || $0.contains("█") }, "\(lines)")
    }
  }

  /// In a table that is too narrow the errors get lines of their own, below their numbers.
  @Test func errorsGoBelowTheirNumbersWhereThereIsNoRoom() {
    let table = Table(
      columns: [.init("model"), .init("−ELBO"), .init("KL")],
      rows: [
        [.text("m"), .measured(155.104, error: 0.834, decimals: 2), .measured(10.8, error: nil, decimals: 2)],
        [.text("m2"), .measured(156, error: 12.4, decimals: 2), .measured(9.25, error: 0.07, decimals: 2)],
      ])
    #expect(
      table.text(width: 60) == """
        model          −ELBO           KL
        m      155.10 ± 0.83        10.80
        m2       156.00 ± 12  9.25 ± 0.07
        """)
    #expect(
      table.text(width: 24) == """
        model   −ELBO      KL
        m      155.10   10.80
               ± 0.83
        m2     156.00    9.25
                 ± 12  ± 0.07
        """)
  }
}
