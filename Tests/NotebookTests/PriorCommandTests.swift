import Foundation
import Notebook
import SessionCore
import Testing
import VAEngine

/// Priors and scores of disentanglement as commands.
@Suite(.serialized) struct PriorCommandTests {
  @Test func aPriorIsAnOptionThatIsShownKeptAndCompared() throws {
    let folder = Folder()
    let bench = try Bench()
    _ = bench.shown("threads 1; load digits as=all; d = all.train[0..99]; t = all.test[0..99]")
    _ = bench.shown(
      "model v mlp hidden=16 latent=2 prior=vamp components=20 on=d seed=1; train v on=d epochs=2 batch=50;")
    _ = bench.shown(
      "model g mlp hidden=16 latent=2 prior=mixture components=5 on=d seed=1; train g on=d epochs=2 batch=50;")
    _ = bench.shown("model n mlp hidden=16 latent=2 on=d seed=1; train n on=d epochs=2 batch=50;")
    let shown = bench.shown("show v")[0]
    #expect(shown.contains("vamp") && shown.contains("20"), "\(shown)")
    #expect(!bench.shown("show n")[0].contains("components"))
    let measured = bench.shown("evaluate v on=t nll=20")[0].split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(measured.contains("of one draw of each posterior from prior=vamp"), "\(measured)")
    _ = bench.shown("compare v g on=t")
    let refusal = try bench.failure("compare v n on=t")
    #expect(refusal.message.contains("the rate of v is of one draw") && refusal.fix?.contains("nll=500") == true)
    #expect(bench.shown("kl v on=t")[0].contains("from prior=vamp"))
    _ = bench.shown("x = sample v n=3 seed=1; x")
    let path = folder.file("v.safetensors")
    let before = bench.shown("evaluate v on=t")[0]
    #expect(bench.shown("save v \(path); w = open \(path); evaluate w on=t").last == before)
    #expect(bench.shown("explain vamp")[0].contains("Tomczak & Welling 2018"))
  }

  @Test(arguments: [
    ("vae components=5", "only prior=mixture and prior=vamp"), ("vae prior=vamp freebits=1", "no KL of each dimension"),
    ("beta-tcvae prior=vamp", "does not apply"), ("iwae prior=mixture gradient=dreg", "parameters of its own"),
    ("ae prior=vamp", "does not apply"), ("vae prior=vampire", "vamp"),
  ]) func aPriorThatTheObjectiveCannotHaveIsRefused(_ words: String, _ said: String) throws {
    let bench = try Bench()
    let failure = try bench.failure("model q \(words) mlp")
    #expect(failure.code == "E103" && (failure.message + (failure.fix ?? "")).contains(said), "\(failure)")
  }

  @Test func moreComponentsThanExamplesAreRefusedBeforeTraining() throws {
    let bench = try Bench()
    _ = bench.shown(
      "load digits as=all; d = all.train[0..19]; model v mlp hidden=4 latent=2 prior=vamp components=30 on=d;")
    let failure = try bench.failure("train v on=d epochs=1")
    #expect(
      failure.message.contains("30 components begin at as many examples")
        && failure.fix == "Use components=20 or fewer.")
  }

  @Test func scoresOfDisentanglementAreOfKnownFactors() throws {
    let bench = try Bench()
    _ = bench.shown(
      "threads 1; load sprites n=300 seed=1 as=s; model m mlp hidden=8 latent=3 on=s seed=1; train m on=s epochs=1;")
    let report = try #require(bench.run("disentangle m on=s scores=mig,sap,irs,modularity,explicitness").outputs.last)
    #expect(
      report.text.contains("MIG") && report.text.contains("at most") && report.text.contains("rotation"),
      "\(report.text)")
    #expect(!report.text.contains("DCI"))
    let first = bench.shown("disentangle m on=s scores=mig,factorvae,dci factors=shape,x")[0]
    #expect(bench.shown("disentangle m on=s scores=mig,factorvae,dci factors=shape,x")[0] == first)
    #expect(bench.run("plot disentangle m on=s").outputs.last?.figure != nil)
    #expect(try bench.failure("disentangle m on=s scores=mgi").fix == "Did you mean 'mig'?")
    #expect(try bench.failure("disentangle m on=s factors=z").fix?.contains("rotation") == true)
    _ = bench.shown("load digits as=d; model k mlp hidden=8 latent=2 on=d")
    #expect(try bench.failure("disentangle k on=d").message.contains("no known factors"))
  }
}
