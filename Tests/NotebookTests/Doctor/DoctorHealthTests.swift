import Foundation
import Notebook
import Testing

/// Models that are as they should be: the doctor has no advice for any of them.
@Suite(.serialized) struct DoctorHealthTests {
  private static let converging = "epochs=150 batch=100 lr=0.01 schedule=cosine seed=1"

  /// Probabilistic PCA has its optimum in closed form (Tipping & Bishop 1999): the largest variances λ, and σ² the mean
  /// of the rest; its KL is ½ Σ log(λ / σ²) nats.
  private static let optimum = 0.5 * ([9, 4, 1] as [Double]).map { log($0 / 0.25) }.reduce(0, +)

  @Test(arguments: ["likelihood=gaussian sigma=0.5", "likelihood=gaussian-learned"])
  func aLinearModelAtItsOptimum(likelihood: String) throws {
    let doctor = try DoctorBench(
      "load @grid.csv as=d",
      "model m encoder=\"dense6:none\" decoder=\"dense6\" latent=3 \(likelihood) on=d seed=1",
      "train m on=d epochs=200 batch=64 lr=0.02 schedule=cosine seed=1;")
    let rows = try doctor.healthy("doctor m")
    let terms = try #require(rows.first { $0.check == "KL and reconstruction" })
    let kl = try #require(DoctorBench.numbers(terms.evidence).first)
    #expect(abs(kl - Self.optimum) < 0.02 * Self.optimum, "\(terms.evidence), truth \(Self.optimum)")
    #expect(terms.evidence.hasSuffix("(grid.csv, 768 examples)"))
    // The error that is left is σ: 0.5.
    let sigma = try #require(rows.first { $0.check.hasPrefix("σ") })
    #expect(DoctorBench.numbers(sigma.evidence).allSatisfy { abs($0 - 0.5) < 0.02 }, "\(sigma.evidence)")
    #expect(rows.contains { ["the loss has converged", "the loss falls slowly"].contains($0.check) })
    #expect(rows.contains { $0.check == "dimensions in use" && $0.evidence == "all 3 posterior means vary" })
  }

  @Test(arguments: [
    "mlp hidden=16 latent=2 likelihood=gaussian sigma=0.4", "mlp hidden=16 latent=2 likelihood=gaussian-learned",
    "ae mlp hidden=16 latent=2", "cvae mlp hidden=16 latent=2 likelihood=gaussian-learned",
    "iwae mlp hidden=16 latent=2 likelihood=gaussian-learned",
    "denoising-vae mlp hidden=16 latent=2 likelihood=gaussian-learned",
    "beta-vae mlp hidden=16 latent=2 beta=2 likelihood=gaussian-learned",
  ])
  func familiesThatHaveConverged(words: String) throws {
    let doctor = try DoctorBench(
      "load @factors.csv target=label as=raw", "s = split raw train=0.5 seed=1", "model m \(words) on=s seed=1",
      "train m on=s \(Self.converging);")
    let rows = try doctor.healthy("doctor m")
    let gap = try #require(rows.first { $0.check == "no overfitting" }, "\(rows)")
    #expect(gap.evidence.contains("(factors.csv.test, 400 examples)"))
    // Measured now: what 'evaluate' says of the two parts.
    if !words.hasPrefix("ae"), !words.hasPrefix("iwae") {
      let seen = DoctorBench.numbers(gap.evidence)
      let truth = [try doctor.negativeElbo("m", on: "s.train"), try doctor.negativeElbo("m", on: "s.test")]
      for (seen, truth) in zip(seen, truth) { #expect(abs(seen - truth) < 0.01 * abs(truth) + 0.01) }
    }
    let terms = rows.contains { $0.check == "KL and reconstruction" }
    #expect(terms != words.hasPrefix("ae"), "an autoencoder has no KL")
  }

  /// Data of mean 0 and deviation 1, and densities whose nats are negative.
  @Test func standardizedDataAndDensities() throws {
    let doctor = try DoctorBench(
      "load @factors.csv target=label as=raw", "big = transform raw scale=40", "e = transform big standardize=yes",
      "s = split e train=0.5 seed=1", "model m mlp hidden=16 latent=2 likelihood=gaussian-learned on=s seed=1",
      "train m on=s \(Self.converging);", "small = transform raw scale=0.05", "p = split small train=0.5 seed=1",
      "model q mlp hidden=16 latent=2 likelihood=gaussian sigma=0.02 on=p seed=1",
      "train q on=p epochs=300 batch=100 lr=0.01 schedule=cosine seed=1;")
    let size = try #require(try doctor.healthy("doctor m").first { $0.check == "input of moderate size" })
    #expect(DoctorBench.numbers(size.evidence).allSatisfy { abs($0) < 5 })
    _ = try doctor.healthy("doctor q")
    #expect(try doctor.negativeElbo("q", on: "p.test") < 0, "a density above 1 has negative nats")
  }

  /// A model that stopped early is described as it is: by the epoch that was put back.
  @Test func stoppedEarly() throws {
    let doctor = try DoctorBench(
      "load digits as=all; few = all.train[0..99]; t = all.test[0..199]",
      "model m mlp hidden=64 latent=4 on=few seed=1",
      "train m on=few epochs=200 batch=10 lr=0.005 validate=0.5 patience=5 seed=1;")
    let rows = try doctor.healthy("doctor m on=t")
    let stop = try #require(rows.first { $0.check == "stopped at its best epoch" }, "\(rows)")
    let history = try #require(doctor.bench.run("m.history").outputs.last?.json?.arrayValue)
    let validation = history.compactMap { $0["validation"]?.doubleValue }
    let best = try #require(validation.min())
    let epoch = (validation.firstIndex(of: best) ?? 0) + 1
    #expect(epoch + 5 == validation.count)
    #expect(stop.evidence.hasPrefix("epoch \(epoch) of \(validation.count) restored"))
    let seen = try #require(DoctorBench.numbers(stop.evidence).last)
    #expect(abs(seen - best) < 1, "three digits of \(best)")
    // No overfitting of the discarded epochs is told.
    let gap = try #require(rows.first { $0.check.contains("overfitting") })
    let held = try #require(DoctorBench.numbers(gap.evidence).dropFirst().first)
    #expect(abs(held - best) < 1)
  }
}
