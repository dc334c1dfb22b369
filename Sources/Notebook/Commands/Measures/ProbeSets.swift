import SessionCore
import Tensors
import VAEngine

/// What a probe learns labels from, and what it is asked: the training part and the test part where there are both, so
/// that every command which probes a model on some data gets the same answer.
struct ProbeSets {
  private(set) var known: DatasetValue
  private(set) var asked: DatasetValue
  let knownLabels: [Int]
  let askedLabels: [Int]
  /// Where the known ones are from, in words.
  let origin: String

  /// Examples of each at most, by a seeded choice.
  static let limit = 10_000

  /// - Parameters:
  ///   - data: As given, with its parts.
  ///   - count: Of the test part, so many from the first.
  ///   - training: What the model was trained on, when that is known.
  /// - Returns: nil without labels, or with too few examples.
  init?(_ data: DatasetValue, count: Int? = nil, training: DatasetValue?, seed: UInt64) throws {
    let test = data.testPart
    let first = count.map { $0 < test.dataset.count ? test.subset(Array(0..<$0), title: test.title) : test } ?? test
    var (known, asked, origin): (DatasetValue, DatasetValue, String)
    if let part = Self.trainingPart(of: data, apartFrom: first, training: training) {
      (known, asked, origin) = (part, first, "of \(part.title)")
    } else {
      let (mixed, half) = (first.shuffled(seed: seed), first.dataset.count / 2)
      known = mixed.subset(Array(0..<half))
      asked = mixed.subset(Array(half..<first.dataset.count))
      origin = "others"
    }
    (known, asked) = (known.labeled, asked.labeled)
    if known.dataset.count > Self.limit { known = known.shuffled(seed: seed, first: Self.limit) }
    if asked.dataset.count > Self.limit { asked = asked.shuffled(seed: seed, first: Self.limit) }
    guard let knownLabels = try known.rowLabels(), let askedLabels = try asked.rowLabels(),
      known.dataset.count >= 10, asked.dataset.count > 0, known.dataset.count + asked.dataset.count >= 40
    else { return nil }
    (self.known, self.asked, self.origin) = (known, asked, origin)
    (self.knownLabels, self.askedLabels) = (knownLabels.map(Int.init), askedLabels.map(Int.init))
  }

  /// The same examples as another model knows them.
  func matched(to model: ModelValue) throws -> ProbeSets {
    var other = self
    (other.known, other.asked) = (try known.matched(to: model), try asked.matched(to: model))
    return other
  }

  /// The training part beside a test part: of the data themselves, else what the model was trained on, else the part
  /// that the same content came with. None of its examples is asked.
  private static func trainingPart(
    of data: DatasetValue, apartFrom asked: DatasetValue, training: DatasetValue?
  ) -> DatasetValue? {
    if let part = data.part("train"), data.part("test") != nil { return part }
    let places = Set((0..<asked.dataset.count).map { asked.dataset.storageIndex($0) })
    let isWhole = { (part: DatasetValue) in
      (0..<part.dataset.count).allSatisfy { !places.contains(part.dataset.storageIndex($0)) }
    }
    if let training = training?.trainingPart, training.dataset.count >= 40,
      training.dataset.storage.shape == data.dataset.storage.shape,
      training.dataset.hash.text == data.dataset.hash.text, isWhole(training),
      let seen = try? training.with(data.dataset.transforms, replacing: true)
    {
      return seen.drawnOnce()
    }
    guard let part = data.dataset.storedPart("train") else { return nil }
    let sibling = DatasetValue(part, origin: data.origin)
    return part.count >= 40 && isWhole(sibling) ? sibling : nil
  }

  /// The share that each probe gets right of a model's codes.
  func nearest(_ codes: (train: Tensor, test: Tensor)) throws -> [Int] {
    try Probe.nearestClasses(train: codes.train, labels: knownLabels, test: codes.test)
  }

  func linear(_ codes: (train: Tensor, test: Tensor)) throws -> [Int] {
    try Probe.linearClasses(train: codes.train, labels: knownLabels, test: codes.test)
  }

  /// Posterior means of both sets.
  func codes(_ live: Model, progress: (Double) throws -> Void) throws -> (train: Tensor, test: Tensor) {
    (try live.encode(known.source, progress: progress).mean, try live.encode(asked.source, progress: progress).mean)
  }

  /// 1 for each right answer.
  func right(_ answers: [Int]) -> [Double] { zip(answers, askedLabels).map { $0 == $1 ? 1 : 0 } }
}
