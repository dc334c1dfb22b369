import Notebook
import Plotting

/// What `plot=live` costs a training: the same epochs with and without it, in turns, drawn as a terminal would.
struct LiveTrainingBenchmark {
  struct Result: Codable {
    /// Medians of the trainings' seconds.
    var secondsWithout: Double
    var secondsWith: Double
    var figures: Int
    var percentSlower: Double { 100 * (secondsWith / secondsWithout - 1) }
  }

  private final class Screen: FrontEnd {
    let width = 80
    let keepsTranscripts = false
    var figures = 0
    func ask(_ prompt: String) -> String? { nil }
    func emit(_ event: Event) {
      guard case .progress(let progress) = event, let figure = progress.figure else { return }
      figures += 1
      _ = try? FigureRendering.shared.text(figure, columns: 79, rows: 18, color: .palette)
    }
  }

  /// - Parameter pairs: Trainings of each sort.
  func run(pairs: Int, epochs: Int = 12) -> Result? {
    guard let session = try? Session(SessionOptions()) else { return nil }
    let screen = Screen()
    func seconds(_ line: String) -> Double? {
      let start = ContinuousClock.now
      guard session.execute(line, frontEnd: screen, interruption: Interruption()).status == .ok else { return nil }
      let (seconds, fraction) = (ContinuousClock.now - start).components
      return Double(seconds) + Double(fraction) * 1e-18
    }
    guard seconds("load digits as=d; model m mlp hidden=400 latent=20 seed=1; train m on=d epochs=1;") != nil else {
      return nil
    }
    var (with, without): ([Double], [Double]) = ([], [])
    for pair in 0..<max(pairs, 1) {
      // Each sort goes first as often as the other.
      for live in pair % 2 == 0 ? [false, true] : [true, false] {
        guard seconds("t = fork m;") != nil,
          let time = seconds("train t on=d epochs=+\(epochs)\(live ? " plot=live" : "");")
        else { return nil }
        if live { with.append(time) } else { without.append(time) }
      }
    }
    func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    return Result(secondsWithout: median(without), secondsWith: median(with), figures: screen.figures / max(pairs, 1))
  }
}
