import JSONText
import Notebook
import SessionCore
import Testing

/// `evaluate`, `kl`, `doctor`, `versus`, `compare`, `race`.
@Suite(.serialized) struct MeasureCommandTests {
  /// Digits, a VAE and an autoencoder of one size, trained a little.
  private static func bench() throws -> Bench {
    let bench = try Bench()
    _ = bench.shown("load digits as=all; d = all.train[0..999]; t = all.test[0..299]")
    _ = bench.shown("model m mlp hidden=32 latent=4 seed=1 on=d; model a ae mlp hidden=32 latent=4 seed=1 on=d")
    _ = bench.shown("train m on=d epochs=3 seed=1; train a on=d epochs=3 seed=1;")
    return bench
  }

  /// Rows of a table as its JSON has them.
  private static func rows(_ bench: Bench, _ source: String) throws -> [JSON] {
    let outcome = bench.run(source)
    #expect(outcome.status == .ok)
    return try #require(outcome.outputs.last?.json?.arrayValue)
  }

  @Test func anEvaluationAddsUp() throws {
    let bench = try Self.bench()
    _ = bench.shown("e = evaluate m on=t seed=3")
    #expect(bench.shown("(abs(e.elbo + e.reconstruction + e.kl) < 0.01)") == ["1"])
    #expect(bench.shown("evaluate m on=t seed=3") == bench.shown("evaluate m on=t seed=3"))
    #expect(bench.shown("evaluate m on=t")[0].contains("± "), "standard errors")
    let nll = bench.shown("n = evaluate m on=t nll=20 n=100 seed=3; n.nll")
    #expect(
      bench.shown("(n.nll < n.negative_elbo)") == ["1"], "the importance-sampled bound is the tighter one: \(nll)")
    for option in ["quality=yes", "probe=knn", "probe=linear", "split=yes"] {
      #expect(bench.run("evaluate m on=t \(option)").status == .ok, "\(option)")
    }
    #expect(try bench.failure("evaluate a on=t nll=10").code == "E403")
    #expect(try bench.failure("evaluate m on=t features=latents").fix == "Add: quality=yes")
  }

  /// Examples that come class by class, as folders of pictures do.
  @Test func theOrderOfTheDataDoesNotMatter() throws {
    let bench = try Bench()
    _ = bench.shown("x = concat(normal(60, 4, seed=1) / 20, normal(60, 4, seed=2) / 20 + 1)")
    _ = bench.shown("s = dataset x labels=(concat(zeros(60), zeros(60) + 1))")
    _ = bench.shown(
      "model m mlp hidden=16 latent=2 likelihood=gaussian on=s seed=1; train m on=s epochs=30 batch=20 seed=1;")
    _ = bench.shown("model a ae mlp hidden=16 latent=2 on=s seed=1; train a on=s epochs=30 batch=20 seed=1;")
    for probe in ["knn", "linear"] {
      let share = try #require(bench.run("evaluate a on=s probe=\(probe)").outputs.last?.json?["probe"]?.doubleValue)
      #expect(share > 95)
    }
    let rows = try Self.rows(bench, "versus m a on=s n=30")
    let nearest = try #require(rows.last?["a"]?.doubleValue)
    #expect(nearest > 0.95)
    // Codes of an autoencoder keep what they say: 256 levels lose next to nothing.
    let report = try #require(bench.run("compress a s").outputs.last?.json)
    let mse = try #require(bench.run("evaluate a on=s").outputs.last?.json?["mse"]?.doubleValue)
    #expect(try #require(report["distortion"]?.doubleValue) < 1.1 * mse + 1e-4)
  }

  /// The next command is one that the model takes, and what is compared is of one kind.
  @Test func theDoctorKnowsTheFamily() throws {
    let bench = try Self.bench()
    for words in ["iwae mlp", "capacity-vae mlp", "beta-vae mlp beta=20", "denoising-vae mlp"] {
      _ = bench.shown("model q \(words) hidden=8 latent=12 seed=1 on=d; train q on=d epochs=1;")
      let checks = try Self.rows(bench, "doctor q on=t")
      for next in checks.compactMap({ $0["next"]?.stringValue }) where !next.isEmpty {
        #expect(bench.run(next).status == .ok, "\(words): \(next)")
      }
      _ = bench.run("drop q q2")
    }
    _ = bench.shown("model b beta-vae mlp beta=8 hidden=8 latent=4 seed=1 on=d; train b on=d epochs=2 validate=100;")
    let evidence = bench.shown("doctor b on=t")[0]
    #expect(evidence.contains("no overfitting"))
    _ = bench.shown("train m on=all.all epochs=+1;")
    #expect(bench.shown("doctor m on=all.test")[0].contains("nothing was held out"))
  }

  @Test func dataOutsideTheLikelihoodAreNotMeasured() throws {
    let bench = try Self.bench()
    _ = bench.shown("w = transform t scale=255")
    for line in ["evaluate m on=w", "anomaly m w", "compare m m on=w"] {
      #expect(try bench.failure(line).code == "E201", "\(line)")
    }
    #expect(bench.shown("doctor m on=w")[0].contains("input outside [0, 1]"))
  }

  @Test func klListsEveryDimensionLargestFirst() throws {
    let bench = try Self.bench()
    let kl = try Self.rows(bench, "kl m on=t").compactMap { $0["kl"]?.doubleValue }
    #expect(kl.count == 4)
    #expect(kl == kl.sorted(by: >))
  }

  @Test func whatTheDoctorSaysIsNeverCut() throws {
    let bench = try Bench()
    _ = bench.shown("load digits as=all; d = all.train[0..299]")
    _ = bench.shown("c = model mlp hidden=32 latent=4 beta=1e-6 on=d seed=1; train c on=d epochs=20 lr=0.01 batch=30;")
    let text = bench.shown("doctor c")[0]
    let lines = text.split(separator: "\n")
    #expect(lines.allSatisfy { !$0.contains("…") && $0.count <= 80 }, "\(text)")
    #expect(lines[0] == "c on digits.train: one finding")
    #expect(lines[1] == "beta=1e-06 is too small")
    #expect(lines.contains { $0.hasPrefix("  → model c2 vae mlp hidden=32 latent=4 beta=1") }, "\(text)")
  }

  @Test func versusMeasuresBothSides() throws {
    let bench = try Self.bench()
    let rows = try Self.rows(bench, "versus m a on=t n=100")
    let what = rows.compactMap { $0["measure"]?.stringValue }
    for word in ["reconstruction", "precision", "recall", "diversity", "halfway", "largest step", "linear probe"] {
      #expect(what.contains { $0.contains(word) }, "\(word) is not in \(what)")
    }
    for row in rows {
      let (m, a) = (try #require(row["m"]?.doubleValue), try #require(row["a"]?.doubleValue))
      #expect(m.isFinite && a.isFinite)
      #expect(["m", "a", "within noise"].contains(row["better"]?.stringValue))
    }
    // From the means of the codes: the evaluation's draws of the posterior add their own.
    let error = try #require(rows.first?["m"]?.doubleValue)
    _ = bench.shown("e = evaluate m on=t seed=0")
    #expect(bench.shown("(e.mse > \(error))") == ["1"])
  }

  @Test func compareRefusesWhatIsNotComparableAndNamesWhy() throws {
    let bench = try Self.bench()
    #expect(try bench.failure("compare m a on=t").message.contains("likelihood"))
    _ = bench.shown("small = transform d resize=14x14; o = model mlp hidden=8 latent=2 on=small")
    let shapes = try bench.failure("compare m o on=t")
    #expect(shapes.code == "E402" && shapes.message.contains("1×14×14"))
    #expect(try bench.failure("compare m").code == "E107")
    _ = bench.shown("m2 = fork m; train m2 epochs=+1;")
    let rows = try Self.rows(bench, "compare m m2 on=t")
    #expect(rows.compactMap { $0["epochs"]?.integerValue } == [3, 4])
    _ = bench.shown("e = evaluate m on=t")
    let elbo = try #require(rows.first?["negative_elbo"]?.doubleValue)
    #expect(bench.shown("(abs(e.elbo + \(elbo)) < 0.001)") == ["1"])
  }

  @Test func aRaceGivesEachTheSameTimeAndKeepsWhatWasLearned() throws {
    let bench = try Self.bench()
    _ = bench.shown("m2 = fork m")
    let before = bench.shown("m.steps")
    let outcome = bench.run("race m m2 on=d for=60ms")
    #expect(outcome.status == .ok)
    #expect(outcome.outputs.last?.text.contains(" saw ") == true)
    #expect(bench.shown("m.steps") != before && bench.shown("m2.steps") != before)
    #expect(try bench.failure("race m on=d").code == "E107")
  }

  @Test func forksOfOneModelTrainAlikeFromOneSeed() throws {
    let bench = try Self.bench()
    _ = bench.shown("fork m as=m2\ntrain m epochs=+1 seed=4;\ntrain m2 epochs=+1 seed=4;")
    #expect(bench.shown("m.loss") == bench.shown("m2.loss"))
    #expect(try bench.failure("fork m").code == "E107")
  }

  @Test(arguments: [
    "evaluate m on=d", "evaluate m on=d nll=500", "evaluate m on=d quality=yes split=yes probe=linear",
    "doctor m on=d", "versus m a on=d", "kl m on=d", "compare m m on=d", "z = encode m d", "anomaly m d draws=9",
    "denoise m d", "compress m d", "x = sample m n=2", "plot latent m on=d", "plot kl m on=d",
    "plot rd m a on=d", "plot nll m on=d", "plot confusion m on=d", "train m on=d dry=yes", "describe d",
    "t = transform d standardize=yes", "load sprites n=300 as=s", "x = normal(1000)", "x = t + 1",
    "x = slerp([1, 2], [2, 1], [0, 1])",
  ])
  func workCanBeStoppedAndChangesNothing(source: String) throws {
    let bench = try Self.bench()
    _ = bench.shown("t = normal(9, 2, seed=1)")
    let before = bench.shown("vars")
    bench.interruption.request()
    #expect(bench.run(source).status == .interrupted("nothing was changed"))
    bench.interruption.clear()
    #expect(bench.shown("vars") == before)
  }

  /// Asks for a stop when work of this name is shown.
  final class Impatient: FrontEnd {
    let width = 80
    let task: String
    let interruption = Interruption()
    init(_ task: String) { self.task = task }
    func emit(_ event: Event) {
      if case .progress(let moment) = event, moment.task.hasPrefix(task) { interruption.request() }
    }
    func ask(_ prompt: String) -> String? { nil }
  }

  @Test func aRaceThatIsStoppedBeforeItsEndKeepsWhatWasLearned() throws {
    let bench = try Self.bench()
    _ = bench.shown("m2 = fork m")
    let before = bench.shown("m.steps")
    for task in ["race m2", "evaluate m"] {
      let reader = Impatient(task)
      let outcome = bench.session.execute(
        "race m m2 on=d for=60ms", frontEnd: reader, interruption: reader.interruption)
      guard case .interrupted(let note) = outcome.status else {
        Issue.record("\(task): \(outcome.status)")
        continue
      }
      #expect(note.contains("kept"))
    }
    #expect(bench.shown("m.steps") != before && bench.shown("m2.steps") != before)
  }

  @Test func aDryRunSaysTheCostAndTrainsNothing() throws {
    let bench = try Self.bench()
    let before = bench.shown("m.steps")
    let text = bench.shown("train m on=d epochs=+20 dry=yes")[0]
    for word in ["parameters", "FLOPs/example", "images/s", "time per epoch", "Nothing was trained."] {
      #expect(text.contains(word), "\(word)")
    }
    #expect(bench.shown("m.steps") == before)
  }
}
