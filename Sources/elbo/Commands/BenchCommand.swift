import ArgumentParser
import Benchmarks
import Glibc
import Notebook
import Terminal

/// `elbo bench [train WORKLOAD…]`
struct BenchCommand: ElboSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure how fast this machine trains.",
    usage: "elbo bench [train] [mlp] [conv] [burgess] [iwae] [options]",
    discussion: """
      Trains the networks that are compared between frameworks, on MNIST where --data or $ELBO_DATA has it and on images \
      of strokes otherwise, and prints images/s, GFLOP/s, and the share of a 1024³ matrix product's GFLOP/s.
      """)

  @Argument(help: "Workloads: mlp, conv, burgess, iwae (default: all).")
  var workloads: [String] = []

  @Option(help: "Importance samples of iwae.")
  var k = 1

  @Option(help: "Images in a batch (default: the workload's own).")
  var batch: Int?

  @Option(help: "Steps of each of three rounds.")
  var steps = 200

  @Option(help: "Threads (default: one per core).")
  var threads: Int?

  @Option(help: ArgumentHelp("Folder with train-images-idx3-ubyte.", valueName: "dir"))
  var data: String?

  @Flag(help: "One JSON object a workload.")
  var json = false

  private var chosen: [Workload]? {
    let names = workloads.first == "train" ? Array(workloads.dropFirst()) : workloads
    let found = names.compactMap(Workload.init(rawValue:))
    return found.count == names.count ? (found.isEmpty ? Workload.allCases : found) : nil
  }

  func validate() throws {
    if chosen == nil {
      throw ValidationError("Workloads are \(Workload.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    for number in [k, steps, batch, threads] {
      if let number, !(1...1_000_000).contains(number) { throw ValidationError("Expected 1 or more, got \(number).") }
    }
  }

  func run(in surroundings: Surroundings) throws -> Int32 {
    let (pixels, images) = try self.pixels(surroundings)
    let runner = try CellRunner(surroundings: surroundings)
    let interruption = runner.interrupter
    if !json { writeAll("images: \(images)\n", to: STDOUT_FILENO) }
    for workload in chosen ?? [] {
      let benchmark = TrainingBenchmark(workload, batch: batch, k: k, steps: steps, threads: threads, pixels: pixels)
      let outcome = runner.perform { () -> Result<TrainingBenchmark.Result?, ExitStatus> in
        do {
          return .success(try benchmark.run { interruption.isRequested })
        } catch {
          return .failure(ExitStatus(1, "elbo: \(error)"))
        }
      }
      if let signal = runner.terminatedBy { return 128 + signal }
      guard let result = try outcome?.get() else { return 130 }
      writeAll((json ? object(benchmark, result, images) : line(benchmark, result)) + "\n", to: STDOUT_FILENO)
    }
    return 0
  }

  private func line(_ benchmark: TrainingBenchmark, _ result: TrainingBenchmark.Result) -> String {
    let share = fixed(100 * result.gigaflops / result.productGigaflops, decimals: 0)
    let name = benchmark.workload.rawValue + (benchmark.workload == .iwae ? " k=\(k)" : "")
    return padded(name, to: 12) + padded("batch \(benchmark.batch)", to: 11)
      + padded("\(grouped(Int(result.imagesPerSecond))) images/s", to: 18)
      + padded("\(fixed(result.gigaflops, decimals: 0)) GFLOP/s", to: 13)
      + padded("\(share) % of a product's \(fixed(result.productGigaflops, decimals: 0))", to: 25)
      + "peak \(result.peakBytes >> 20) MiB"
  }

  private func object(_ benchmark: TrainingBenchmark, _ result: TrainingBenchmark.Result, _ images: String) -> String {
    JSON.object([
      .init("workload", .string(benchmark.workload.rawValue)), .init("batch", .integer(benchmark.batch)),
      .init("k", .integer(k)), .init("steps", .integer(steps)), .init("images", .string(images)),
      .init("images_per_second", .number(result.imagesPerSecond)), .init("gflops", .number(result.gigaflops)),
      .init("product_gflops", .number(result.productGigaflops)), .init("loss_nats", .number(result.loss)),
      .init("peak_bytes", .integer(result.peakBytes)),
    ]).text()
  }

  /// Images of 28×28, and what they are.
  private func pixels(_ surroundings: Surroundings) throws -> ([UInt8], String) {
    let folders =
      data.map { [$0] } ?? (surroundings.environment["ELBO_DATA"] ?? "").split(separator: ":").map(String.init)
    for folder in folders {
      for name in ["train-images-idx3-ubyte", "mnist/train-images-idx3-ubyte"] {
        guard let bytes = bytesOfFile(folder + "/" + name), bytes.count > 16 + 784 else { continue }
        let count = (bytes.count - 16) / 784
        return (Array(bytes[16..<(16 + count * 784)]), "MNIST, \(grouped(count)) of \(folder)")
      }
    }
    if let data { throw ExitStatus(1, "elbo: \(data) holds no train-images-idx3-ubyte") }
    return (Self.strokes(count: 1024), "1,024 of strokes (no MNIST: give --data DIR)")
  }

  /// Images of one thick slanted stroke each: about as many bright pixels as a digit.
  private static func strokes(count: Int) -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: count * 784)
    for image in 0..<count {
      for y in 4..<24 {
        let centre = 14 + (y - 14) * (image % 15 - 7) / 10 + image % 7 - 3
        for x in max(0, centre - 2)...min(27, max(0, centre + 2)) {
          pixels[image * 784 + y * 28 + x] = x == centre ? 255 : UInt8(90 + image * 37 % 150)
        }
      }
    }
    return pixels
  }
}
