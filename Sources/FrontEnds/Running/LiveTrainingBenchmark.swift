import Figures
import Notebook
import SessionCore

/// The cost of `plot=live` in a training: pairs of short trainings with and without it, alternated so that changes of
/// the machine's speed affect both, with figures drawn as on a terminal.
package struct LiveTrainingBenchmark {
  package init() {}

  package struct Result: Codable {
    /// Medians of the trainings' seconds.
    package var secondsWithout: Double
    package var secondsWith: Double
    /// Median of how much longer the training with figures of each pair took, and its standard error.
    package var percentSlower: Double
    package var standardError: Double
    /// The part of the trainings' time that went into drawing, the first figure left out: it starts gnuplot.
    package var percentDrawing: Double
    package var pairs: Int
    package var figures: Int
  }

  private final class Screen: FrontEnd {
    let width = 80
    let keepsTranscripts = false
    var figures = 0
    var drawing = Duration.zero
    func ask(_ prompt: String) -> String? { nil }
    func emit(_ event: Event) {
      guard case .progress(let progress) = event, let figure = progress.figure else { return }
      figures += 1
      let start = ContinuousClock.now
      defer { if figures > 1 { drawing += ContinuousClock.now - start } }
      _ = figure.kind.text(figure, on: TextScreen(columns: 79, rows: 18, color: .palette))
    }
  }

  /// - Parameter pairs: The number of trainings of each kind.
  package func run(pairs: Int, epochs: Int = 4) -> Result? {
    guard let session = try? Session(SessionOptions()) else { return nil }
    let screen = Screen()
    func seconds(_ line: String) -> Double? {
      let start = ContinuousClock.now
      guard session.execute(line, frontEnd: screen, interruption: Interruption()).status == .ok else { return nil }
      return Self.seconds(ContinuousClock.now - start)
    }
    guard seconds("load digits as=d; model m mlp hidden=400 latent=20 seed=1; train m on=d epochs=1;") != nil,
      // Starts gnuplot, as the first figure of any session does.
      seconds("t = fork m;") != nil, seconds("train t on=d epochs=+2 plot=live;") != nil
    else { return nil }
    (screen.figures, screen.drawing) = (1, .zero)
    var (with, without): ([Double], [Double]) = ([], [])
    for pair in 0..<max(pairs, 1) {
      // Both kinds are first equally often.
      for live in pair % 2 == 0 ? [false, true] : [true, false] {
        guard seconds("t = fork m;") != nil,
          let time = seconds("train t on=d epochs=+\(epochs)\(live ? " plot=live" : "");")
        else { return nil }
        if live { with.append(time) } else { without.append(time) }
      }
    }
    func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    let slower = zip(with, without).map { 100 * ($0 / $1 - 1) }
    let mean = slower.reduce(0, +) / Double(slower.count)
    let variance = slower.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(slower.count - 1, 1))
    return Result(
      secondsWithout: median(without), secondsWith: median(with), percentSlower: median(slower),
      // Of a median of normal draws: (π/2)^½ times that of their mean.
      standardError: (variance / Double(slower.count) * .pi / 2).squareRoot(),
      percentDrawing: 100 * Self.seconds(screen.drawing) / with.reduce(0, +), pairs: slower.count,
      figures: screen.figures - 1)
  }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}
