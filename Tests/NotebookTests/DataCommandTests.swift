import Glibc
import Notebook
import Testing

/// Data at the prompt: loaded, selected, split, described, and seen through transforms.
@Suite(.serialized) struct DataCommandTests {
  private static func bench() throws -> Bench {
    let bench = try Bench()
    _ = bench.shown("load digits as=d;")
    return bench
  }

  @Test(arguments: [
    ("d[0..99].count", "100"), ("d[label=3].count", "1200"), ("d.test[label=3].count", "200"),
    ("d[-1].count", "1"), ("d.test.count", "2000"), ("d.classes", "10"),
    ("s = split d train=0.9 seed=7; s.test.count", "1200"),
  ])
  func subsetsAreSelectedByBrackets(source: String, text: String) throws {
    #expect(try Self.bench().shown(source) == [text])
  }

  @Test(arguments: [
    // Places mean these examples, of whatever part; a label means its examples in every part.
    ("d[0..10099]", "10,100"), ("d[0..11999]", "12,000"), ("d", "10,000"), ("d.all", "12,000"), ("d[0..99]", "100"),
    ("d[label=3]", "1000"),
  ])
  func trainingTakesWhatASelectionSays(data: String, count: String) throws {
    let bench = try Self.bench()
    let shown = bench.shown("model m mlp hidden=4 latent=2; train m on=\(data) batch=1 epochs=1 dry=yes").joined()
    #expect(shown.split(separator: /\s+/).joined(separator: " ").contains("steps per epoch \(count) "), "\(shown)")
  }

  @Test func bothNamesOfALoadAreMade() throws {
    let bench = try Bench()
    _ = bench.shown("x = load digits as=d")
    #expect(bench.session.state.names == ["d", "x"])
  }

  @Test(arguments: ["scale=0", "scale=1e300", "scale=1e-300", "scale=-0", "scale=inf"])
  func aFactorThatLeavesNothingIsRefused(_ option: String) throws {
    let bench = try Self.bench()
    #expect(try bench.failure("t = transform d \(option)").code == "E103")
    #expect(bench.shown("transform d scale=-2 as=t; t.count") == ["12000"])
  }

  @Test(arguments: ["1e300", "-1e300", "1e-300"])
  func aNumberThatFloat32DoesNotHoldIsSaidToBeOne(_ number: String) throws {
    #expect(try Self.bench().failure("transform d scale=\(number)").fix?.contains("float32") == true)
  }

  @Test func labelsAreSelectedWithinThePartsOfASplit() throws {
    let bench = try Self.bench()
    #expect(bench.shown("s = split d train=0.8 seed=7 stratified=yes; s[label=3].train.count") == ["960"])
    #expect(bench.shown("s[label=3].test.count") == ["240"])
    #expect(bench.shown("s.train[label=3].count") == ["960"])
  }

  @Test func splitsAreSeededAndStratifiedWhenAsked() throws {
    let bench = try Self.bench()
    _ = bench.shown("a = split d train=0.8 seed=7 stratified=yes; b = split d train=0.8 seed=7 stratified=yes;")
    #expect(bench.shown("a.train[label=3].count") == ["960"])
    #expect(bench.shown("sum(abs(a.test.labels - b.test.labels))") == ["0"])
    _ = bench.shown("c = split d train=0.8 seed=8;")
    #expect(bench.shown("c.train[label=3].count") != ["960"])
  }

  @Test func describeShowsWhatPeopleAskForAndThePicture() throws {
    let bench = try Self.bench()
    let outcome = bench.run("describe d")
    let text = try #require(outcome.outputs.last?.text)
    for wanted in [
      "12,000", "1×28×28 uint8", "CC BY-SA 3.0", "scale 1/255", "zero elements", "80.9 %", "9.4 MB", "sha256-080bf901",
      "label  examples", "+%@%+",
    ] {
      // Long fields go on in the next line.
      let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(words.contains(wanted.replacing("  ", with: " ")), "\(wanted)")
    }
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(bench.shown("d.hash")[0].contains("080bf901df74ec6cbed673f27dbb69151718cd5d51bfac025ab7bcd3c1c96a51"))
  }

  @Test func aModelKnowsHowItsDataWereSeen() throws {
    let folder = Folder()
    let bench = try Self.bench()
    _ = bench.shown("b = transform d[0..299] binarize=dynamic; model m mlp hidden=8 latent=2 on=b;")
    #expect(try bench.failure("transform d like=m").fix == "Train it first: train m on=d")
    _ = bench.shown("train m on=b epochs=1;")
    #expect(bench.shown("evaluate m on=d[0..99]").joined().contains("transform d[0..99] like=m"))
    #expect(!bench.shown("evaluate m on=b").joined().contains("like=m"))
    _ = bench.shown("save m \(folder.file("m.safetensors"))\nn = open \(folder.file("m.safetensors"))")
    #expect(
      bench.shown("i = transform d invert=yes; transform i like=n").joined().contains("scale 1/255, binarize=dynamic"))
  }

  @Test func whatCannotBeLoadedLeavesNothing() throws {
    let folder = Folder()
    let bench = try Bench()
    let path = folder.file("x.csv")
    let file = try #require(fopen(path, "w"))
    fputs("a,b\n1,2\n3,four\n", file)
    fclose(file)
    let error = try bench.failure("load \(path) as=x")
    #expect(error.code == "E301")
    #expect(error.rendered(color: false).contains("row 2 (line 3), column 'b': 'four' is not a number"))
    #expect(bench.session.state.variables.isEmpty)
    #expect(try bench.failure("load digits n=5").fix == "Accepted options: as.")
    #expect(try bench.failure("load digit").fix == "Did you mean 'digits'?")
    #expect(try bench.failure("load \(folder.file("x.cvs"))").fix == "Did you mean '\(path)'?")
  }

  @Test func whoLoadsAModelLearnsHowItIsOpened() throws {
    let folder = Folder()
    let bench = try Bench()
    let path = folder.file("m.safetensors")
    _ = bench.shown("load digits as=d; model m mlp latent=2 on=d; save m \(path)")
    let error = try bench.failure("load \(path)")
    #expect(error.code == "E301")
    #expect(error.fix?.hasPrefix("Models are opened: m = open \(path)") == true)
  }
}
