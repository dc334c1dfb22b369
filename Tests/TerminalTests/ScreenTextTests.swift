import SessionCore
import Terminal
import Testing
import Text

@Suite struct ScreenTextTests {
  @Test func colorFollowsTheEnvironment() {
    let on = ["TERM": "xterm"]
    #expect(ColorPolicy(environment: on, isTerminal: true).isOn)
    #expect(!ColorPolicy(environment: on, isTerminal: false).isOn)
    #expect(!ColorPolicy(environment: ["TERM": "dumb"], isTerminal: true).isOn)
    #expect(!ColorPolicy(environment: on.merging(["NO_COLOR": "1"]) { $1 }, isTerminal: true).isOn)
    #expect(ColorPolicy(environment: on.merging(["NO_COLOR": ""]) { $1 }, isTerminal: true).isOn)
    #expect(ColorPolicy(environment: ["CLICOLOR_FORCE": "1"], isTerminal: false).isOn)
    #expect(!ColorPolicy(environment: ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"], isTerminal: true).isOn)
    #expect(!ColorPolicy(environment: on.merging(["CLICOLOR": "0"]) { $1 }, isTerminal: true).isOn)
  }

  @Test func sparklinesRunFromLowToHigh() {
    #expect(sparkline([8, 4, 0], columns: 10) == "█▅▁")
    #expect(sparkline([1, 1], columns: 4) == "▁▁")
    #expect(sparkline([1, .nan, 2], columns: 4) == "▁×█")
    #expect(sparkline(Array(repeating: 0, count: 50) + Array(repeating: 1, count: 50), columns: 4) == "▁▁██")
  }

  @Test func longCompletionListsAreCounted() {
    let many = (0..<200).map { LineCompletion.Candidate(text: "option\($0)", help: "") }
    let list = CompletionList(candidates: many, columns: 40, rows: 10, color: ColorPolicy(isOn: false)).text
    #expect(list.split(separator: "\n").count == 8)
    #expect(list.contains("… and 179 more"))
  }

  @Test func whatWouldScrollAwayStandsInColumnsOptionsFirst() {
    let words = (0..<6).map { LineCompletion.Candidate(text: "word\($0)", help: "meaning \($0)") }
    let options = (0..<8).map { LineCompletion.Candidate(text: "key\($0)=", help: "help \($0)") }
    func lines(rows: Int) -> [Substring] {
      CompletionList(candidates: words + options, columns: 60, rows: rows, color: ColorPolicy(isOn: false)).text
        .split(separator: "\n")
    }
    #expect(lines(rows: 24).count == 14 && lines(rows: 24)[13].hasSuffix("help 7"))
    #expect(lines(rows: 12).count == 7 && lines(rows: 12)[5].hasSuffix("meaning 5"))
    #expect(lines(rows: 8).count <= 6 && !lines(rows: 8).contains { $0.contains("meaning") })
  }
}

@Suite struct ProgressTests {
  let progress = Progress(
    task: "train m epoch 3/20", fraction: 0.46, secondsLeft: 41,
    terms: [
      .init(name: "loss", value: 142.31, unit: "nats"), .init(name: "rec", value: 130.23, unit: "nats"),
      .init(name: "kl", value: 12.08, unit: "nats"), .init(name: "speed", value: 1204.4, unit: "images/s"),
    ], recentLosses: [5, 4, 3, 2, 1])

  func line(_ columns: Int) -> String {
    ProgressBar(columns: columns, color: ColorPolicy(isOn: false)).line(for: progress)
  }

  @Test func aWideScreenShowsEverything() {
    let text = line(160)
    for part in [
      "train m epoch 3/20 ▕", " 46 %", "0:41 left", "loss 142.3 nats", "kl 12.08 nats", "1,204 images/s", "█▇▅▃▁",
    ] {
      #expect(text.contains(part), "\(part) is not in \(text)")
    }
  }

  /// 28 columns between the ends, in eighths.
  @Test func theBarIsAsLongAsItsShareSays() {
    func bar(_ fraction: Double) -> Substring {
      let line = ProgressBar(columns: 160, color: ColorPolicy(isOn: false)).line(
        for: Progress(task: "t", fraction: fraction, secondsLeft: nil, terms: [], recentLosses: []))
      return line.drop { $0 != "▕" }.dropFirst().prefix(28)
    }
    func filled(_ whole: Int, _ part: String = "") -> String {
      let text = String(repeating: "█", count: whole) + part
      return text + String(repeating: " ", count: 28 - text.count)
    }
    #expect(bar(0) == filled(0) && bar(1) == filled(28))
    #expect(bar(0.5) == filled(14) && bar(0.25) == filled(7))
    // 223 and 13 eighths.
    #expect(bar(0.999) == filled(27, "▉") && bar(0.06) == filled(1, "▋"))
  }

  @Test(arguments: [8, 20, 40, 60, 80, 100, 120, 200]) func noLineIsTooWide(columns: Int) {
    #expect(TextWidth.columns(line(columns)) < columns)
  }

  @Test func eightyColumnsShowTheTermsTheSpeedAndTheSparkline() {
    let text = line(80)
    for part in ["▕", "46 %", "0:41", "loss 142.3", "kl 12.08", "1,204/s", "█▇▅▃▁"] {
      #expect(text.contains(part), "\(part) is not in \(text)")
    }
  }

  @Test func aNarrowScreenKeepsTheLossAndTheTimeLeft() {
    let text = line(60)
    #expect(text.contains("loss 142.3"))
    #expect(text.contains("0:41"))
  }

  @Test func aBarComesAfterHalfASecondTenTimesASecondAtMostAndLeavesNothing() {
    var keeper = ProgressLine()
    let bar = ProgressBar(columns: 80, color: ColorPolicy(isOn: false))
    let times = (0..<200).map { Double($0) * 0.01 }
    let drawn = times.filter { keeper.update(progress, now: $0, bar: bar) != nil }
    #expect(drawn.first.map { $0 >= 0.5 && $0 < 0.52 } == true)
    #expect(drawn.count <= 16 && drawn.count >= 13)
    #expect(keeper.end() == "\r\u{1B}[K")
    #expect(keeper.end().isEmpty)
  }

  @Test func shortWorkShowsNothing() {
    var keeper = ProgressLine()
    let bar = ProgressBar(columns: 80, color: ColorPolicy(isOn: false))
    #expect(keeper.update(progress, now: 10, bar: bar) == nil)
    #expect(keeper.update(progress, now: 10.4, bar: bar) == nil)
    #expect(keeper.end().isEmpty)
  }
}
