import Foundation
import Notebook
import SessionCore
import Testing
import VAEngine

/// Tables as people work with them: from a file with gaps to rows of a model, by the names of the columns.
@Suite(.serialized) struct TableModelTests {
  private let folder = Folder()

  /// 240 rows: a kind that decides size and place, a count, and a gap in every ninth row.
  private func table() throws -> String {
    var text = "kind,place,size,visits,price\n"
    for row in 0..<240 {
      let kind = row * 7 % 3
      let place = row % 10 == 0 ? "north" : ["north", "south", "east"][kind]
      let size = Double([388, 475, 581][kind] + row * 13 % 11 - 5) / 10
      let price = exp(Double(row * 17 % 29) / 6)
      let visits = [0, 1, 1, 2, 2, 2, 3, 4][row % 8]
      var cells = [
        ["Adelie", "Gentoo", "Chinstrap"][kind], place, "\(size)", "\(visits)", "\((price * 100).rounded() / 100)",
      ]
      if row % 9 == 4 { cells[row / 9 % 5] = "" }
      text += cells.joined(separator: ",") + "\n"
    }
    let path = folder.file("t.csv")
    let file = try #require(fopen(path, "w"))
    fputs(text, file)
    fclose(file)
    return path
  }

  private func model(_ bench: Bench) throws -> TableColumns {
    guard case .object(let model as ModelValue)? = bench.session.state.variables["m"]?.value else {
      throw Bench.NotFailed()
    }
    return try #require(model.configuration.likelihood.columns)
  }

  @Test func aTableGetsANetworkForVectorsAndALikelihoodForEachColumn() throws {
    let bench = try Bench()
    _ = bench.shown("load \(try table()) as=t missing=keep; model m on=t latent=2")
    let columns = try model(bench)
    #expect(columns.models.map(\.name) == ["kind", "place", "size", "visits", "price"])
    #expect(columns.models.map(\.kind) == [.categorical, .categorical, .gaussian, .poisson, .lognormal])
    #expect(columns.models[0].categories == ["Adelie", "Chinstrap", "Gentoo"])
    #expect(columns.models.map(\.decimals) == [nil, nil, 1, 0, 2])
    #expect(columns.hasMissing && columns.models[2].range == 38.3...58.6)
    #expect(said(bench, "m").contains("columns: 1 gaussian, 1 lognormal, 1 poisson, 2"))
    _ = bench.shown("model m on=t likelihood=visits:gaussian,price:gaussian")
    #expect(try model(bench).models.map(\.kind) == [.categorical, .categorical, .gaussian, .gaussian, .gaussian])
    _ = bench.shown("model m mlp on=t likelihood=gaussian")
    guard case .object(let plain as ModelValue)? = bench.session.state.variables["m"]?.value else {
      throw Bench.NotFailed()
    }
    #expect(plain.configuration.likelihood == .gaussian(sigma: 1))
  }

  /// No error, no advice and no number that is of all columns at once.
  @Test func whatColumnsHaveNoUnitForIsNotMeasured() throws {
    let bench = try Bench()
    _ = bench.shown("load \(try table()) as=t missing=keep; model m on=t latent=2 hidden=8 seed=1")
    #expect(try bench.failure("impute m t").fix == "First: train m on=t epochs=100")
    _ = bench.shown("train m on=t epochs=2 batch=48 seed=1")
    #expect(try bench.failure("denoise m t").fix?.contains("impute m t hide=0.2") == true)
    let compressed = said(bench, "compress m t")
    #expect(compressed.contains("times smaller") && !compressed.contains("nan") && !compressed.contains("per pixel"))
    #expect(!said(bench, "doctor m").contains("not scaled"))
  }

  @Test func likelihoodsThatAreNoneAreRefusedWithTheColumn() throws {
    let bench = try Bench()
    _ = bench.shown("load \(try table()) as=t missing=keep; x = dataset zeros(4, 3)")
    #expect(try bench.failure("model m on=t likelihood=vists:poisson").fix == "Did you mean 'visits'?")
    #expect(try bench.failure("model m on=t likelihood=kind:gaussian").message.contains("holds categories"))
    #expect(try bench.failure("model m on=x likelihood=a:gaussian").message.contains("need a table"))
    #expect(try bench.failure("model m on=t likelihood=size:gausian").message.contains("expected one of bernoulli"))
    #expect(try bench.failure("model m on=t likelihood=gausian").message.contains("expected one of bernoulli"))
    _ = bench.shown("model m on=t likelihood=size:poisson latent=2")
    #expect(try bench.failure("train m on=t epochs=1").message.contains("column 'size', example 0"))
  }

  @Test func rowsAreShownAndWrittenByTheirNames() throws {
    let bench = try Bench()
    _ = bench.shown("load \(try table()) as=t missing=keep")
    let head = said(bench, "head t n=5")
    #expect(head.contains("kind") && head.contains("Gentoo") && head.contains("38.3") && !head.contains("kind="))
    let path = folder.file("copy.csv")
    _ = bench.shown("t > \(path)")
    let (original, copy) = (try cells(folder.file("t.csv")), try cells(path))
    #expect(copy.count == 241 && zip(copy, original).allSatisfy { zip($0, $1).allSatisfy(Self.agree) })
    #expect(said(bench, "describe t").contains("missing"))
  }

  private func said(_ bench: Bench, _ source: String) -> String { bench.shown(source).joined(separator: "\n") }

  /// The cells of a file's lines.
  private func cells(_ path: String) throws -> [[Substring]] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
  }

  /// The same text, or the same number: 1 and 1.0.
  private static func agree(_ a: Substring, _ b: Substring) -> Bool {
    if let a = Double(a), let b = Double(b) { return a == b }
    return a == b
  }

  @Test func samplesAndFilledGapsAreRowsOfTheTable() throws {
    let bench = try Bench()
    _ = bench.shown(
      "load \(try table()) as=t missing=keep; model m denoising-vae on=t noise=mask:0.2 latent=2 hidden=32 seed=1")
    _ = bench.shown("train m on=t epochs=100 batch=48 lr=5e-3 seed=1")
    _ = bench.shown("s = sample m n=500 seed=2; s > \(folder.file("s.csv"))")
    let lines = try cells(folder.file("s.csv"))
    #expect(lines[0] == ["kind", "place", "size", "visits", "price"] && lines.count == 501)
    var kinds: [Substring: Int] = [:]
    for cells in lines.dropFirst() {
      kinds[cells[0], default: 0] += 1
      let (size, visits, price) = (Double(cells[2]) ?? 0, Double(cells[3]) ?? -1, Double(cells[4]) ?? 0)
      #expect(38.3...58.6 ~= size && 0...4 ~= visits && 1...107 ~= price)
      #expect(abs(size * 10 - (size * 10).rounded()) < 1e-9)
    }
    #expect(kinds.count == 3 && kinds.values.allSatisfy { $0 > 90 })
    // Filled: what was observed stays, what was not is of its kind.
    _ = bench.shown("full = impute m t; full > \(folder.file("full.csv"))")
    for (before, after) in zip(try cells(folder.file("t.csv")), try cells(folder.file("full.csv"))) {
      #expect(zip(before, after).allSatisfy { $0.isEmpty ? !$1.isEmpty : Self.agree($0, $1) })
      if before[0].isEmpty, let size = Double(before[2]) {
        #expect(after[0] == (size < 43 ? "Adelie" : size < 53 ? "Gentoo" : "Chinstrap"))
      }
    }
    let notes = said(bench, "impute m t hide=0.2 seed=3")
    #expect(notes.contains("27 of 1200 cells filled"))
    // Two of three rows are of another kind than the commonest; size tells which, where it is not hidden too.
    let line = notes.split(separator: "\n").first { $0.hasPrefix("'kind'") } ?? ""
    let shares = line.split(separator: " ").compactMap { Double($0) }.suffix(2)
    #expect(line.contains("% wrong, of the commonest") && shares.count == 2)
    #expect((shares.first ?? 100) < 0.5 * (shares.last ?? 0), "\(line)")
    #expect(
      try bench.failure("model g mlp on=t likelihood=gaussian; impute g t").message.contains("not one of a table's"))
  }

  @Test func evaluationsAndAnomaliesNameTheColumns() throws {
    let bench = try Bench()
    _ = bench.shown("load \(try table()) as=t missing=drop; model m on=t latent=2 hidden=32 seed=1")
    _ = bench.shown("train m on=t epochs=60 batch=48 lr=5e-3 seed=1; e = evaluate m on=t; a = anomaly m t top=3")
    let shown = said(bench, "e")
    #expect(shown.contains("reconstruction (columns)") && !shown.contains("mean squared error"))
    #expect(shown.contains("lognormal") && shown.contains("correct"))
    #expect(said(bench, "a").contains("mostly by"))
    #expect(said(bench, "summary m").contains("Adelie, Chinstrap, Gentoo"))
    let rows = said(bench, "reconstruct m t n=2")
    #expect(rows.contains("data") && rows.contains("model") && rows.contains("visits"))
  }

  /// A table that a model made is there when the workspace is opened again, with its names.
  @Test func rowsOfAModelAreStoredWithTheirNames() throws {
    let bench = try Bench()
    _ = bench.shown("load \(try table()) as=t missing=keep; model m on=t latent=2 hidden=8; s = sample m n=3 seed=1")
    let before = said(bench, "head s")
    guard case .object(let value as DatasetValue)? = bench.session.state.variables["s"]?.value else {
      throw Bench.NotFailed()
    }
    let again = try Restorers(options: SessionOptions()).value(value.stored())
    guard case .object(let dataset as DatasetValue) = again else { throw Bench.NotFailed() }
    #expect(dataset.dataset.columns == value.dataset.columns && dataset.dataset.columns.first == "kind=Adelie")
    #expect(before.contains("price"))
  }
}
