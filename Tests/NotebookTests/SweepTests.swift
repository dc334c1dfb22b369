import Foundation
import JSONText
import Notebook
import SessionCore
import Testing

/// `sweep`: grids, searches, halving, failures, and going on after a stop.
@Suite(.serialized) struct SweepTests {
  private static func bench(_ options: SessionOptions = SessionOptions()) throws -> Bench {
    let bench = try Bench(options)
    _ = bench.shown("load digits as=all; d = all.train[0..199]; model m mlp hidden=8 latent=2 seed=1 on=d")
    return bench
  }

  private static func rows(_ bench: Bench, _ source: String) throws -> [JSON] {
    let outcome = bench.run(source)
    #expect(outcome.status == .ok, "\(source)")
    return try #require(outcome.outputs.last?.json?.arrayValue)
  }

  @Test func aGridHasEveryCombinationAndIsSorted() throws {
    let bench = try Self.bench()
    _ = bench.shown("s = sweep m on=d beta=0.5,1,2 latent=2,3 epochs=1 seed=3")
    let rows = try Self.rows(bench, "s.trials")
    #expect(rows.count == 6)
    let pairs = Set(rows.map { "\($0["beta"]?.doubleValue ?? 0) \($0["latent"]?.doubleValue ?? 0)" })
    #expect(pairs.count == 6)
    let values = rows.compactMap { $0["elbo"]?.doubleValue }
    #expect(values.count == 6 && values == values.sorted())
    #expect(bench.shown("show s")[0].contains("within noise") || bench.shown("show s")[0].contains("above the best"))
    // The best is a model with the settings of the first row.
    #expect(bench.shown("b = s.best; b.latent").last == rows[0]["latent"].map { "\(Int($0.doubleValue ?? 0))" })
    #expect(bench.run("m_now = m.epochs; m_now").outputs.last?.text == "0")
  }

  @Test func aTrialIsTheTrainingThatTrainWouldDo() throws {
    let bench = try Self.bench()
    _ = bench.shown("s = sweep m on=d lr=1e-3,5e-3 epochs=2 seed=7 validate=0.2")
    _ = bench.shown("model n mlp hidden=8 latent=2 seed=7 on=d; train n on=d epochs=2 lr=5e-3 seed=7 validate=0.2;")
    let curve = try Self.rows(bench, "s.curves").filter { $0["trial"]?.doubleValue == 2 }
    let history = try Self.rows(bench, "n.history")
    #expect(curve.count == 2)
    for (a, b) in zip(curve, history) {
      let (mine, its) = (a["validation"]?.doubleValue ?? 0, b["validation"]?.doubleValue ?? 1)
      #expect(abs(mine - its) < 1e-9)
    }
  }

  @Test func aSearchDrawsFromItsSeed() throws {
    let bench = try Self.bench()
    func settings(_ seed: Int) throws -> [Double] {
      _ = bench.shown("s = sweep m on=d lr=log:1e-4..1e-2 latent=2..4 trials=4 epochs=1 seed=\(seed)")
      return try Self.rows(bench, "s.trials").sorted {
        ($0["trial"]?.doubleValue ?? 0) < ($1["trial"]?.doubleValue ?? 0)
      }.compactMap { $0["lr"]?.doubleValue }
    }
    let first = try settings(1)
    #expect(first.count == 4 && first.allSatisfy { $0 >= 1e-4 && $0 <= 1e-2 })
    #expect(try settings(1) == first)
    #expect(try settings(2) != first)
  }

  @Test func halvingTrainsTheBestThirdFurther() throws {
    let bench = try Self.bench()
    _ = bench.shown("s = sweep m on=d lr=1e-5,1e-4,3e-4,1e-3,2e-3,3e-3,4e-3,5e-3,6e-3 epochs=9 seed=3 stop=halving")
    let epochs = try Self.rows(bench, "s.trials").compactMap { $0["epochs"]?.doubleValue }
    #expect(epochs == [9, 3, 3, 1, 1, 1, 1, 1, 1])
  }

  @Test func severalSeedsHaveAnErrorOfTheirOwn() throws {
    let bench = try Self.bench()
    _ = bench.shown("s = sweep m on=d beta=1,4 epochs=1 seeds=3 seed=3")
    let rows = try Self.rows(bench, "s.trials")
    #expect(rows.allSatisfy { ($0["standard_error"]?.doubleValue ?? 0) > 0 })
    #expect(try Self.rows(bench, "s.curves").count == 6)
    #expect(bench.shown("show s")[0].contains("differences are of the same seeds"))
  }

  @Test func aTrialThatFailsKeepsItsErrorAndTheOthersGoOn() throws {
    let bench = try Self.bench()
    _ = bench.shown("s = sweep m on=d lr=1e-3,1e30 epochs=1 seed=3")
    let rows = try Self.rows(bench, "s.trials")
    #expect(rows.count == 2 && rows[0]["elbo"]?.doubleValue != nil)
    #expect(rows[1]["error"]?.stringValue?.isEmpty == false)
    let said = bench.shown("s = sweep m on=d lr=1e29,1e30 epochs=1 seed=3").joined(separator: "\n")
    #expect(said.contains("every trial failed"))
    #expect(try Self.rows(bench, "s.trials").allSatisfy { $0["error"]?.stringValue?.isEmpty == false })
    #expect(try bench.failure("plot sweep s").code == "E204")
  }

  @Test func itGoesOnInAnotherSessionOfItsWorkspace() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("w.elbodb").path
    let whole = try Self.bench()
    let line = "s = sweep m on=d beta=0.5,1,2 epochs=2 seed=3"
    _ = whole.shown(line)
    do {
      let bench = try Self.bench(SessionOptions(workspace: path))
      // No training begins after no time at all.
      _ = bench.shown(line + " for=0.000001ms")
      #expect(try Self.rows(bench, "s.trials").compactMap { $0["elbo"]?.doubleValue }.count < 3)
      bench.session.close()
    }
    let again = try Bench(SessionOptions(workspace: path))
    _ = again.shown("sweep s")
    #expect(again.shown("show s") == whole.shown("show s"))
    again.session.close()
  }

  @Test func withOneSeedDifferencesAreOfTheSameExamples() throws {
    var (first, second) = (SweepTrial.Run(seed: 1), SweepTrial.Run(seed: 1))
    first.take([100, 140, 90, 250])
    second.take([101, 142, 91, 252])
    let (a, b) = (
      SweepTrial(number: 1, settings: ["1"], runs: [first]), SweepTrial(number: 2, settings: ["2"], runs: [second])
    )
    // Differences 1, 2, 1, 2: mean 1.5, variance 1/3, standard error √(1/12); of independent means it would be 52.
    let difference = try #require(a.difference(to: b))
    #expect(abs(difference.mean - 1.5) < 1e-12)
    #expect(abs(difference.standardError - (1.0 / 12).squareRoot()) < 1e-9)
    first.examples = nil
    let apart = try #require(SweepTrial(number: 1, settings: ["1"], runs: [first]).difference(to: b))
    let expected = [first, second].map { $0.standardError ?? .nan }.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(abs(apart.standardError - expected) < 1e-9 && apart.standardError > 40)
  }

  @Test func aDifferenceWithinNoiseIsSaidToBeOne() throws {
    let bench = try Self.bench()
    // The same training twice but for a decay that changes nothing that can be measured.
    _ = bench.shown("s = sweep m on=d decay=1e-9,2e-9 epochs=1 seed=3")
    let shown = bench.shown("show s")[0].replacing("\n", with: " ")
    #expect(shown.contains("differences are of the same examples"))
    #expect(shown.contains("within noise (two standard errors), as 1 of 1 other is"))
    // A learning rate that trains nothing is behind by more than noise.
    _ = bench.shown("s = sweep m on=d lr=1e-9,1e-2 epochs=20 seed=3")
    let far = bench.shown("show s")[0]
    #expect(far.contains("above the best") && !far.contains("within noise"))
  }

  @Test func mistakesAreNamed() throws {
    let bench = try Self.bench()
    for (line, code, said) in [
      ("sweep m on=d", "E107", "needs settings"), ("sweep m on=d bta=1,2", "E102", "no setting"),
      ("sweep m on=d latent=0,2", "E103", "latent"), ("sweep m on=d lr=log:0..1", "E103", "lr"),
      ("sweep m on=d lr=2..1", "E103", "does not rise"), ("sweep m on=d beta=1,1", "E103", "twice"),
      ("sweep m on=d beta=1,2 validate=0", "E103", "validate"), ("sweep d beta=1,2", "E112", "model"),
      ("sweep m on=d beta=1,2 metric=fid", "E103", "metric"), ("sweep m on=q beta=1,2", "E104", "q"),
    ] {
      let failure = try bench.failure(line)
      #expect(failure.code == code && failure.message.contains(said), "\(line): \(failure.message) \(failure.code)")
    }
    _ = bench.shown("model a ae mlp hidden=8 latent=2 on=d")
    #expect(try bench.failure("sweep a on=d latent=2,3 metric=elbo").code == "E403")
  }
}
