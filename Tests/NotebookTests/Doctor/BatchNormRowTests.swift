import Notebook
import Testing

/// Batch normalization has no statistics of one row.
@Suite(.serialized) struct BatchNormRowTests {
  private static func bench(_ count: Int) throws -> DoctorBench {
    try DoctorBench(
      "load digits as=all; d = all.train[0..\(count - 1)]; t = all.test[0..99]",
      "model m encoder=\"dense16 batchnorm\" decoder=\"dense16 dense784\" latent=4 on=d seed=1")
  }

  @Test func batchesOfOneAreRefusedAndTheAdviceWorks() throws {
    let doctor = try Self.bench(65)
    let failure = try doctor.bench.failure("train m on=d epochs=5 batch=1")
    #expect(failure.code == "E103" && failure.message.contains("encoder.2"), "\(failure)")
    #expect(failure.message.contains("expects more than 1 value per feature"))
    #expect(doctor.bench.shown("m.steps") == ["0"], "nothing was trained")
    let line = try #require(failure.fix?.split(separator: ": ", maxSplits: 1).last.map(String.init))
    doctor.run(line)
    #expect(try doctor.negativeElbo("m", on: "t").isFinite)
    #expect(try !doctor.rows("doctor m on=t").contains { $0.check.contains("finite") })
    #expect(try Self.bench(1).bench.failure("train m on=d epochs=1").code == "E103")
  }

  /// 65 examples in batches of 16: the last one joins the batch before it, and all are seen.
  @Test func aLastBatchOfOneJoinsTheOneBefore() throws {
    let doctor = try Self.bench(65)
    doctor.run("train m on=d epochs=4 batch=16 seed=1")
    #expect(doctor.bench.recorder.outputs.contains { $0.text.contains("it joins the one before, 17 examples") })
    #expect(doctor.bench.shown("m.steps") == ["16"])
    #expect(try doctor.negativeElbo("m", on: "t").isFinite)
    // Without batch normalization it stays a batch of its own.
    doctor.run("model p mlp hidden=16 latent=4 on=d seed=1; train p on=d epochs=4 batch=16 seed=1")
    #expect(doctor.bench.shown("p.steps") == ["20"])
    #expect(!doctor.bench.recorder.outputs.contains { $0.text.contains("joins") })
  }

  /// Over images a channel has the values of all its pixels.
  @Test func oneImageHasManyValuesPerChannel() throws {
    let doctor = try DoctorBench(
      "load digits as=all; d = all.train[0..7]",
      "model m encoder=\"conv4k3s2 batchnorm dense8\" decoder=\"dense784\" latent=2 on=d seed=1",
      "train m on=d epochs=2 batch=1 seed=1;")
    #expect(try doctor.negativeElbo("m", on: "d").isFinite)
  }

  /// Stopped in the middle of an epoch and continued, it does the same steps.
  @Test func epochsThatAreCutGoOnAlike() throws {
    let doctor = try Self.bench(33)
    doctor.run("m2 = fork m")
    doctor.run("train m on=d epochs=4 batch=8 seed=1;")
    for _ in 0..<4 { doctor.run("train m2 on=d epochs=+1 batch=8 seed=1;") }
    #expect(doctor.bench.shown("m.loss") == doctor.bench.shown("m2.loss"))
  }
}
