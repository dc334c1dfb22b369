import Foundation
import Notebook
import SessionCore
import Testing

/// After early stopping every figure of the model is of the epoch that was restored.
@Suite(.serialized) struct EarlyStoppingTests {
  private static let lines = [
    "threads 1", "load digits as=all; few = all.train[0..99]", "model m mlp hidden=64 latent=4 on=few seed=1",
    "train m on=few epochs=200 batch=10 lr=0.005 validate=0.5 patience=5 seed=1",
  ]

  @Test func theFiguresAreOfTheRestoredEpoch() throws {
    let folder = Folder()
    let options = SessionOptions(workspace: folder.file("work.elbodb"))
    let bench = try Bench(options)
    var report = ""
    for line in Self.lines { report = bench.shown(line).first ?? "" }
    let history = try #require(bench.run("m.history").outputs.last?.json?.arrayValue)
    let validation = history.compactMap { $0["validation"]?.doubleValue }
    let best = try #require(validation.indices.min { validation[$0] < validation[$1] })
    #expect(best + 1 < history.count, "there are epochs that were discarded")
    let loss = try #require(history[best]["loss"]?.doubleValue)
    let kl = try #require(history[best]["kl"]?.doubleValue)
    func text(_ value: Double) -> String { String(format: "%.2f", value) }
    #expect(report.contains("\(text(loss)) nats/example, mean of epoch \(best + 1)\n"), "\(report)")
    #expect(report.contains("\(text(validation[best])) nats/example, 50 held out"))
    #expect(report.contains("restored the parameters of epoch \(best + 1)"))
    func check(_ bench: Bench, _ when: String) throws {
      let seen = try bench.shown("m.loss\nm.kl").map { try #require(Double($0)) }
      #expect(abs(seen[0] - loss) < 0.01 && abs(seen[1] - kl) < 0.01, "\(when)")
      let shown = bench.shown("show m")[0]
      #expect(shown.contains("mean of epoch \(best + 1)"), "\(when): \(shown)")
      #expect(shown.contains(text(validation[best])), "\(when): \(shown)")
      #expect(shown.contains("epoch \(history.count): restored the parameters of epoch \(best + 1)"), "\(when)")
      // Measured: the validation of that epoch, not of the last.
      let rows = try #require(bench.run("doctor m").outputs.last?.json?.arrayValue)
      let gap = try #require(rows.first { $0["check"]?.stringValue?.contains("overfitting") == true })
      let held = DoctorBench.numbers(gap["evidence"]?.stringValue ?? "")[1]
      #expect(abs(held - validation[best]) < 1, "\(when)")
    }
    try check(bench, "live")
    bench.session.close()
    let again = try Bench(options)
    try check(again, "reopened")
    // More training makes them those of the new epoch.
    _ = again.shown("train m epochs=+1 patience=0;")
    let last = try #require(again.run("m.history").outputs.last?.json?.arrayValue?.last?["loss"]?.doubleValue)
    #expect(abs(try #require(Double(again.shown("m.loss")[0])) - last) < 0.01)
    again.session.close()
  }
}
