import Foundation
import Notebook
import Testing

/// What is wrong with the data or with a likelihood that does not fit them; the advice is carried out as it stands.
@Suite(.serialized) struct DoctorDataTests {
  /// 0 … 255 under a Gaussian: the scale comes first, and the model on standardized data is better by the density of
  /// the same data (log σ of each element is the price of the unit).
  @Test(arguments: ["likelihood=gaussian", "likelihood=gaussian-learned bias=init"])
  func unscaled(likelihood: String) throws {
    let doctor = try DoctorBench(
      "load digits as=all; d = transform all.train[0..299] scale=255; t = transform all.test[0..299] scale=255",
      "model m mlp hidden=16 latent=4 \(likelihood) on=d seed=1", "train m on=d epochs=10 batch=30 seed=1;")
    let fault = try doctor.fault("doctor m on=t")
    #expect(fault.check == "input is not scaled")
    #expect(fault.evidence.hasPrefix("values from 0 to 255, root mean squared error "), "\(fault.evidence)")
    #expect(fault.next == "d2 = transform d standardize=yes; train m on=d2 seeds=1 epochs=10")
    doctor.run(fault.next)
    doctor.run("t2 = transform t like=m_1")
    let price = 784 * log(try Self.deviation(of: "d", doctor))
    let (before, after) = (try doctor.negativeElbo("m", on: "t"), try doctor.negativeElbo("m_1", on: "t2") + price)
    #expect(after < before - 50, "\(before) to \(after)")
    #expect(try !doctor.rows("doctor m_1 on=t2").contains { $0.check == "input is not scaled" })
  }

  private static func deviation(of data: String, _ doctor: DoctorBench) throws -> Double {
    try #require(doctor.bench.run("describe \(data)").outputs.last?.json?["deviation"]?.doubleValue)
  }

  /// Values outside [0, 1] under a Bernoulli, with and without a training that saw them inside.
  @Test func outsideTheSupport() throws {
    let doctor = try DoctorBench(
      "load digits as=all; d = all.train[0..299]", "model m mlp hidden=16 latent=4 on=d seed=1",
      "train m on=d epochs=3 batch=30 seed=1;", "w = transform d scale=50",
      "model n mlp hidden=16 latent=4 on=w seed=1")
    let seen = try doctor.fault("doctor m on=w")
    #expect(seen.check == "input outside [0, 1]")
    #expect(seen.evidence == "values from 0 to 50 (digits.train, 300 examples)")
    doctor.run(seen.next)
    let fresh = try doctor.fault("doctor n on=w")
    #expect(fresh.check == "input outside [0, 1]")
    doctor.run(fresh.next)
    #expect(try doctor.rows("doctor n on=w2").contains { $0.check == "input in [0, 1]" })
  }

  @Test func outsideTheSupportWithNegativeValues() throws {
    let doctor = try DoctorBench(
      "load @factors.csv target=label as=d", "model m mlp hidden=16 latent=2 likelihood=bernoulli on=d seed=1")
    let fault = try doctor.fault("doctor m")
    #expect(fault.check == "input outside [0, 1]")
    doctor.run(fault.next)
    let rows = try doctor.rows("doctor m2 on=d2")
    #expect(!rows.contains { $0.check.contains("outside") }, "\(rows)")
  }

  @Test func constant() throws {
    let doctor = try DoctorBench(
      "x = zeros(60, 5) + 0.5; d = dataset x", "model m mlp hidden=8 latent=2 likelihood=gaussian on=d seed=1",
      "train m on=d epochs=20 batch=20 seed=1;")
    let rows = try doctor.rows("doctor m")
    #expect(rows.map(\.check) == ["the data do not vary"], "no collapse is told of data that hold nothing")
    #expect(rows[0].evidence == "every example is the same (x, 60 examples)")
    #expect(rows[0].next == "describe d")
    doctor.run(rows[0].next)
  }

  /// σ = 1 on data that vary by 0.1: no direction has a variance above σ², so the optimum uses no code at all.
  @Test func sigmaTooLargeForACode() throws {
    let doctor = try DoctorBench(
      "load @factors.csv target=label as=raw", "small = transform raw scale=0.05", "s = split small train=0.5 seed=1",
      "model m mlp hidden=16 latent=2 likelihood=gaussian on=s seed=1",
      "train m on=s epochs=100 batch=100 lr=0.01 seed=1;")
    let fault = try doctor.fault("doctor m")
    #expect(fault.check == "σ is too large for a code")
    let numbers = DoctorBench.numbers(fault.evidence)
    #expect(numbers[0] == 1 && numbers[1] < 0.2, "\(fault.evidence)")
    doctor.run(fault.next)
    #expect(try doctor.negativeElbo("m2", on: "s.test") < doctor.negativeElbo("m", on: "s.test") - 3)
    // The learned σ fits; what is left is that the input is so small that a factor is not found.
    let small = try doctor.fault("doctor m2")
    #expect(small.check == "input is not scaled" && small.evidence.contains("1 of 2 dimensions inactive"), "\(small)")
    doctor.run(small.next)
    #expect(try doctor.rows("doctor m2_1").contains { $0.check == "dimensions in use" })
    let (before, after) = (
      try doctor.negativeElbo("m2", on: "s.test"), try doctor.negativeElbo("m2_1", on: "s2.test")
    )
    let price = 6 * log(try Self.deviation(of: "small", doctor))
    #expect(after + price < before - 0.3, "\(before) to \(after + price)")
  }

  @Test func sigmaTooSmall() throws {
    let doctor = try DoctorBench(
      "load @factors.csv target=label as=raw", "s = split raw train=0.5 seed=1",
      "model m mlp hidden=16 latent=2 likelihood=gaussian sigma=0.05 on=s seed=1",
      "train m on=s epochs=150 batch=100 lr=0.01 schedule=cosine seed=1;")
    let fault = try doctor.fault("doctor m")
    #expect(fault.check == "σ is too small")
    // What a fitting σ saves is D/2 · (r − 1 − log r), r = mean squared error / σ².
    let numbers = DoctorBench.numbers(fault.evidence)
    let ratio = numbers[0] * numbers[0] / 0.0025
    #expect(abs(numbers[2] - 3 * (ratio - 1 - log(ratio))) < 0.05 * numbers[2], "\(fault.evidence)")
    doctor.run(fault.next)
    #expect(try doctor.negativeElbo("m2", on: "s.test") < doctor.negativeElbo("m", on: "s.test") - 1)
    _ = try doctor.healthy("doctor m2")
  }
}

extension DoctorDataTests {
  /// Pictures from −1 to 1 under a Bernoulli: what is advised is carried out, and trains.
  @Test func picturesFromMinusOneToOne() throws {
    let doctor = try DoctorBench(
      "load digits as=all; d = transform all.train[0..299] scale=2 shift=-1",
      "model m mlp hidden=16 latent=4 on=d seed=1")
    let error = try doctor.bench.failure("train m on=d epochs=3")
    #expect(error.message == "the data contain -1.0, outside [0, 1] that likelihood=bernoulli needs")
    let fix = try #require(error.fix)
    #expect(fix == "Try: d2 = transform d scale=0.5 shift=0.5; train m on=d2 epochs=10")
    let fault = try doctor.fault("doctor m on=d")
    #expect(fault.check == "input outside [0, 1]" && fault.next == String(fix.dropFirst(5)))
    doctor.run(fault.next)
    #expect(try doctor.rows("doctor m on=d2").contains { $0.check == "input in [0, 1]" })
    // It is the data that the Bernoulli is of.
    #expect(doctor.bench.shown("max(abs(d2 - all.train[0..299]), axis=all)").last.flatMap { Double($0) } ?? 1 < 1e-6)
    // A table of numbers on both sides of 0 gets a likelihood of all numbers.
    doctor.run("w = transform d scale=3; model n mlp hidden=16 latent=4 on=w seed=1")
    let other = try #require(try doctor.bench.failure("train n on=w epochs=3").fix)
    #expect(other.contains("likelihood=gaussian-learned"))
    doctor.run(String(other.dropFirst(5)))
  }
}
