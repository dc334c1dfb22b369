import Notebook
import SessionCore
import Testing

/// What people type at other prompts is refused with our word for it; what means something here is left alone.
@Suite struct HabitTests {
  @Test(arguments: [
    ("\\q", "quit"), ("exit()", "quit"), (".help", "help"), ("whos", "vars"), ("%timeit train m", "time train m"),
    ("del z", "drop z"), (".once out.csv", "> out.csv"), ("%history", "history"), ("print(x)", "show x"),
    ("%cd data", "cd data"), ("ls", "!"), ("import torch", "everything is there"), ("for b in 1,2", "sweep"),
    ("train --help", "help train"), ("\\d", "vars"),
  ])
  func aHabitIsAnswered(line: String, word: String) throws {
    let failure = try Bench().failure(line)
    #expect(failure.fix?.hasPrefix("In elbo: ") == true && failure.fix?.contains(word) == true, "\(failure)")
  }

  @Test(arguments: [
    ("for b in 0.5,1,2 { set m beta=b; train m on=d }", "s = sweep m on=d beta=0.5,1,2"),
    ("for b in 0.5, 1, 2 {\n  train n on=digits.train lr=b\n}", "s = sweep n on=digits.train lr=0.5,1,2"),
    ("for latent in [2, 8]: train m on=d", "s = sweep m on=d latent=2,8"),
    ("for i in range(3): train m", "s = sweep m on=d beta=0.5,1,2"), ("for", "sweep"), ("for x", "sweep"),
  ])
  func aLoopIsAnsweredWithTheSweepThatItIs(line: String, sweep: String) throws {
    let failure = try Bench().failure(line)
    #expect(failure.fix?.contains(sweep) == true, "\(failure)")
  }

  @Test func wordsOfOursStayWhatTheyAre() throws {
    let bench = try Bench()
    #expect(bench.shown("ls = 3; ls").last == "3")
    #expect(try bench.failure("trian m").fix == "Did you mean 'train'?")
    #expect(try bench.failure("x + nope").fix?.hasPrefix("In elbo") != true)
  }
}
