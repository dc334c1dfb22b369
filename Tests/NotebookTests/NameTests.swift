import Datasets
import Figures
import Foundation
import Notebook
import SessionCore
import Tensors
import Testing

/// Classes and columns are known by their names, wherever labels go and whatever file they came from.
@Suite(.serialized) struct NameTests {
  private let folder = Folder()

  private func write(_ name: String, _ text: String) throws -> String {
    let path = folder.file(name)
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  /// Rows of three columns that differ, 60 of each class.
  private static let rows = (0..<120).map { row -> (a: Double, b: Double, c: Double, kind: String) in
    let kind = row % 2
    let noise = Double(row * 37 % 101) / 101 - 0.5
    return (
      Double(kind) + noise, 5 - 3 * Double(kind) * noise, -2 * Double(kind) + noise * noise,
      kind == 0 ? "benign" : "malignant"
    )
  }

  private func bench() throws -> Bench {
    let table = Self.rows.map { "\($0.a),\($0.b),\($0.c),\($0.kind)" }.joined(separator: "\n")
    let path = try write("t.csv", "a,b,c,kind\n\(table)\n")
    let bench = try Bench()
    _ = bench.shown("load \(path) target=kind as=d; s = transform d standardize=yes")
    return bench
  }

  private func number(_ source: String, _ bench: Bench) throws -> Double {
    try #require(bench.shown(source).last.flatMap { Double($0) })
  }

  private static let model = "mlp hidden=8 latent=2 likelihood=gaussian-learned seed=1"

  @Test(arguments: [
    "d[label=\"malignant\"]", "d[label=malignant]", "d[label=[\"malignant\"]]", "d[label=1]", "d[label=1..1]",
  ])
  func selectionsTakeNames(_ source: String) throws {
    #expect(try bench().shown("\(source).count") == ["60"])
  }

  @Test func namesWithMinusSignsNeedNoQuotes() throws {
    let path = try write("iris.csv", "x,species\n1,Iris-setosa\n2,Iris-virginica\n3,Iris-setosa\n")
    let bench = try Bench()
    _ = bench.shown("load \(path) target=species as=d")
    #expect(bench.shown("d[label=Iris-setosa].count") == ["2"])
    #expect(bench.shown("d[label=\"Iris-virginica\"].count") == ["1"])
    let error = try bench.failure("d[label=Iris-setos]")
    #expect(error.message.contains("no class is named 'Iris-setos'") && error.fix == "Did you mean 'Iris-setosa'?")
    // A variable is a variable.
    _ = bench.shown("k = 1")
    #expect(bench.shown("d[label=k].count") == ["1"])
  }

  @Test func numbersAreTheLabelsThatWereRead() throws {
    let path = try write("r.csv", "x,stars\n" + (0..<20).map { "\($0),\(1 + $0 % 5)" }.joined(separator: "\n"))
    let bench = try Bench()
    _ = bench.shown("load \(path) target=stars as=d")
    #expect(bench.shown("d.classes") == ["5"])
    #expect(bench.shown("d[label=5].count") == ["4"])
    #expect(bench.shown("max(d.labels)") == ["5"])
    _ = bench.shown("model c cvae \(Self.model) on=d; train c on=d epochs=1; sample c n=1 label=5")
    #expect(try bench.failure("sample c n=1 label=0").fix == "Classes: 1, 2, 3, 4, 5.")
  }

  @Test func modelsTakeNames() throws {
    let bench = try bench()
    _ = bench.shown("model c cvae \(Self.model) on=s; train c on=s epochs=1; z = encode c s")
    let named = bench.shown("x = sample c n=2 seed=1 label=malignant; sum(x)")
    #expect(bench.shown("x = sample c n=2 seed=1 label=1; sum(x)") == named)
    #expect(bench.shown("x = sample c n=2 seed=1 label=benign; sum(x)") != named)
    #expect(try bench.failure("sample c label=malign").fix == "Did you mean 'malignant'?")
    #expect(bench.shown("count(z[label=malignant])") == ["60"])
    #expect(bench.shown("w = interpolate c s from=benign to=malignant steps=3; shape(w)[0]") == ["3"])
    let first = bench.shown("w = interpolate c s from=malignant to=benign steps=2; sum(w)")
    #expect(bench.shown("w = interpolate c s from=#1 to=#0 steps=2 label=malignant; sum(w)") == first)
    // In files and after a restart they are the same.
    let path = folder.file("c.safetensors")
    _ = bench.shown("save c \(path); o = open \(path)")
    #expect(bench.shown("x = sample o n=2 seed=1 label=malignant; sum(x)") == named)
  }

  @Test func aClassThatWasNeverTrainedIsRefused() throws {
    let bench = try Bench()
    _ = bench.shown(
      "load digits as=d; model c cvae mlp hidden=4 latent=2 on=d; train c on=d[label=3] epochs=1 batch=1000")
    let error = try bench.failure("sample c n=1 label=7")
    #expect(error.message == "label: the model was never trained on class '7'")
    #expect(error.fix == "It was trained on: 3.")
    _ = bench.shown("sample c n=1 label=3; train c on=d[label=7] epochs=+1; sample c n=1 label=7")
    #expect(try bench.failure("sample c n=1 label=5").fix == "It was trained on: 3, 7.")
  }

  @Test func columnsAreMatchedByName() throws {
    let bench = try bench()
    _ = bench.shown("model m \(Self.model) on=s; train m on=s epochs=2")
    let turned = Self.rows.map { "\($0.c),\($0.a),\($0.b)" }.joined(separator: "\n")
    _ = bench.shown("load \(try write("u.csv", "c,a,b\n\(turned)\n")) as=u; v = transform u like=m")
    #expect(try number("e = evaluate m on=v; e.elbo", bench) == number("e = evaluate m on=s; e.elbo", bench))
    // As it came: in the order of the model, and standardized as its data were.
    #expect(bench.shown("evaluate m on=u").joined().contains("is standardized as the training data were"))
    #expect(try number("e = evaluate m on=u; e.elbo", bench) == number("e = evaluate m on=s; e.elbo", bench))
    // Standardized in its own order, then matched.
    _ = bench.shown("w = transform u standardize=yes")
    let own = try number("e = evaluate m on=w; e.elbo", bench)
    #expect(try abs(own - number("e = evaluate m on=s; e.elbo", bench)) < 1e-4)
    _ = bench.shown(
      "load \(try write("x.csv", "a,c\n1,2\n3,4\n")) as=x; load \(try write("y.csv", "a,b,c,e\n1,2,3,4\n5,6,7,8\n")) as=y"
    )
    let missing = try bench.failure("evaluate m on=x")
    #expect(
      missing.message.contains("no column 'b', which the model was trained on")
        && missing.fix?.contains("a, b, c") == true)
    let more = try bench.failure("encode m y")
    #expect(
      more.message.contains("the column 'e', which the model was not trained on")
        && more.fix?.contains("without=e") == true)
  }

  /// Every command that reads examples, of columns in another order.
  @Test func everyCommandMatchesColumns() throws {
    let bench = try bench()
    let turned = Self.rows.map { "\($0.c),\($0.a),\($0.b),\($0.kind)" }.joined(separator: "\n")
    _ = bench.shown("load \(try write("u.csv", "c,a,b,kind\n\(turned)\n")) target=kind as=u")
    _ = bench.shown("model m \(Self.model) on=s; train m on=s epochs=1; model n \(Self.model) on=u")
    _ = bench.shown("train n on=u epochs=1")
    for line in [
      "z = encode m DATA; sum(z)", "x = reconstruct m DATA n=4; shape(x)", "q = anomaly m DATA; q.example",
      "q = kl m on=DATA; q.kl", "q = compress m DATA; q.distortion", "q = denoise m DATA n=50; q.after",
      "q = evaluate m on=DATA nll=3; q.nll", "x = interpolate m DATA from=#0 to=#1 steps=2; sum(x)",
      "q = doctor m on=DATA; q.check",
    ] {
      let (own, other) = (line.replacing("DATA", with: "s"), line.replacing("DATA", with: "u"))
      #expect(bench.shown(own).last == bench.shown(other).last, "\(line)")
    }
    for line in ["plot latent m on=DATA", "plot kl m on=DATA", "plot confusion m on=DATA", "plot histogram m on=DATA"] {
      func kind(_ data: String) -> String {
        bench.run(line.replacing("DATA", with: data)).outputs.last?.figure.map { "\($0.kind)" } ?? "none"
      }
      #expect(kind("s") == kind("u") && kind("s") != "none", "\(line)")
    }
    // Models of either order, side by side on one file.
    let table = bench.run("q = compare m n on=s; q.elbo").outputs.map(\.text).last
    #expect(table == bench.run("q = compare m n on=u; q.elbo").outputs.map(\.text).last)
    _ = bench.shown("fork m as=f; train m on=s epochs=+1; train f on=u epochs=+1; versus m n on=u n=50")
    #expect(bench.shown("m.loss") == bench.shown("f.loss"), "training goes on with columns by name")
  }

  @Test func classesAreMatchedByName() throws {
    let bench = try bench()
    _ = bench.shown("model c cvae \(Self.model) on=s; train c on=s epochs=2")
    let malignant = Self.rows.filter { $0.kind == "malignant" }.map { "\($0.a),\($0.b),\($0.c),\($0.kind)" }
    _ = bench.shown(
      "load \(try write("one.csv", "a,b,c,kind\n\(malignant.joined(separator: "\n"))\n")) target=kind as=e")
    _ = bench.shown("f = e; g = s[label=malignant]")
    #expect(try number("q = evaluate c on=f; q.elbo", bench) == number("q = evaluate c on=g; q.elbo", bench))
    #expect(bench.shown("x = reconstruct c f; y = reconstruct c g; max(abs(x - y), axis=all)") == ["0"])
    _ = bench.shown("load \(try write("odd.csv", "a,b,c,kind\n1,2,3,unknown\n1,2,4,benign\n")) target=kind as=o")
    #expect(try bench.failure("evaluate c on=o").message.contains("the model has no class 'unknown'"))
  }

  /// A class of the file that none of the examples has is no obstacle: the advice is to select.
  @Test func theAdviceToSelectWorks() throws {
    let bench = try bench()
    _ = bench.shown("model c cvae \(Self.model) on=d; train c on=d epochs=1")
    let path = try write("odd.csv", "a,b,c,kind\n1,2,3,unknown\n1,2,4,benign\n0,1,4,benign\n")
    _ = bench.shown("load \(path) target=kind as=o")
    let error = try bench.failure("encode c o")
    #expect(error.message == "the model has no class 'unknown'")
    #expect(error.fix == "Its classes: benign, malignant. Select them: d[label=benign]")
    #expect(bench.shown("z = encode c o[label=benign]; count(z)") == ["2"])
    #expect(bench.shown("x = reconstruct c o[label=benign]; shape(x)[0]") == ["4"])
  }

  @Test func completionOffersNames() throws {
    let bench = try bench()
    _ = bench.shown("model c cvae \(Self.model) on=s; z = encode c s")
    func offered(_ line: String) -> [String] {
      bench.session.complete(line, cursor: line.unicodeScalars.count).candidates.map(\.text)
    }
    #expect(offered("sample c label=") == ["benign", "malignant"])
    #expect(offered("sample c label=m") == ["malignant"])
    #expect(offered("plot sample c label=b") == ["benign"])
    #expect(offered("d[label=") == ["benign", "malignant"] && offered("z[label=m") == ["malignant"])
    #expect(offered("interpolate c s from=b").contains("benign"))
    _ = bench.shown("load \(try write("w.csv", "x,kind\n1,two words\n2,Iris-setosa\n")) target=kind as=w")
    #expect(offered("w[label=") == ["Iris-setosa", "\"two words\""])
    #expect(bench.shown("w[label=\"two words\"].count") == ["1"])
    // Of a model that was trained on some of its classes, those.
    _ = bench.shown("train c on=s[label=malignant] epochs=1")
    #expect(offered("sample c label=") == ["malignant"])
  }

  @Test func outputsHaveTheNames() throws {
    let bench = try bench()
    _ = bench.shown("model m \(Self.model) on=d; train m on=d epochs=1; z = encode m d; z > \(folder.file("z.csv"))")
    #expect(
      try contents(of: folder.file("z.csv")).split(separator: "\n").dropFirst().first?.hasPrefix("benign,") == true)
    #expect(bench.shown("z")[0].contains("(malignant)"))
    let json = try #require(bench.run("z").outputs.last?.json)
    #expect(json["labels"]?.arrayValue?.first?.stringValue == "benign")
    let labels = Set(bench.shown("q = anomaly m d top=100; q.label")[0].split { !$0.isLetter }.map(String.init))
    #expect(labels == ["benign", "malignant"], "\(labels)")
    _ = bench.shown(
      "load \(try write("b.csv", "x,y\n" + (0..<60).map { "\($0),\($0 % 2 * 255)" }.joined(separator: "\n"))) target=y as=b"
    )
    _ = bench.shown("model n \(Self.model) on=b; train n on=b epochs=1")
    guard let map = bench.run("plot confusion n on=b").outputs.last?.figure?.kind as? MatrixMap else {
      throw Bench.NotFailed()
    }
    #expect(map.rowNames == ["0", "255"] && map.values.count == 4)
  }

  @Test func aMissingCategoryIsAColumnOfZeros() throws {
    let bench = try Bench()
    let colors = ["red", "blue", "green"]
    let all = (0..<60).map { "\($0 % 7),\(colors[$0 % 3])" }.joined(separator: "\n")
    let some = (0..<60).filter { $0 % 3 < 2 }.map { "\(colors[$0 % 3]),\($0 % 7)" }.joined(separator: "\n")
    _ = bench.shown(
      "load \(try write("all.csv", "x,color\n\(all)\n")) as=d; model m \(Self.model) on=d; train m on=d epochs=1")
    _ = bench.shown(
      "load \(try write("some.csv", "color,x\n\(some)\n")) as=e; load \(try write("pink.csv", "x,color\n1,pink\n2,red\n")) as=f"
    )
    #expect(bench.shown("z = encode m e; count(z)") == ["40"])
    // The same rows of the whole table have the same codes.
    #expect(bench.shown("y = encode m d; y[0] - z[0]").last?.contains("[0, 0]") == true)
    #expect(try bench.failure("evaluate m on=f").message.contains("not trained on the category 'color=pink'"))
  }

  @Test func bytesAndNumbersUpToOneAreTheSameData() throws {
    let bench = try Bench()
    _ = bench.shown("load digits as=d; x = d[0..199]; f = dataset (x * 1)")
    guard case .object(let object)? = bench.session.state.variables["f"]?.value, let f = object as? DatasetValue else {
      throw Bench.NotFailed()
    }
    #expect(f.dataset.storage.dtype == .float32)
    _ = bench.shown("model m mlp hidden=8 latent=2 seed=1 on=x; train m on=x epochs=1")
    let seen = bench.shown("evaluate m on=f").joined()
    #expect(!seen.contains("like=m"))
    #expect(try number("e = evaluate m on=f; e.elbo", bench) == number("e = evaluate m on=x; e.elbo", bench))
    // What like= makes is the same, and nothing is scaled twice.
    #expect(bench.shown("g = transform f like=m; max(abs(g - f), axis=all)") == ["0"])
    _ = bench.shown("i = transform x invert=yes; model n mlp hidden=8 latent=2 seed=1 on=i; train n on=i epochs=1")
    #expect(bench.shown("g = transform f like=n; max(reshape(abs(g - i), 156800, 1))")[0].contains("0"))
    _ = bench.shown("model o mlp hidden=8 latent=2 seed=1 on=f; train o on=f epochs=1")
    #expect(
      bench.shown("g = transform x like=o; max(abs(g - x), axis=all)") == ["0"], "numbers up to 1 are bytes by 1/255")
  }

  @Test func standardizingSeesTheTrainingPartAlone() throws {
    let bench = try Bench()
    _ = bench.shown("d = dataset reshape([1, 3, 5, 7, 1000, 2000], 6, 1); s = split d train=0.5 seed=1")
    let noted = bench.shown("t = transform s standardize=yes").joined()
    #expect(noted.contains("mean and deviation are those of the train part, 3 examples"))
    #expect(abs(try number("mean(t.train)[0]", bench)) < 1e-6)
    #expect(abs(try number("std(t.train)[0]", bench) - 1) < 1e-6)
    #expect(!bench.shown("u = transform d standardize=yes").joined().contains("train part"))
  }

  /// 101325 ± 0.05 and 1e-9 beside a constant: in numpy 0.5, 1 and 0 of these.
  @Test func statisticsKeepTheirDigits() throws {
    let rows = (0..<1000).map { "\(101_325 + 0.05 * Double($0 % 2 * 2 - 1)),\($0 % 2 == 0 ? "3e-9" : "5e-9"),5" }
    let bench = try Bench()
    _ = bench.shown("load \(try write("p.csv", "pressure,tiny,same\n\(rows.joined(separator: "\n"))\n")) as=d")
    let text = bench.shown("describe d").joined()
    for wanted in ["pressure", "0.05", "1e-09"] { #expect(text.contains(wanted), "\(text)") }
    #expect(text.contains(/same +5 +0/), "a constant column has deviation 0")
    _ = bench.shown("s = transform d standardize=yes")
    let seen = bench.shown("describe s").joined()
    #expect(seen.contains(/pressure +[-0-9.e]+ +1\n/) && seen.contains(/tiny +[-0-9.e]+ +1\n/), "\(seen)")
    #expect(seen.contains(/same +0 +0/))
  }
}
