import Glibc
import Language
import SessionCore
import Tensors
import Text
import VAEngine

/// What a sweep does: its settings, how many trials it makes of them, and how each is trained and measured.
struct SweepPlan: Codable, Sendable, Equatable {
  enum Metric: String, Codable, Sendable, Choice {
    case elbo, nll, reconstruction

    /// What its numbers are called: of all of them less is better.
    var label: String {
      switch self {
      case .elbo: "−ELBO"
      case .nll: "−log p(x)"
      case .reconstruction: "reconstruction"
      }
    }

    var help: String {
      switch self {
      case .elbo: "−ELBO of what is held out"
      case .nll: "−log p(x) of what is held out, by 100 importance samples"
      case .reconstruction: "−log p(x|z), or the squared error, of what is held out"
      }
    }
  }

  enum Stop: String, Codable, Sendable, Choice {
    case halving, no

    var help: String {
      switch self {
      case .halving: "a ninth of the epochs for all, a third for the best third, all of them for the best ninth"
      case .no: "all epochs for every trial"
      }
    }
  }

  static let importanceSamples = 100

  var axes: [SweepAxis]
  /// The variable with the data.
  var data: String
  var epochs: Int
  var validate: String
  var metric: Metric
  /// Of the weights, the order of the examples and what is held out: the same for every trial.
  var seeds: [UInt64]
  var stop: Stop

  /// Epochs after which trials are compared, and the share of them that goes on: successive halving by thirds (Jamieson &
  /// Talwalkar 2016, algorithm 1).
  var rungs: [(epochs: Int, share: Int)] {
    guard stop == .halving else { return [(epochs, 1)] }
    var rungs: [(epochs: Int, share: Int)] = []
    for share in [9, 3, 1] {
      let count = max(1, (epochs + share - 1) / share)
      if rungs.last?.epochs != count { rungs.append((count, 9 / share)) }
    }
    return rungs
  }

  /// The largest number of trials.
  static let limit = 10_000
  /// Of a search over ranges.
  static let usualTrials = 20

  /// The settings of each trial: all combinations, or so many random ones, none twice where there are only lists.
  static func settings(_ axes: [SweepAxis], trials: Int?, seed: UInt64) -> [[String]] {
    let lists = axes.compactMap(\.list)
    let stream = RandomStream(seed: seed, purpose: "sweep")
    guard lists.count == axes.count else {
      return (0..<(trials ?? usualTrials)).map { trial in
        axes.enumerated().map { $1.value(at: Double(stream.uniform(trial * axes.count + $0))) }
      }
    }
    let size = lists.reduce(1) { min($0 * $1.count, limit + 1) }
    func combination(_ index: Int) -> [String] {
      var rest = index
      return lists.reversed().map { list in
        defer { rest /= list.count }
        return list[rest % list.count]
      }.reversed()
    }
    guard let trials, trials < size else { return (0..<size).map(combination) }
    let order = Shuffle.order(count: size, seed: seed, epoch: 0)
    return order.prefix(trials).sorted().map { combination(Int($0)) }
  }
}

/// One choice of settings, trained with every seed.
package struct SweepTrial: Codable, Sendable, Equatable {
  /// One training.
  package struct Run: Codable, Sendable, Equatable {
    package let seed: UInt64
    package var epochs = 0
    /// nil before it was measured.
    package var value: Double?
    /// Over the held-out examples.
    package var standardError: Double?
    /// The metric of each held-out example, of at most `keptExamples`; nil of more, and in what earlier programs kept.
    package var examples: [Float]?
    /// The validation loss of each epoch.
    package var curve: [Double] = []
    /// Why it failed.
    package var error: String?

    package init(seed: UInt64) { self.seed = seed }

    static let keptExamples = 10_000

    /// The mean and its standard error, and what they are of.
    package mutating func take(_ values: [Double]) {
      let estimate = Estimate(values)
      value = estimate.mean
      standardError = estimate.standardError.isFinite ? estimate.standardError : nil
      examples = values.count <= Self.keptExamples ? values.map { Float($0) } : nil
    }
  }

  package let number: Int
  /// One for each axis.
  package let settings: [String]
  package var runs: [Run]

  package init(number: Int, settings: [String], runs: [Run]) {
    (self.number, self.settings, self.runs) = (number, settings, runs)
  }

  var error: String? { runs.lazy.compactMap(\.error).first }
  var epochs: Int { runs.map(\.epochs).max() ?? 0 }

  /// The metric after `epochs`: nil until every seed has it.
  var value: Double? {
    let values = runs.compactMap(\.value)
    guard error == nil, values.count == runs.count, !values.isEmpty else { return nil }
    return values.reduce(0, +) / Double(values.count)
  }

  /// Over the seeds where there are several, else over the examples.
  var standardError: Double? {
    guard value != nil else { return nil }
    if runs.count == 1 { return runs[0].standardError }
    return Estimate(runs.compactMap(\.value)).standardError
  }

  /// How far another trial is above this one, with its standard error: of the differences seed by seed; of one seed
  /// example by example, since both held out the same; of two independent means where those are not kept.
  package func difference(to other: SweepTrial) -> (mean: Double, standardError: Double)? {
    guard let mine = value, let its = other.value else { return nil }
    if runs.count > 1 {
      let differences = zip(runs, other.runs).compactMap { a, b -> Double? in
        guard let x = a.value, let y = b.value else { return nil }
        return y - x
      }
      let estimate = Estimate(differences)
      return (estimate.mean, estimate.standardError)
    }
    if let a = runs[0].examples, let b = other.runs[0].examples, a.count == b.count, !a.isEmpty {
      let estimate = Estimate(zip(a, b).map { Double($1) - Double($0) })
      return (its - mine, estimate.standardError)
    }
    let (a, b) = (standardError ?? .nan, other.standardError ?? .nan)
    return (its - mine, (a * a + b * b).squareRoot())
  }
}
