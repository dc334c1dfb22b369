import Notebook
import SessionCore
import Testing

/// What people type at other prompts is refused with our word for it; what means something here is left alone.
@Suite struct HabitTests {
  @Test(arguments: [
    ("\\q", "quit"), ("exit()", "quit"), (".help", "help"), ("whos", "vars"), ("%time train m", "time on"),
    ("del z", "drop z"), (".once out.csv", "> out.csv"), ("%history", "history"), ("print(x)", "show x"),
    ("len(x)", "count(x)"), ("ls", "!"), ("import torch", "everything is there"), ("for b in 1,2", "sweep"),
    ("train --help", "help train"), ("\\d", "vars"),
  ])
  func aHabitIsAnswered(line: String, word: String) throws {
    let failure = try Bench().failure(line)
    #expect(failure.fix?.hasPrefix("In elbo: ") == true && failure.fix?.contains(word) == true, "\(failure)")
  }

  @Test func wordsOfOursStayWhatTheyAre() throws {
    let bench = try Bench()
    #expect(bench.shown("ls = 3; ls").last == "3")
    #expect(try bench.failure("trian m").fix == "Did you mean 'train'?")
    #expect(try bench.failure("x + nope").fix?.hasPrefix("In elbo") != true)
  }
}
