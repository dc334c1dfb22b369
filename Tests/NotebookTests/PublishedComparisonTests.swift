import JSONText
import Notebook
import SessionCore
import Testing

/// `compare m published=yes`: our figure beside published ones, with what it differs in.
@Suite struct PublishedComparisonTests {
  private static func bench(_ model: String, transform: String = "") throws -> Bench {
    let bench = try Bench()
    _ = bench.shown("load digits as=all; d = all.test[0..99]\(transform)")
    _ = bench.shown("model m \(model) seed=1 on=d; train m on=d epochs=1 seed=1;")
    return bench
  }

  private func rows(_ bench: Bench, _ options: String = "") throws -> [JSON] {
    let outcome = bench.run("c = compare m on=d published=yes seed=1\(options)\nc")
    #expect(outcome.status == .ok, "\(outcome.status)")
    return try #require(outcome.outputs.last?.json?.arrayValue)
  }

  /// Those of ANCHORS: figure, what it is of and where it was published.
  @Test func theFiguresAreThoseThatWerePublished() throws {
    let rows = try rows(Self.bench("mlp latent=20"))
    let values = Dictionary(
      rows.map { ($0["published"]?.stringValue ?? "", $0["theirs"]?.doubleValue ?? .nan) },
      uniquingKeysWith: { first, _ in first })
    #expect(
      values == [
        "Keras, examples/generative/vae.py": 146.95, "pytorch/examples, vae": 106.66,
        "Burda et al. 2016, table 1, k = 1": 86.76, "Burda et al. 2016, table 1, k = 5": 85.54,
        "Burda et al. 2016, table 1, k = 50": 84.78, "Tomczak & Welling 2018, standard prior": 84.45,
      ])
    #expect(rows.allSatisfy { $0["theirs_unit"]?.stringValue == "nats" })
  }

  @Test func oursIsTheEvaluationOfTheSameExamples() throws {
    let bench = try Self.bench("mlp latent=20")
    let rows = try rows(bench)
    let bound = try #require(Double(bench.shown("e = evaluate m on=d seed=1; e.negative_elbo").last ?? ""))
    let row = try #require(rows.first { $0["published"]?.stringValue == "pytorch/examples, vae" })
    let (ours, difference) = (row["ours"]?.doubleValue ?? .nan, row["difference"]?.doubleValue ?? .nan)
    #expect(abs(ours - bound) < 1e-3 && abs(difference - (bound - 106.66)) < 1e-3)
  }

  private func differences(_ bench: Bench, _ source: String, _ options: String = "") throws -> String {
    let row = try rows(bench, options).first { $0["published"]?.stringValue?.hasPrefix(source) == true }
    return row?["differences"]?.stringValue ?? "?"
  }

  @Test func whatDiffersIsNamed() throws {
    let bench = try Self.bench("mlp latent=20")
    #expect(try differences(bench, "pytorch") == "data: 12,000 of mnist's digits")
    let keras = try differences(bench, "Keras")
    #expect(keras.contains("mlp") && keras.contains("latent 20") && keras.contains("theirs is of training"))
    let burda = try differences(bench, "Burda et al. 2016, table 1, k = 5")
    #expect(burda.contains("gray values") && burda.contains("vae") && burda.contains("nll=5000"))
    #expect(!(try differences(bench, "Burda et al. 2016, table 1, k = 1")).contains("vae;"))
    let fewer = try differences(bench, "Tomczak", " nll=10")
    #expect(fewer.contains("k = 10") && !fewer.contains("nll="))
    let beta = try Self.bench("beta-vae mlp latent=20 beta=4")
    #expect(try differences(beta, "pytorch").contains("beta 4"))
    let binary = try Self.bench("mlp latent=20", transform: "; d = transform d binarize=dynamic")
    #expect(try differences(binary, "pytorch").contains("dynamic binarization"))
    #expect(!(try differences(binary, "Tomczak")).contains("gray values"))
    let fixed = try Self.bench("mlp latent=20", transform: "; d = transform d binarize=static")
    #expect(try differences(fixed, "Tomczak").contains("static binarization"))
    let importance = try Self.bench("iwae iwae k=5 latent=50")
    #expect(!(try differences(importance, "Burda et al. 2016, table 1, k = 5")).contains("trained with k"))
    #expect(try differences(importance, "Burda et al. 2016, table 1, k = 50").contains("trained with k = 5"))
  }

  @Test func whatDoesNotCompareIsRefused() throws {
    let gaussian = try Self.bench("mlp latent=2 likelihood=gaussian")
    let refused = try gaussian.failure("compare m on=d published=yes")
    #expect(refused.code == "E402" && refused.message.contains("likelihood gaussian"))
    let bench = try Self.bench("mlp latent=2")
    _ = bench.shown("s = dataset zeros(20, 784); model n mlp latent=2 on=s; train n on=s epochs=1;")
    #expect(try bench.failure("compare n on=s published=yes").message.contains("no published figure is known"))
    #expect(try bench.failure("compare m m on=d published=yes").code == "E103")
    #expect(try bench.failure("compare m m on=d nll=5").fix?.contains("plot nll") == true)
    // The tables of all rows fit a terminal: the reasons get lines of their own.
    let shown = bench.shown("compare m on=d published=yes")[0]
    #expect(shown.split(separator: "\n").allSatisfy { $0.count <= 80 } && shown.contains("m: 1 epoch, batch"))
  }
}
