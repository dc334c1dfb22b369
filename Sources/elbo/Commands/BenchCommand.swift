import ArgumentParser
import Benchmarks
import Datasets
import Foundation
import FrontEnds
import JSONText
import Rendering
import Terminal
import Text

/// `elbo bench`: measures the speed of this machine.
struct BenchCommand: ElboSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure the speed of this machine.",
    discussion: """
      elbo bench                      every training workload, 100 steps each
      elbo bench train conv           images/s of one workload: mlp, conv, burgess or iwae
      elbo bench train iwae --k 50    with 50 importance samples
      elbo bench ops                  the time of single ops
      elbo bench compile              from a written graph to a program that can run
      elbo bench session              cells with a workspace on disk, completion, opening a large workspace
      elbo bench ops --backend onednn matrix products and convolutions of elbo and of oneDNN
      elbo bench plots                figures of every kind
      elbo bench live                 the cost of plot=live in a training
      """)

  static let handlesSignals = false

  enum Backend: String, ExpressibleByArgument, CaseIterable { case own, onednn }

  enum Suite: String, ExpressibleByArgument, CaseIterable { case train, ops, compile, session, plots, live }

  @Argument(help: "train, ops, compile, session, plots or live.")
  var what = Suite.train

  @Argument(help: "mlp, conv, burgess or iwae; default: all.")
  var workload: String?

  @Option(help: "Importance samples of iwae.")
  var k = 1

  @Option(help: "Examples per step (default: the workload's own).")
  var batch: Int?

  @Option(help: "Steps of each of the three timed runs.")
  var steps = 100

  @Option(help: "A folder with the MNIST files (default: the built-in digits).")
  var data: String?

  @Option(help: "Threads to compute with (default: one per core).")
  var threads: Int?

  @Option(help: "own, or onednn to time both.")
  var backend = Backend.own

  @Flag(help: "One JSON object per line.")
  var json = false

  @Flag(help: "Also print the fraction of a step that each kernel takes.")
  var profile = false

  func validate() throws {
    if let workload, Workload(rawValue: workload) == nil {
      let known = Workload.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("no workload '\(workload)'. Workloads: \(known).")
    }
    guard k > 0, steps > 0, batch ?? 1 > 0, threads ?? 1 > 0 else {
      throw ValidationError("--k, --batch, --steps and --threads must be at least 1.")
    }
  }

  func run(in process: ProcessContext) throws -> Int32 {
    if what == .plots {
      try plots()
      return 0
    }
    if what == .live {
      guard let live = LiveTrainingBenchmark().run(pairs: 30) else { return 1 }
      if json { try say(live) } else { show(live) }
      return 0
    }
    if what == .ops {
      try OpBenchmark.run(threads: threads, backend: backend == .onednn ? .onednn : .own) { result in
        if json { try say(result) } else { show(result) }
      }
      return 0
    }
    if what == .compile {
      try CompileBenchmark.run(threads: threads) { result in
        if json { try say(result) } else { show(result) }
      }
      return 0
    }
    if what == .session {
      try SessionBenchmark.run { result in
        if json { try say(result) } else { show(result) }
      }
      return 0
    }
    let images = try images()
    for name in workload.map({ [$0] }) ?? Workload.allCases.map(\.rawValue) {
      guard let workload = Workload(rawValue: name) else { continue }
      var benchmark = TrainBenchmark(workload, threads: threads)
      benchmark.steps = steps
      if workload == .iwae { benchmark.k = k }
      if let batch { benchmark.batch = batch }
      var source = images
      if workload == .iwae { source = try source.adding([.binarizeDynamic]) }
      let result = try benchmark.run(source)
      if json { try say(result) } else { show(result) }
    }
    return 0
  }

  private func show(_ result: CompileBenchmark.Result) {
    line(
      result.name.padding(toLength: 20, withPad: " ", startingAt: 0), "\(result.nodes) nodes",
      String(format: "%9.1f ms (%.1f…%.1f)", result.milliseconds, result.fastest, result.slowest))
  }

  private func plots() throws {
    do {
      try PlotBenchmark.run { result in
        guard !json else { return try say(result) }
        let name = result.name.padding(toLength: 42, withPad: " ", startingAt: 0)
        let limit = result.limit.map {
          String(format: "  limit %.0f ms%@", $0, result.milliseconds > $0 ? ", missed" : "")
        }
        line(
          name, String(format: "%7.1f ms (%.1f…%.1f)", result.milliseconds, result.fastest, result.slowest),
          NumberText.bytes(result.bytes) + (limit ?? ""))
      }
    } catch let error as PlotError { throw ValidationError(error.advice) }
  }

  private func show(_ live: LiveTrainingBenchmark.Result) {
    line(
      String(
        format:
          "training with plot=live: %+.1f ± %.1f %% (median of %d pairs of %.2f s); %.1f %% of it drawing %d figures",
        live.percentSlower, live.standardError, live.pairs, live.secondsWithout, live.percentDrawing, live.figures))
  }

  private func images() throws -> Dataset {
    guard let data else {
      let digits = try DatasetCatalogue().load("digits")
      return digits.part("train") ?? digits
    }
    let folder = data.hasSuffix("/") ? String(data.dropLast()) : data
    let parent = folder.split(separator: "/").dropLast().joined(separator: "/")
    let root = (folder.hasPrefix("/") ? "/" : "") + (parent.isEmpty ? "." : parent)
    let mnist = try DatasetCatalogue(dataDirectories: [root]).load("mnist")
    return mnist.part("train") ?? mnist
  }

  private func say(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    line(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// Writes every line immediately, so that `elbo bench | head` works.
  private func line(_ parts: String...) { writeAll(parts.joined(separator: " ") + "\n", to: 1) }

  private func show(_ result: SessionBenchmark.Result) {
    line(
      result.what.padding(toLength: 50, withPad: " ", startingAt: 0),
      String(
        format: "%8.2f ms median, %8.2f ms at 95 %% of %d", result.medianMilliseconds, result.slowest95Milliseconds,
        result.runs))
  }

  private func show(_ result: OpBenchmark.Result) {
    let name = result.name.padding(toLength: 30, withPad: " ", startingAt: 0)
    let flops = result.gigaflops > 0 ? String(format: "%8.1f GFLOP/s", result.gigaflops) : ""
    let time = String(format: "%10.1f µs", result.microseconds)
    guard let other = result.onednnMicroseconds else {
      line(name, time, String(format: "%9.3f ns/element", result.nanosecondsPerElement), flops)
      return
    }
    let theirs = String(format: "oneDNN %10.1f µs   ", other)
    line(name, time, flops, theirs, String(format: "%.2f× as fast", other / result.microseconds))
  }

  private func show(_ result: TrainBenchmark.Result) {
    let name = result.workload + (result.k > 1 ? " k=\(result.k)" : "")
    line(
      "\(name): \(Int(result.imagesPerSecond)) images/s, \(Int(result.gigaflops)) GFLOP/s, "
        + "\(Int((100 * result.fractionOfMatmul).rounded())) % of a 1024³ matrix product (\(Int(result.matmulGigaflops)) GFLOP/s); "
        + String(format: "loss %.2f nats/image; peak memory %.0f MB; ", result.loss, result.peakMemoryMegabytes)
        + "batch \(result.batch), \(result.threads) \(inflected("thread", for: result.threads))")
    guard profile else { return }
    for kernel in result.kernels.prefix(24) {
      line(String(format: "  %5.1f %% %9.1f µs  ", 100 * kernel.share, kernel.microseconds) + kernel.name)
    }
  }
}
