import Foundation
import Notebook
import SessionCore
import Testing
import VAEngine

/// Likelihoods of counts and the regularized families as commands: options, refusals, pages, what the doctor says.
@Suite(.serialized) struct ObjectiveChoiceTests {
  /// A file of counts, 5 a row, whose variance is many times their mean and has nothing to do with each other.
  private static func counts(_ folder: Folder) throws -> String {
    var text = "a,b,c,d,e\n"
    for row in 0..<200 {
      text +=
        (0..<5).map { column in
          let hash = (row * 7919 + column * 104_729) % 1009
          return String(hash % 4 == 0 ? hash % 97 : hash % 3)
        }.joined(separator: ",") + "\n"
    }
    let path = folder.file("counts.csv")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test(arguments: [
    ("likelihood=nb sigma=3", "It applies to likelihood=gaussian."),
    ("likelihood=gaussian library=yes", "It applies to likelihood=poisson, nb and zinb."),
    ("vae estimator=mws", "It applies to beta-tcvae."), ("vae repeats=2", "It applies to miwae and piwae."),
    ("likelihood=nbb", "Did you mean 'nb'?"),
  ]) func anOptionOfAnotherModelSaysWhose(_ words: String, _ fix: String) throws {
    let bench = try Bench()
    let failure = try bench.failure("model q mlp \(words)")
    #expect(failure.code == "E103" && failure.fix == fix, "\(failure)")
  }

  @Test(arguments: [
    ("info-vae alpha=0 lambda=0.5", "rewards codes that differ"), ("info-vae alpha=2", "expected 0 to 1"),
    ("ciwae elbo=2", "a share from 0 to 1"), ("beta-tcvae estimator=mm", "mss"), ("rae penalty=l3", "l2"),
    ("miwae repeats=0", "repeats"),
  ]) func settingsThatMeanNothingAreRefused(_ words: String, _ said: String) throws {
    let bench = try Bench()
    let failure = try bench.failure("model q \(words) mlp")
    #expect(failure.code == "E103" && failure.message.contains(said), "\(failure)")
  }

  @Test func everyFamilyAndLikelihoodHasAPage() throws {
    let bench = try Bench()
    let help = bench.shown("help model")[0]
    for family in Family.all where !["ae", "vae", "iwae"].contains(family.word) {
      let page = bench.shown("explain \(family.word)")[0].split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(!family.theory.isEmpty && page.contains(family.source), "\(family)")
      #expect(help.contains(family.word))
    }
    for name in ["laplace", "student-t", "poisson", "nb", "zinb"] {
      #expect(bench.shown("explain \(name)")[0].contains("log p(x | z)") || name == "zinb")
      #expect(help.contains(name))
    }
  }

  @Test func theDoctorTellsCountsThatVaryMore() throws {
    let folder = Folder()
    let bench = try Bench()
    _ = bench.shown(
      "threads 1; load \(try Self.counts(folder)) as=t; model m mlp hidden=4 latent=1 likelihood=poisson on=t seed=1; "
        + "train m on=t epochs=30 seed=1;")
    let rows = try #require(bench.run("doctor m on=t").outputs.last?.json?.arrayValue)
    let row = rows.first { $0["check"]?.stringValue == "counts vary more than a Poisson" }
    let advice = try #require(row?["next"]?.stringValue, "\(rows)")
    #expect(advice.contains("likelihood=nb"))
    #expect(bench.run(advice).status == .ok)
  }

  @Test func valuesThatAreNoCountsAreNamedWithAWayOut() throws {
    let bench = try Bench()
    _ = bench.shown(
      "threads 1; load digits as=all; d = all.train[0..99]; model m mlp hidden=4 latent=1 likelihood=zinb on=d;")
    let failure = try bench.failure("train m on=d epochs=1")
    #expect(failure.message.contains("of counts 0, 1, 2, …") && failure.fix?.contains("gaussian-learned") == true)
    let rows = try #require(bench.run("doctor m on=d").outputs.last?.json?.arrayValue)
    #expect(rows.first?["check"]?.stringValue == "input is not of counts")
    #expect(bench.run(rows.first?["next"]?.stringValue ?? "").status == .ok)
  }

  @Test func aMixtureOfDensitiesAndProbabilitiesIsNotCompared() throws {
    let bench = try Bench()
    let folder = Folder()
    _ = bench.shown(
      "threads 1; load \(try Self.counts(folder)) as=t; model p mlp hidden=4 latent=1 likelihood=poisson on=t; "
        + "model g mlp hidden=4 latent=1 likelihood=student-t on=t; train p on=t epochs=1; train g on=t epochs=1;")
    #expect(try bench.failure("compare p g on=t").message.contains("a density and a probability"))
    _ = bench.shown("model n mlp hidden=4 latent=1 likelihood=nb on=t; train n on=t epochs=1; compare p n on=t")
  }
}
