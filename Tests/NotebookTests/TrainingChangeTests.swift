import Figures
import Foundation
import Notebook
import SessionCore
import Testing

/// What changes in the middle of a training: marked, said, and the same by whichever command.
@Suite(.serialized) struct TrainingChangeTests {
  private func bench() throws -> Bench {
    let bench = try Bench()
    _ = bench.shown("load digits as=all; d = all.train[0..199]; e = all.train[200..299]; f = all.test[0..49]")
    _ = bench.shown("model m mlp hidden=8 latent=2 seed=1 on=d; train m on=d epochs=1 batch=100 seed=1;")
    return bench
  }

  private func marks(_ bench: Bench, _ model: String = "m") throws -> [String] {
    guard
      case .figure(let figure)? = {
        bench.run("f1 = plot loss \(model)"); return bench.session.state.variables["f1"]?.value
      }(),
      let curves = figure.kind as? Curves
    else { return [] }
    return curves.marks.map(\.text)
  }

  @Test(arguments: [
    "lr=1e-5 batch=32 optimizer=sgd", "schedule=step:3:0.5", "validate=0.1", "validate=f", "patience=3", "seed=9",
    "on=e", "clip=1 decay=0.1", "optimizer=sgd momentum=0.9", "beta1=0.8", "epsilon=1e-4",
  ]) func setAndTrainMarkTheSameEdit(options: String) throws {
    let bench = try bench()
    _ = bench.shown("n = fork m; set n \(options); train n epochs=+1;")
    let report = bench.shown("train m \(options) epochs=+1")[0]
    let (byTrain, bySet) = (try marks(bench, "m"), try marks(bench, "n"))
    #expect(byTrain == bySet && byTrain.count == 1, "\(byTrain) \(bySet)")
    let words = options.hasPrefix("on=") ? "on=digits.train" : options
    #expect(byTrain[0] == words)
    #expect(report.contains("epoch 1: \(words)") && bench.shown("m")[0].contains("epoch 1: \(words)"))
    #expect(bench.shown("m.loss") == bench.shown("n.loss"), "the same training")
  }

  @Test(arguments: ["lr=1e-3", "batch=100", "optimizer=adam", "seed=1"]) func whatChangesNothingIsNoEdit(option: String)
    throws
  {
    let bench = try bench()
    _ = bench.shown("train m \(option) epochs=+1;")
    #expect(try marks(bench) == [])
  }

  @Test(arguments: [
    "momentum=0.9", "beta2=2", "batch=0", "schedule=stp:3", "validate=m", "lr=-1", "seed=-1", "capacity=3",
  ])
  func setAndTrainRefuseTheSame(option: String) throws {
    let bench = try bench()
    #expect(try ["E103", "E112", "E102"].contains(bench.failure("set m \(option)").code))
    #expect(try marks(bench) == [])
  }

  /// Other data under the old name are other data.
  @Test func otherDataAreSaidAndMarkedAndNamed() throws {
    let bench = try bench()
    _ = bench.shown("d = dataset uniform(60, 784, seed=3)")
    let shown = bench.shown("train m epochs=+1")
    #expect(
      shown.contains { $0.contains("other data") && $0.contains("60 examples, after digits.train, 200") }, "\(shown)")
    #expect(try marks(bench).count == 1 && marks(bench)[0].hasPrefix("on="))
    let subtitle = try subtitle(bench, "plot loss m")
    #expect(subtitle.hasPrefix("digits.train to epoch 1, "), "\(subtitle)")
    #expect(try self.subtitle(bench, "plot sample m n=2 seed=1").contains("on digits.train to epoch 1, "))
    // The same data again, under whatever name, are not others.
    #expect(!bench.shown("train m epochs=+1").contains { $0.contains("other data") })
    #expect(try marks(bench).count == 1)
  }

  @Test func theSameDataUnderAnotherNameAreTheSame() throws {
    let bench = try bench()
    #expect(!bench.shown("q = d; train m on=q epochs=+1").contains { $0.contains("other data") })
    #expect(bench.shown("w = transform d invert=yes; train m on=w epochs=+1").contains { $0.contains("other data") })
    #expect(try subtitle(bench, "plot loss m").hasPrefix("digits.train to epoch 2, digits.train to epoch 3"))
  }

  @Test func dataStayWithAModelThatIsSaved() throws {
    let (bench, folder) = (try bench(), Folder())
    let path = folder.file("m.safetensors")
    _ = bench.shown("save m \(path); n = open \(path)")
    #expect(!bench.shown("train n on=d epochs=+1").contains { $0.contains("other data") })
    #expect(bench.shown("train n on=e epochs=+1").contains { $0.contains("other data") })
  }

  private func subtitle(_ bench: Bench, _ line: String) throws -> String {
    try #require(bench.run(line).outputs.compactMap(\.figure).first).subtitle
  }

  @Test func trainingToEpochsThatAreDoneIsARemark() throws {
    let bench = try bench()
    let loss = bench.shown("m.loss")
    for line in ["train m on=d epochs=1", "train m epochs=1 dry=yes", "r = train m epochs=1"] {
      let shown = bench.shown(line)
      #expect(shown.contains { $0.contains("already trained for 1 epoch; train m epochs=+1 continues") }, "\(shown)")
    }
    #expect(bench.shown("m.loss") == loss && bench.shown("m.steps") == ["2"])
    // What was changed on the way is changed, as by 'set'.
    _ = bench.shown("train m epochs=1 lr=0.01")
    #expect(try marks(bench) == ["lr=0.01"])
    _ = bench.shown("train m epochs=+2;")
    #expect(bench.shown("train m epochs=2").last?.contains("already trained for 3 epochs") == true)
  }

  /// s[t] / (1 − decayᵗ) of steps whose losses are known from the history.
  @Test func theLiveLossIsAMovingAverageOfSteps() throws {
    let bench = try bench()
    bench.recorder.progress = []
    _ = bench.shown("model p mlp hidden=8 latent=2 seed=1 on=d; train p on=d epochs=4 batch=20 lr=0.02 seed=1;")
    guard case .object(let object)? = bench.session.state.variables["p"]?.value, let model = object as? ModelValue
    else {
      return #expect(Bool(false))
    }
    let steps = model.training.history.steps.map { Double($0.loss) }
    #expect(steps.count == 40)
    func smoothed(_ count: Int) -> Double {
      let weights = (0..<count).map { pow(0.95, Double(count - 1 - $0)) }
      return zip(weights, steps).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
    }
    let last = try #require(bench.recorder.progress.last { !$0.terms.isEmpty }?.terms.first)
    #expect(last.name == "loss" && abs(last.value - smoothed(40)) < 1e-5 * smoothed(40))
    let mean = steps.suffix(10).reduce(0, +) / 10
    #expect(abs(last.value - mean) > 1, "not the mean of the epoch")
  }

  @Test(arguments: [
    (223.34, "223.3"), (2.8883, "2.89"), (0.04123, "0.0412"), (13640.2, "13,640"), (1204.4, "1,204"),
  ]) func liveNumbersHaveOneForm(value: Double, text: String) {
    #expect(Progress.Term(name: "x", value: value, unit: "").number == text)
  }
}
