import Notebook
import SessionCore
import Testing
import VAEngine

@Suite(.serialized) struct ModelCommandTests {
  /// A session with digits and a small trained model.
  static func trained(_ options: SessionOptions = SessionOptions()) throws -> Bench {
    let bench = try Bench(options)
    _ = bench.shown("load digits as=d; e = d.train[0..1499]; model m mlp hidden=32 latent=3 seed=1 on=e")
    _ = bench.shown("train m on=e epochs=1 seed=2;")
    return bench
  }

  @Test func everyStepFromDataToMeasuresWorks() throws {
    let bench = try Self.trained()
    for line in [
      "summary m", "describe e", "head e n=2", "z = encode m e", "decode m z[0..2]", "decode m (z[0] + z[1])",
      "reconstruct m e n=3", "sample m n=2 seed=1", "interpolate m e from=3 to=8 steps=3",
      "traverse m dim=0..1 steps=3",
      "denoise m e n=50", "anomaly m e top=3", "compress m e", "evaluate m on=e n=200 probe=knn", "kl m on=e",
      "doctor m on=e", "m2 = fork m", "set m2 beta=2", "compare m m2 on=e", "s = split e train=0.5", "s.train.count",
      "b = transform e binarize=dynamic", "train m on=e epochs=+1 dry=yes", "z[label=3] | mean | norm", "explain elbo",
    ] {
      let outcome = bench.run(line)
      #expect(outcome.status == .ok, "\(line)")
    }
  }

  @Test func aModelBeginsAtTheMeanOfItsDataUnlessToldOtherwise() throws {
    let bench = try Bench()
    _ = bench.shown("load digits as=d; e = d.train[0..499]")
    _ = bench.shown("model m mlp hidden=16 latent=2 on=e seed=1\nmodel w mlp hidden=16 latent=2 on=e seed=1 bias=init")
    _ = bench.shown("train m on=e epochs=1 seed=1;\ntrain w on=e epochs=1 seed=1;")
    #expect(
      bench.shown("show w").joined().contains("output bias              from the initializer, not the data's mean"))
    #expect(!bench.shown("show m").joined().contains("output bias"))
    let losses = try bench.shown("m.loss\nw.loss").map { try #require(Double($0)) }
    #expect(losses[0] < losses[1] - 20, "\(losses)")
    let line = "model q encoder=\"dense8\" decoder=\"dense784 layernorm\" on=e"
    #expect(bench.run(line).status == .ok)
    let diagnostic = try bench.failure(line + " bias=mean")
    #expect(diagnostic.message.contains("ends in 'layernorm'"))
    #expect(diagnostic.fix == "Omit bias=mean, or end the decoder in a dense layer or a convolution.")
  }

  /// A training that was stopped goes on to the epochs it was to have, with the schedule of all of them.
  @Test func whatWasStoppedGoesOnToItsEnd() throws {
    let line = "train m on=e epochs=6 schedule=cosine seed=2 batch=100"
    let start = "load digits as=d; e = d.train[0..499]; model m mlp hidden=8 latent=2 seed=1 on=e"
    let (straight, stopped) = (try Bench(), try Bench())
    _ = straight.shown("\(start); \(line)")
    _ = stopped.shown(start)
    let stopper = Stopper(after: 2, stopped.interruption)
    let outcome = stopped.session.execute(line, frontEnd: stopper, interruption: stopped.interruption)
    guard case .interrupted = outcome.status else { return #expect(Bool(false), "\(outcome.status)") }
    stopped.interruption.clear()
    #expect(stopped.shown("(m.epochs < 6)") == ["1"])
    _ = stopped.shown("train m;")
    #expect(stopped.shown("m.epochs") == ["6"])
    #expect(stopped.shown("m.loss") == straight.shown("m.loss"))
    _ = stopped.shown("train m;")
    #expect(stopped.shown("m.epochs") == ["16"])
  }

  /// Asks to stop after so many moments of progress.
  private final class Stopper: FrontEnd {
    let width = 80
    private var left: Int
    private let interruption: Interruption
    init(after count: Int, _ interruption: Interruption) { (left, self.interruption) = (count, interruption) }
    func emit(_ event: Event) {
      guard case .progress = event else { return }
      left -= 1
      if left == 0 { interruption.request() }
    }
    func ask(_ prompt: String) -> String? { nil }
  }

  /// What comes after a training fails: the training stays, and can be undone.
  @Test(arguments: ["train m epochs=+1 > t.npy", "train m epochs=+1 | plot loss", "train m epochs=+1 | nonsense"])
  func trainingOutlivesTheRestOfItsStatement(line: String) throws {
    let bench = try Self.trained()
    _ = try bench.failure(line.replacing("t.npy", with: "/tmp/elbo-no-report.npy"))
    #expect(bench.shown("m.epochs") == ["2"])
    #expect(bench.session.state.names == ["d", "e", "m"])
    _ = bench.shown("undo")
    #expect(bench.shown("m.epochs") == ["1"])
  }

  @Test func whatIsFinishedOutlivesARunThatDiverges() throws {
    let bench = try Self.trained()
    _ = bench.shown("b = fork m; set b lr=1e30")
    func steps() -> UInt64 {
      guard case .object(let object as ModelValue)? = bench.session.state.variables["m"]?.value else { return 0 }
      return object.training.step
    }
    let before = steps()
    #expect(try bench.failure("race m b on=e for=100ms").code == "E401")
    #expect(steps() > before)
  }

  @Test func aReportIsRefusedAsAPictureBeforeAnyWork() throws {
    let bench = try Self.trained()
    let failure = try bench.failure("train m epochs=+1 > loss.png")
    #expect(failure.code == "E118" && failure.fix == "'plot' draws figures: plot loss m > loss.png")
    #expect(bench.shown("m.epochs") == ["1"])
  }

  /// A model that no variable holds would be trained for nothing.
  @Test(arguments: ["train _ on=e", "train _3 on=e", "train (m) on=e", "train l[0] on=e", "set _ beta=2", "race _ m"])
  func onlyVariablesAreTrained(line: String) throws {
    let bench = try Self.trained()
    _ = bench.shown("l = [m, 1]\nm")
    let failure = try bench.failure(line)
    #expect(failure.message.contains("modifies a variable") || failure.message.contains("there is no result"))
  }

  @Test func anotherSeedChangesTheOrderAndNotWhatIsHeldOut() throws {
    let bench = try Self.trained()
    _ = bench.shown("model a mlp hidden=16 latent=2 on=e seed=1; train a on=e epochs=1 validate=100 lr=1e-20 seed=1;")
    _ = bench.shown("train a epochs=+1 seed=9;\ntrain a epochs=+1;")
    guard case .object(let object as ModelValue)? = bench.session.state.variables["a"]?.value else {
      return #expect(Bool(false), "no model")
    }
    let losses = object.training.history.epochs.compactMap(\.validation)
    #expect(losses.count == 3 && Set(losses).count == 1, "\(losses)")
    #expect(object.training.shuffleSeed == 9)
  }

  @Test(arguments: [
    ("train m validate=1e19", "E103"), ("train m epochs=+9223372036854775807", "E103"), ("set m validate=0.95", "E103"),
    ("train m epochs=+1e15", "E103"), ("set m validate=5000.5", "E103"), ("set m validate=1e19", "E103"),
    ("normal(3, seed=-1)", "E103"), ("uniform(3, seed=-1)", "E103"), ("sample m label=3", "E103"),
    ("decode m z label=3", "E103"), ("transform e crop=-9223372036854775808x24", "E103"),
    ("transform e crop=0x24", "E103"),
    ("model q encoder=\"conv8k4000000000 dense8\" on=e", "E205"),
  ])
  func numbersBeyondAllReasonAreRefused(line: String, code: String) throws {
    let bench = try Self.trained()
    _ = bench.shown("z = encode m e[0..3]")
    #expect(try bench.failure(line).code == code)
  }

  /// What needs a class can be told one, everywhere.
  @Test func conditionalModelsAreToldTheClass() throws {
    let bench = try Self.trained()
    _ = bench.shown("model c cvae mlp hidden=8 latent=2 on=e seed=1; train c on=e epochs=1; z = encode c e[0..2]")
    for line in [
      "interpolate c e from=3 to=8", "interpolate c e from=3 to=8 label=5", "traverse c label=3",
      "manifold c n=3 label=1",
      "sample c n=2 label=3", "decode c z", "plot sample c n=2 label=1", "plot traverse c label=2",
      "plot interpolate c e from=3 to=8", "plot interpolate c on=e corners=3,8,0,6 steps=3 label=4",
      "plot manifold c n=3 label=2",
    ] {
      #expect(bench.run(line).status == .ok, "\(line)")
    }
    for line in ["traverse c", "manifold c", "sample c", "decode c [0, 0]", "interpolate c from=z[0] to=z[1]"] {
      #expect(try bench.failure(line).fix == "Add: label=3", "\(line)")
    }
  }

  @Test(arguments: [
    ("model q mlp conv", "a model has one architecture; got both mlp and conv"),
    ("model q vae ae", "a model has one family; got both vae and ae"),
    (
      "model q mlp encoder=\"dense8\" decoder=\"dense784\"",
      "architecture mlp cannot be combined with encoder= and decoder="
    ),
    ("model q mlp hidden=32,,32", "hidden: expected widths from 1 to 65536 such as 400 or 400,200"),
    ("race m m for=1s on=e", "m is listed twice"),
    ("plot loss m > /tmp/elbo-x.json", "a figure cannot be written as .json"),
    ("2 > 3", "'3' has no file extension"), ("set seed=3", "set needs something to change"),
  ])
  func whatContradictsItselfIsRefused(line: String, message: String) throws {
    #expect(try Self.trained().failure(line).message == message)
  }

  @Test func dataAtTheEdgeOfTheirRangeAreTrainedOn() throws {
    let bench = try Self.trained()
    _ = bench.shown("i = transform e invert=yes; model q mlp hidden=8 latent=2 on=i; train q on=i epochs=1;")
    _ = bench.run("b = transform e scale=1e30; kl m on=b")
    #expect(bench.shown("evaluate m on=e n=1")[0].contains("±") == false)
    #expect(bench.shown("evaluate m on=e n=20 nll=64")[0].contains("k = 64"))
  }

  @Test func trainingIsOneContinuousHistory() throws {
    let bench = try Self.trained()
    _ = bench.shown("set m beta=2\ntrain m epochs=+1 seed=2;")
    #expect(bench.shown("m.epochs") == ["2"])
    #expect(bench.shown("show m")[0].contains("beta=2"))
  }

  @Test func continuingAfterReopeningGivesTheSameBits() throws {
    let folder = Folder()
    let options = SessionOptions(workspace: folder.file("w.elbodb"))
    var losses: [[String]] = []
    do {
      let bench = try Self.trained(options)
      _ = bench.shown("twin = fork m\ntrain twin on=e epochs=+2 seed=2;")
      losses.append(bench.shown("twin.loss"))
    }
    let bench = try Bench(options)
    _ = bench.shown("train m epochs=+2 seed=2;")
    losses.append(bench.shown("m.loss"))
    #expect(losses[0] == losses[1])
  }

  @Test func stoppingKeepsTheStepsDone() throws {
    let bench = try Self.trained()
    // Before the first step there is nothing to keep.
    bench.interruption.request()
    guard case .interrupted(let early) = bench.run("train m epochs=+50").status else {
      Issue.record("training was not interrupted")
      return
    }
    bench.interruption.clear()
    #expect(early == "nothing was changed" && bench.shown("m.steps") == ["12"])
    // When the first of them is shown, it is done.
    let impatient = MeasureCommandTests.Impatient("train")
    let run = bench.session.execute(
      "train m epochs=+50", frontEnd: impatient, interruption: impatient.interruption)
    guard case .interrupted(let note) = run.status else {
      Issue.record("training was not interrupted")
      return
    }
    let steps = try #require(Int(bench.shown("m.steps")[0]))
    #expect(steps > 12 && note.contains("after \(steps - 12) step"), "\(note)")
  }

  @Test func undoBringsBackTheModelAsItWas() throws {
    let bench = try Self.trained()
    let before = bench.shown("evaluate m on=e n=100")
    _ = bench.shown("train m epochs=+1;")
    #expect(bench.shown("evaluate m on=e n=100") != before)
    _ = bench.shown("undo")
    #expect(bench.shown("evaluate m on=e n=100") == before)
  }

  @Test func aSavedModelOpensAgain() throws {
    let folder = Folder()
    let bench = try Self.trained()
    _ = bench.shown("save m \(folder.file("m.safetensors"))\nn = open \(folder.file("m.safetensors"))")
    #expect(bench.shown("evaluate n on=e n=100") == bench.shown("evaluate m on=e n=100"))
  }

  @Test func whatTrainingWasToldStaysForTheNextTime() throws {
    let bench = try Self.trained()
    _ = bench.shown("train m epochs=+2 schedule=step:1:0.5 lr=0.01 validate=100 patience=9;")
    #expect(bench.shown("m.history")[0].contains("0.0025"))
    _ = bench.shown("train m epochs=+1;")
    #expect(bench.shown("m.history")[0].contains("0.00125"))
    #expect(bench.shown("train m epochs=+1 schedule=constant")[0].contains("100 held out"))
    #expect(bench.shown("m.history")[0].contains("0.01 "))
  }

  @Test(arguments: [
    "schedule=stp:3", "schedule=step", "schedule=milestones:5,3", "schedule=cosine:2", "schedule=plateau:0",
    "momentum=0.9", "optimizer=sgd epsilon=1e-4", "validate=1.5", "validate=1500", "validate=m",
  ]) func anOptionThatWouldBeIgnoredIsRefused(_ option: String) throws {
    let bench = try Self.trained()
    #expect(try bench.failure("train m epochs=+1 \(option)").code == "E103")
    #expect(bench.shown("m.epochs") == ["1"])
  }

  @Test(arguments: [
    "k=3", "ae beta=2", "capacity=5", "noise=mask:0.5", "iwae warmup=3", "ae likelihood=mse logvar=-1:1", "sigma=2",
    "likelihood=mse", "warmup=2 cycle=2", "conv hidden=3",
  ]) func anOptionThatTheModelHasNoUseForIsRefused(_ words: String) throws {
    let bench = try Bench()
    #expect(try bench.failure("model q \(words)").code == "E103")
  }

  @Test func theWholeOfADatasetIsAPartToo() throws {
    let bench = try Bench()
    _ = bench.shown("load digits as=d; model m mlp hidden=8 latent=2;")
    #expect(bench.shown("train m on=d.all epochs=1 batch=1000")[0].contains("steps           12"))
    #expect(bench.shown("d.all.count") == ["12000"])
    #expect(bench.shown("evaluate m")[0].contains("12,000 examples"))
  }

  /// The second seed that a session gives itself is larger than any that a Double holds exactly.
  @Test func aReopenedModelGoesOnToTheSameBitsWithTheSessionsOwnSeeds() throws {
    let folder = Folder()
    let options = SessionOptions(workspace: folder.file("w.elbodb"))
    var losses: [[String]] = []
    do {
      let bench = try Bench(options)
      _ = bench.shown("load digits as=d; e = d.train[0..599]; model m mlp hidden=16 latent=3 on=e warmup=1")
      _ = bench.shown("train m on=e epochs=2 validate=100 patience=3;\ntwin = fork m\ntrain twin epochs=+2;")
      losses.append(bench.shown("twin.loss"))
    }
    let bench = try Bench(options)
    _ = bench.shown("train m epochs=+2;")
    losses.append(bench.shown("m.loss"))
    #expect(losses[0] == losses[1])
  }
}
