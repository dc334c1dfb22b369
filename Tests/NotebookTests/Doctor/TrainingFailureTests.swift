import Language
import Notebook
import Testing

/// A loss that is not finite ends with a command that works, whatever the cause.
@Suite(.serialized) struct TrainingFailureTests {
  /// The command of the fix.
  private static func advice(_ failure: Diagnostic) throws -> String {
    let fix = try #require(failure.fix)
    let place = try #require(fix.range(of: "Try: "))
    return String(fix[place.upperBound...])
  }

  @Test(arguments: [
    (
      "d = transform all.train[0..299] scale=1e15", "model m mlp hidden=16 latent=4 likelihood=gaussian on=d seed=1",
      "train m on=d epochs=3 batch=30 seed=1", "standardize=yes"
    ),
    (
      "d = all.train[0..299]", "model m mlp hidden=16 latent=4 likelihood=gaussian sigma=1e-20 on=d seed=1",
      "train m on=d epochs=3 batch=30 seed=1", "likelihood=gaussian-learned"
    ),
    (
      "d = all.train[0..299]", "model m mlp hidden=16 latent=4 on=d seed=1",
      "train m on=d epochs=3 batch=30 lr=100 seed=1", "lr=0.001"
    ),
    (
      "d = transform all.train[0..299] scale=9",
      "model m mlp hidden=16 latent=4 likelihood=gaussian beta=3e38 on=d seed=1",
      "train m on=d epochs=3 batch=30 seed=1", "beta=1"
    ),
    (
      "d = transform all.train[0..299] scale=255", "model m mlp hidden=16 latent=4 likelihood=gaussian on=d seed=1",
      "train m on=d epochs=3 batch=30 lr=10 seed=1", "standardize=yes"
    ),
  ])
  func theAdviceTrains(data: String, model: String, train: String, word: String) throws {
    let bench = try Bench()
    _ = bench.shown("threads 1\nload digits as=all; \(data); \(model);")
    let failure = try bench.failure(train)
    #expect(failure.code == "E401")
    let line = try Self.advice(failure)
    #expect(line.contains(word), "\(line)")
    #expect(bench.run(line).status == .ok, "\(line)")
    let trained = bench.shown("vars")[0].split(separator: "\n").filter { $0.contains(" epochs") }
    #expect(trained.count == 1, "\(trained)")
  }

  /// A training that goes wrong later leaves what was good; the advice goes on from there.
  @Test func whatWasLearnedIsKept() throws {
    let bench = try Bench()
    _ = bench.shown("threads 1\nload digits as=all; d = all.train[0..299]; t = all.test[0..299]")
    _ = bench.shown("model m mlp hidden=16 latent=4 on=d seed=1; train m on=d epochs=10 batch=30 lr=0.01 seed=1;")
    func negativeElbo() throws -> Double {
      let values = bench.run("evaluate m on=t").outputs.compactMap { $0.json?["negative_elbo"]?.doubleValue }
      return try #require(values.first)
    }
    let before = try negativeElbo()
    let failure = try bench.failure("train m epochs=+3 lr=1000")
    let line = try Self.advice(failure)
    #expect(bench.run(line).status == .ok, "\(line)")
    #expect(try negativeElbo() < before + 1, "\(line)")
  }
}
