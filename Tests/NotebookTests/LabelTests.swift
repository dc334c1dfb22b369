import Notebook
import Testing

/// What the numbers of every family under every likelihood are called, in every command that prints some.
@Suite(.serialized) struct LabelTests {
  private static let likelihoods = [
    "bernoulli", "continuous-bernoulli", "gaussian", "gaussian-learned", "logistic256",
  ]
  private static let families = ["ae", "vae", "beta-vae", "capacity-vae", "denoising-vae", "cvae", "iwae"]
  private static let caveat = "gray values with a Bernoulli likelihood"

  /// Texts without the line breaks that a width of 80 makes.
  private static func unwrapped(_ texts: [String]) -> String {
    texts.flatMap { $0.split(whereSeparator: \.isWhitespace) }.joined(separator: " ")
  }

  private static func bench() throws -> Bench {
    let bench = try Bench()
    _ = bench.shown("load digits as=all; d = all.train[0..63]; t = all.test[0..49]")
    return bench
  }

  @Test(arguments: families) func labelsSayWhatTheNumbersAre(family: String) throws {
    let bench = try Self.bench()
    let isPlain = family == "ae"
    for likelihood in Self.likelihoods + (isPlain ? ["mse"] : []) {
      let words = "\(family) mlp hidden=4 latent=2 likelihood=\(likelihood)"
      _ = bench.shown("model m \(words) on=d seed=1")
      let hasGray = likelihood == "bernoulli" && !isPlain
      let trained = bench.shown("train m on=d epochs=2 seed=1").joined(separator: "\n")
      let whole = bench.shown("m")[0]
      let evaluated = bench.run("evaluate m on=t")
      let text = Self.unwrapped(evaluated.outputs.map(\.text))
      let json = try #require(evaluated.outputs.compactMap(\.json).first)
      let strange = Self.unwrapped(bench.shown("anomaly m t top=2"))
      let context = "\(words):\n\(text)\n\(whole)\n\(trained)\n\(strange)"
      #expect((json["elbo"] == nil) == isPlain, "\(context)")
      #expect((json["kl"] == nil) == isPlain, "\(context)")
      #expect((json["negative_elbo_bits"] == nil) == (isPlain || likelihood != "logistic256"), "\(context)")
      let unit = likelihood == "mse" ? "squared error/example" : "nats/example"
      #expect(json["reconstruction_unit"]?.stringValue == unit, "\(context)")
      #expect(text.contains("one posterior draw each") == !isPlain, "\(context)")
      #expect(text.contains("clean input") == (family == "denoising-vae"), "\(context)")
      #expect(text.contains("of log p(x | y)") == (family == "cvae"), "\(context)")
      #expect(text.contains(Self.caveat) == hasGray, "\(context)")
      #expect("\(json)".contains(Self.caveat) == hasGray, "\(context)")
      #expect(strange.contains(Self.caveat) == hasGray, "\(context)")
      #expect(whole.contains("beta") == (!isPlain && family != "iwae"), "\(context)")
      if isPlain {
        for line in [text, whole, strange] { #expect(!line.contains("ELBO") && !line.contains("KL"), "\(context)") }
        #expect(!trained.contains("kl "), "\(context)")
        #expect(try bench.failure("kl m on=t").code == "E403")
        #expect(likelihood != "mse" || !(whole + trained + strange).contains("nats"), "\(context)")
      } else {
        let nll = bench.run("evaluate m on=t nll=5")
        let shown = Self.unwrapped(nll.outputs.map(\.text))
        #expect(shown.contains(family == "cvae" ? "−log p(x | y) " : "−log p(x) "), "\(shown)")
        #expect(shown.contains(family == "cvae" ? "−log p(x) " : "−log p(x | y) ") == false, "\(shown)")
        #expect(shown.contains(Self.caveat) == hasGray)
      }
      _ = bench.run("drop m")
    }
  }

  /// A model from a file says it too: nothing of the session that trained it is known.
  @Test func openedModelsKeepTheirCaveat() throws {
    let (bench, folder) = (try Self.bench(), Folder())
    let path = folder.file("m.safetensors")
    _ = bench.shown("model m mlp hidden=4 latent=2 on=d seed=1; train m on=d epochs=1; save m \(path)")
    let other = try Self.bench()
    _ = other.shown("m = open \(path)")
    for line in ["evaluate m on=t nll=5", "compare m m on=t", "anomaly m t top=1", "plot nll m on=t k=5 n=9"] {
      #expect(Self.unwrapped(other.shown(line)).contains(Self.caveat), "\(line)")
    }
    _ = other.shown("b = transform t binarize=static")
    #expect(Self.unwrapped(other.shown("evaluate m on=b nll=5")).contains(Self.caveat) == false)
  }

  /// A cross-entropy of data outside [0, 1] is none; densities on the line have them, the others refuse them.
  @Test func dataOutsideTheSupportHaveNoCrossEntropy() throws {
    let bench = try Self.bench()
    _ = bench.shown("w = transform t scale=2; model g mlp hidden=4 latent=2 likelihood=gaussian on=d seed=1")
    _ = bench.shown("train g on=d epochs=1; model m mlp hidden=4 latent=2 on=d seed=1; train m on=d epochs=1;")
    let report = try #require(bench.run("evaluate g on=w").outputs.compactMap(\.json).first)
    #expect(report["bce"] == nil && report["elbo"] != nil)
    for line in [
      "evaluate m on=w", "kl m on=w", "compare m m on=w", "versus m m on=w", "compress m w", "denoise m w",
      "anomaly m w", "plot kl m on=w", "plot rd m on=w", "plot nll m on=w k=5", "evaluate m on=w nll=5",
    ] { #expect(try bench.failure(line).code == "E201", "\(line)") }
  }
}
