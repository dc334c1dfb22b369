import GRDB
import Notebook
import SessionCore
import Testing
import VAEngine

/// A family that one file declares is everywhere where families are.
@Suite(.serialized) struct ExampleFamilyTests {
  private static let lines = [
    "threads 1", "load digits as=all; d = all.train[0..99]; t = all.test[0..99]",
    "model m example-vae mlp hidden=16 latent=3 rho=20 on=d seed=1", "train m on=d epochs=4 batch=33 seed=1;",
  ]

  /// Runs `body` in a session that knows the family.
  private func withFamily(_ options: SessionOptions = SessionOptions(), _ body: (Bench) throws -> Void) throws {
    try Family.$additional.withValue([.example]) { try body(try Bench(options)) }
  }

  @Test func helpAndCompletionHaveIt() throws {
    try withFamily { bench in
      let help = bench.shown("help model")[0]
      #expect(help.contains("example-vae") && help.contains("rho=X") && help.contains("weight of the squared codes"))
      #expect(help.contains("(default 0.5)"))
      #expect(bench.shown("explain example-vae")[0].contains("Hoerl & Kennard 1970"))
      #expect(bench.shown("explain shrunk")[0].contains("ρ · E Σ mean²"))
      #expect(bench.shown("help doctor")[0].contains("of example-vae: a rho above 10"))
      let words = bench.session.complete("model m exam", cursor: 12).candidates.map(\.text)
      #expect(words.contains { $0.hasPrefix("example-vae") }, "\(words)")
      let options = bench.session.complete("model m example-vae rh", cursor: 22).candidates.map(\.text)
      #expect(options.contains { $0.hasPrefix("rho=") }, "\(options)")
      let refusal = try bench.failure("model n vae rho=1")
      #expect(refusal.fix == "It applies to example-vae.")
    }
    let plain = try Bench()
    #expect(!plain.shown("help model")[0].contains("example-vae"), "only where it was added")
  }

  @Test func itsTermAndSettingAreInEveryReport() throws {
    try withFamily { bench in
      for line in Self.lines { _ = bench.shown(line) }
      let history = try #require(bench.run("m.history").outputs.last?.json?.arrayValue)
      let last = try #require(history.last)
      let loss = try #require(last["loss"]?.doubleValue)
      let parts = try ["reconstruction", "kl", "ridge"].map { try #require(last[$0]?.doubleValue) }
      #expect(parts[2] > 0)
      #expect(abs(loss - parts[0] - parts[1] - 20 * parts[2]) < 1e-4 * loss, "\(last)")
      let shown = bench.shown("show m")[0]
      #expect(shown.contains("rho") && shown.contains("ridge"), "\(shown)")
      let ridge = try #require(Double(bench.shown("m.ridge")[0]))
      #expect(abs(ridge - parts[2]) < 0.01)
      _ = bench.shown("set m rho=3")
      _ = bench.shown("train m epochs=+1;")
      let later = try #require(bench.run("m.history").outputs.last?.json?.arrayValue?.last)
      let terms = try ["reconstruction", "kl", "ridge", "loss"].map { try #require(later[$0]?.doubleValue) }
      #expect(abs(terms[3] - terms[0] - terms[1] - 3 * terms[2]) < 1e-4 * terms[3], "a live change: \(later)")
      let curves = try #require(bench.run("plot loss m").outputs.last)
      #expect(curves.figure.map { "\($0)" }?.contains("ridge") == true)
    }
  }

  @Test func theDoctorAsksIt() throws {
    try withFamily { bench in
      for line in Self.lines { _ = bench.shown(line) }
      _ = bench.shown("train m epochs=+40;")
      let tables = bench.run("doctor m on=t").outputs.compactMap { $0.json?.arrayValue }
      let rows = try #require(tables.last)
      let row = try #require(rows.first { $0["check"]?.stringValue == "rho is too large" }, "\(rows)")
      let advice = try #require(row["next"]?.stringValue)
      #expect(advice.contains("example-vae mlp hidden=16 latent=3 rho=1 on=d"), "\(advice)")
      #expect(bench.run(advice).status == .ok)
    }
  }

  @Test func aBatchOfOneIsRefusedBeforeTraining() throws {
    try withFamily { bench in
      _ = bench.shown(
        "load digits as=all; d = all.train[0..99]; model m example-vae mlp hidden=4 latent=2 on=d seed=1;")
      let failure = try bench.failure("train m on=d epochs=1 batch=1")
      #expect(failure.message.contains("couples the examples of a batch") && failure.fix == "Use batch=2 or more.")
      _ = bench.shown("train m on=d epochs=1 batch=33;")
    }
  }

  @Test func filesAndWorkspacesKeepIt() throws {
    let folder = Folder()
    let options = SessionOptions(workspace: folder.file("work.elbodb"))
    var before = ""
    try withFamily(options) { bench in
      for line in Self.lines { _ = bench.shown(line) }
      _ = bench.shown("save m \(folder.file("m.safetensors"))")
      before = bench.shown("evaluate m on=t")[0]
      bench.session.close()
    }
    try withFamily(options) { bench in
      #expect(bench.shown("evaluate m on=t")[0] == before)
      let opened = bench.shown("n = open \(folder.file("m.safetensors")); show n")
      #expect(opened.joined().contains("rho"))
      bench.session.close()
    }
    let steps = try DatabaseQueue(path: folder.file("work.elbodb")).read { db in
      try Int.fetchOne(db, sql: "SELECT count(*) FROM metrics WHERE model = 'm' AND name = 'ridge'")
    }
    // 99 examples in batches of 33, and one more, which joins the last.
    #expect(steps == 12, "the store has the term of every step")
    let plain = try Bench()
    let failure = try plain.failure("n = open \(folder.file("m.safetensors"))")
    #expect(failure.message.contains("family 'example-vae' is not one of this program"))
  }
}
