import Foundation
import Notebook
import Testing

/// Training that went wrong, or is not over.
@Suite(.serialized) struct DoctorTrainingTests {
  private static let digits = "load digits as=all; d = all.train[0..299]; t = all.test[0..299]"

  @Test func overfitted() throws {
    let doctor = try DoctorBench(
      Self.digits, "few = all.train[0..79]", "model m mlp hidden=64 latent=8 on=few seed=1",
      "train m on=few epochs=100 batch=10 lr=0.005 seed=1;")
    let fault = try doctor.fault("doctor m on=t")
    #expect(fault.check == "overfitting")
    let numbers = DoctorBench.numbers(fault.evidence)
    let truth = [try doctor.negativeElbo("m", on: "few"), try doctor.negativeElbo("m", on: "t")]
    #expect(abs(numbers[0] - truth[0]) < 1 && abs(numbers[1] - truth[1]) < 1, "\(fault.evidence), \(truth)")
    #expect(fault.evidence.hasSuffix("(digits.train, 80 examples; digits.test, 300 examples)"))
    #expect(fault.next == "train m seeds=1 validate=0.1 patience=5 epochs=100")
    doctor.run(fault.next)
    #expect(try doctor.negativeElbo("m_1", on: "t") < truth[1] - 5)
  }

  @Test func stoppedOnItsWay() throws {
    let doctor = try DoctorBench(
      Self.digits, "model m mlp hidden=16 latent=4 on=d seed=1", "train m on=d epochs=3 batch=30 lr=0.003 seed=1;")
    let before = try doctor.negativeElbo("m", on: "t")
    let fault = try doctor.fault("doctor m on=t")
    #expect(fault.check == "the loss still falls")
    #expect(fault.next == "train m epochs=+10")
    doctor.run(fault.next)
    #expect(try doctor.negativeElbo("m", on: "t") < before - 5)
  }

  /// A loss that rose after it had been good, and one that never was: a learning rate that is too high.
  @Test func diverging() throws {
    let doctor = try DoctorBench(
      Self.digits, "model m mlp hidden=16 latent=4 on=d seed=1", "train m on=d epochs=10 batch=30 lr=0.01 seed=1;",
      "set m lr=0.5", "train m epochs=+5;", "model n mlp hidden=16 latent=4 on=d seed=1",
      "train n on=d epochs=10 batch=30 lr=0.3 seed=1;")
    let risen = try doctor.fault("doctor m on=t")
    #expect(risen.check == "the loss has risen")
    let numbers = DoctorBench.numbers(risen.evidence)
    #expect(numbers[1] > numbers[0])
    doctor.run(risen.next)
    #expect(try doctor.negativeElbo("m_1", on: "t") < doctor.negativeElbo("m", on: "t") - 5)
    let never = try doctor.fault("doctor n on=t")
    #expect(never.check == "the learning rate is too high")
    doctor.run(never.next)
    #expect(try doctor.negativeElbo("n_1", on: "t") < doctor.negativeElbo("n", on: "t") - 3)
  }

  @Test func learningRateTooLow() throws {
    let doctor = try DoctorBench(
      Self.digits, "model m ae mlp hidden=16 latent=4 on=d seed=1", "train m on=d epochs=5 lr=1e-12 batch=30 seed=1;")
    let fault = try doctor.fault("doctor m on=t")
    #expect(fault.check == "the learning rate is too low")
    let before = try doctor.number("e = evaluate m on=t\ne.mse")
    doctor.run(fault.next)
    #expect(try doctor.number("e = evaluate m_1 on=t\ne.mse") < 0.95 * before)
  }

  @Test func notTrained() throws {
    let doctor = try DoctorBench(Self.digits, "model m mlp hidden=16 latent=4 on=d seed=1")
    let fault = try doctor.fault("doctor m on=t")
    #expect(fault.check == "not trained" && fault.next == "train m epochs=20")
    doctor.run(fault.next)
  }

  // MARK: Not finite

  /// NaN in a weight: that, and nothing else, with a new model as the way out; every measure and figure says so.
  @Test func parametersThatAreNotFinite() throws {
    let doctor = try DoctorBench(
      Self.digits, "model m mlp hidden=16 latent=4 on=d seed=1", "train m on=d epochs=3 batch=30 seed=1;",
      "save m @good.safetensors")
    let path = doctor.folder + "/good.safetensors"
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    try Self.poison(&bytes, "decoder.1.weight", at: 3)
    try bytes.write(to: URL(fileURLWithPath: doctor.folder + "/bad.safetensors"))
    doctor.run("drop m; m = open @bad.safetensors")
    let rows = try doctor.rows("doctor m on=d")
    #expect(rows.map(\.check) == ["parameters are not finite"])
    #expect(rows[0].evidence == "1 of 26,104, the first decoder.1.weight[3]")
    for line in ["evaluate m on=t", "kl m on=t", "compare m m on=t", "plot latent m on=t", "z = encode m t"] {
      let outcome = doctor.bench.run(line)
      #expect(outcome.status == .ok, "\(line)")
      let notes = doctor.bench.recorder.outputs.map(\.text)
        .filter { $0.contains("not finite, the first decoder.1.weight[3]") }
      #expect(!notes.isEmpty && notes[0].contains("undo") && notes[0].contains("train m seeds=1"), "\(line)")
    }
    let failure = try doctor.bench.failure("train m on=d epochs=+1")
    #expect(failure.code == "E401" && failure.fix?.contains("seeds=1") == true)
    doctor.run(rows[0].next)
    #expect(try !doctor.rows("doctor m_1 on=d").contains { $0.check.contains("finite") })
    #expect(try doctor.negativeElbo("m_1", on: "t").isFinite)
  }

  /// Puts NaN into an element of a safetensors file.
  static func poison(_ bytes: inout Data, _ tensor: String, at element: Int) throws {
    let length = bytes.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    let header = try #require(
      try JSONSerialization.jsonObject(with: bytes[8..<8 + length]) as? [String: Any])
    let offsets = try #require((header[tensor] as? [String: Any])?["data_offsets"] as? [Int])
    let place = 8 + length + offsets[0] + 4 * element
    bytes.replaceSubrange(place..<place + 4, with: withUnsafeBytes(of: Float.nan.bitPattern.littleEndian) { Data($0) })
  }
}
