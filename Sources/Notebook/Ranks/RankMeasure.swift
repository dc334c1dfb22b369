import JSONText
import Language
import ProcessGroups
import SessionCore
import Tensors
import VAEngine
import WorkspaceStore

/// A measure over many examples whose batches the ranks share: each computes every n-th, and rank 0 has the numbers of all,
/// the same as if it had computed them itself.
struct RankMeasure {
  enum Kind: Equatable {
    case evaluation
    /// log p(x) by so many importance samples.
    case logLikelihood(samples: Int)
    case codes

    fileprivate var word: String {
      switch self {
      case .evaluation: "evaluate"
      case .logLikelihood: "nll"
      case .codes: "encode"
      }
    }
  }

  private let kind: Kind
  private let model: Model
  private let data: DatasetValue
  private let seed: UInt64

  /// On rank 0: runs `body`, which measures `live` on `data`, with the other ranks where that pays: of at least two batches
  /// for each, and, but for log p(x), of data that every rank can load. Where another cannot, rank 0 measures by itself.
  ///
  /// - Parameters:
  ///   - data: Before its random transforms are drawn once; `isDrawnOnce` tells whether `body` sees them so.
  ///   - seed: Of the draws.
  static func run<Value>(
    _ kind: Kind, _ model: ModelValue, _ live: Model, on data: DatasetValue, isDrawnOnce: Bool = false,
    seed: UInt64 = 0, _ options: SessionOptions, _ body: () throws -> Value
  ) throws -> Value {
    let group = options.group
    guard group.size > 1, !RankSweep.isAlone, pays(kind, data, group.size) else { return try body() }
    // What is wrong with model or data is said here, before any rank begins.
    try live.check(data.source)
    var message = RankMessage(
      .object([
        .init("work", .string("measure")), .init("kind", .string(kind.word)),
        .init("samples", .integer(kind.samples)), .init("seed", .string(String(seed))),
        .init("drawn", .bool(isDrawnOnce)), .init("threads", .integer(live.options.threads)),
      ]))
    message.add("model", try model.stored())
    try message.add("data", data)
    _ = try group.message(message.bytes)
    do { try RankTraining.agree(group, reason: nil) } catch ProcessGroupError.cannotTakePart {
      // Data that another rank does not find: a measure needs no one else.
      return try body()
    }
    live.measuringGroup = group
    defer { live.measuringGroup = nil }
    return try body()
  }

  private static func pays(_ kind: Kind, _ data: DatasetValue, _ ranks: Int) -> Bool {
    let count = data.dataset.count
    switch kind {
    case .logLikelihood: return count >= 40 * ranks
    case .evaluation, .codes:
      if case .session = data.origin { return false }
      return count >= 2 * MeasuringBatches.rows * ranks
    }
  }

  /// On another rank: what rank 0 has sent.
  init(_ message: RankMessage, _ loaded: inout LoadedData, _ options: SessionOptions) throws {
    let threads = message.detail["threads"]?.integerValue
    guard let stored = try message.value("model"), let data = try message.data("data", options, &loaded),
      let seed = message.detail["seed"]?.stringValue.flatMap({ UInt64($0) })
    else { throw Damage("a measure without model or data") }
    let samples = message.detail["samples"]?.integerValue ?? 0
    switch message.detail["kind"]?.stringValue {
    case "evaluate": kind = .evaluation
    case "nll": kind = .logLikelihood(samples: samples)
    case "encode": kind = .codes
    default: throw Damage("a measure's kind")
    }
    model = try ModelValue(stored: stored, threads: threads).model(threads: threads)
    self.data = message.detail["drawn"]?.boolValue == true ? data.drawnOnce(seed: seed) : data
    self.seed = seed
  }

  /// Takes part; the results are rank 0's.
  func follow(_ group: any ProcessGroup) throws {
    model.measuringGroup = group
    switch kind {
    case .evaluation: _ = try model.evaluate(data.source, options: .init(seed: seed))
    case .logLikelihood(let samples): _ = try model.logLikelihood(data.source, samples: samples, seed: seed)
    case .codes: _ = try model.encode(data.source, seed: seed)
    }
  }
}

extension RankMeasure.Kind {
  fileprivate var samples: Int { if case .logLikelihood(let samples) = self { samples } else { 0 } }
}
