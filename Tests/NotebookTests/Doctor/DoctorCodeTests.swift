import Notebook
import Testing

/// Codes that say nothing, dimensions that are not needed, a KL that weighs nothing or too much.
@Suite(.serialized) struct DoctorCodeTests {
  /// A deep network whose codes died early; the KL grown from 0 revives some, and −ELBO is better for it.
  @Test func collapsed() throws {
    let layers = "encoder=\"dense64 dense64 dense64 dense32\" decoder=\"dense64 dense64 dense64 dense784\""
    let doctor = try DoctorBench(
      "load digits as=all; e = all.train[0..299]; d = transform e binarize=static seed=1",
      "model m \(layers) latent=8 on=d seed=1", "train m on=d epochs=40 batch=30 lr=0.01 seed=1;")
    let active = try #require(doctor.bench.run("kl m on=d").outputs.last?.json?.arrayValue)
      .filter { $0["variance_of_means"]?.doubleValue ?? 0 > 0.01 }.count
    #expect(active < 4)
    let fault = try doctor.fault("doctor m")
    #expect(fault.check == "posterior collapse")
    #expect(fault.evidence.hasPrefix("\(8 - active) of 8 posterior means vary by less than 0.01"))
    #expect(fault.next.contains("warmup=20"))
    doctor.run(fault.next)
    #expect(try doctor.negativeElbo("m2", on: "d") < doctor.negativeElbo("m", on: "d") - 3)
    let revived = try #require(doctor.bench.run("kl m2 on=d").outputs.last?.json?.arrayValue)
      .filter { $0["variance_of_means"]?.doubleValue ?? 0 > 0.01 }.count
    #expect(revived > active)
  }

  /// Five dimensions where the data have three above the noise: the optimum uses three, and three reach the same ELBO.
  @Test func partlyIdle() throws {
    let doctor = try DoctorBench(
      "load @grid.csv as=d",
      "model m encoder=\"dense6:none\" decoder=\"dense6\" latent=5 likelihood=gaussian-learned on=d seed=1",
      "train m on=d epochs=200 batch=64 lr=0.02 schedule=cosine seed=1;")
    let fault = try doctor.fault("doctor m")
    #expect(fault.check == "inactive dimensions")
    #expect(fault.evidence == "2 of 5 posterior means vary by less than 0.01 (grid.csv, 768 examples)")
    #expect(fault.next.contains(" latent=3 "))
    doctor.run(fault.next)
    #expect(try abs(doctor.negativeElbo("m2", on: "d") - doctor.negativeElbo("m", on: "d")) < 0.1)
    #expect(try doctor.rows("doctor m2").contains { $0.evidence == "all 3 posterior means vary" })
  }

  /// More than half idle is no collapse where nothing is left to say.
  @Test func mostlyIdleAndNothingLeft() throws {
    let doctor = try DoctorBench(
      "load @grid.csv as=d",
      "model m encoder=\"dense6:none\" decoder=\"dense6\" latent=8 likelihood=gaussian sigma=0.6 on=d seed=1",
      "train m on=d epochs=200 batch=64 lr=0.02 schedule=cosine seed=1;")
    let fault = try doctor.fault("doctor m")
    #expect(fault.check == "inactive dimensions" && fault.next.contains(" latent=3 "), "\(fault)")
  }

  @Test func betaOfNothing() throws {
    let doctor = try DoctorBench(
      "load digits as=all; d = all.train[0..299]; t = all.test[0..299]",
      "model m mlp hidden=16 latent=4 beta=0 on=d seed=1", "train m on=d epochs=40 batch=30 lr=0.01 seed=1;")
    let fault = try doctor.fault("doctor m on=t")
    #expect(fault.check == "beta=0 is too small", "the cause, not the log σ² it leads to")
    #expect(fault.evidence.contains("log σ² down to -"))
    #expect(fault.next.contains(" beta=1 "))
    doctor.run(fault.next)
    #expect(try doctor.negativeElbo("m2", on: "t") < doctor.negativeElbo("m", on: "t") - 20)
    #expect(try !doctor.rows("doctor m2 on=t").contains { $0.check.contains("beta") })
  }

  @Test(arguments: [(100, 0), (20, 4)])
  func betaTooLarge(beta: Int, least: Int) throws {
    let doctor = try DoctorBench(
      "load digits as=all; d = all.train[0..299]; t = all.test[0..299]",
      "model m mlp hidden=16 latent=4 beta=\(beta) on=d seed=1", "train m on=d epochs=20 batch=30 lr=0.01 seed=1;")
    let fault = try doctor.fault("doctor m on=t")
    #expect(fault.check == "beta=\(beta) is too large")
    #expect(fault.evidence.contains(" of 4 dimensions inactive, KL "))
    doctor.run(fault.next)
    #expect(try doctor.negativeElbo("m2", on: "t") < doctor.negativeElbo("m", on: "t") - 5)
  }
}
