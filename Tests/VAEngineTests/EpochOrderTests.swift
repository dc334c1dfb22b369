import Graphs
import Networks
import Synchronization
import Tensors
import Testing
import VAEngine

/// In what order examples come, and what comes with them.
@Suite struct EpochOrderTests {
  /// Keeps which examples are read for training.
  private final class Noted: BatchSource {
    let base = Examples.blobs(60)
    let indices = Mutex<[Int32]>([])
    var count: Int { base.count }
    var exampleShape: Shape { base.exampleShape }
    var classCount: Int? { base.classCount }

    func read(
      _ wanted: UnsafeBufferPointer<Int32>, rows: Range<Int>, into destination: UnsafeMutablePointer<Float>,
      stream: RandomStream, firstRow: Int
    ) {
      base.read(wanted, rows: rows, into: destination, stream: stream, firstRow: firstRow)
      // Looks at the data before training are not part of an epoch.
      guard stream.purpose == RandomStream(seed: 0, purpose: StreamPurpose.trainingData).purpose else { return }
      indices.withLock { $0 += wanted[rows] }
    }

    func readLabels(_ wanted: UnsafeBufferPointer<Int32>, into destination: UnsafeMutablePointer<Int32>) {
      base.readLabels(wanted, into: destination)
    }
  }

  @Test func everyEpochHasAllExamplesInAnOrderOfItsOwn() throws {
    let shape: Shape = [1, 12, 12]
    let model = try Model(
      ModelConfiguration(
        family: .vae, architecture: Preset.mlp.architecture(for: shape, hidden: [8]), exampleShape: shape,
        latentDimensions: 2, seed: 3), options: CompilerOptions(threads: 1))
    var plan = TrainingPlan(epochs: 3)
    plan.batchSize = 20
    let source = Noted()
    try Trainer(model, on: source, plan: plan).run()
    let read = source.indices.withLock { $0 }
    try #require(read.count == 180)
    let orders = (0..<3).map { Array(read[60 * $0..<60 * ($0 + 1)]) }
    for order in orders { #expect(order.sorted() == Array(0..<60)) }
    #expect(Set(orders).count == 3 && !orders.contains(Array(0..<60)))
  }

  /// 1,200 epochs of three examples: each of the six orders comes 200 times, within five standard errors of 13.
  @Test func everyOrderIsAsFrequentAsTheOthers() {
    var counts: [[Int32]: Int] = [:]
    for epoch in 0..<1200 { counts[Shuffle.order(count: 3, seed: 9, epoch: epoch), default: 0] += 1 }
    #expect(counts.count == 6)
    #expect(counts.values.allSatisfy { Swift.abs($0 - 200) < 65 }, "\(counts)")
  }

  @Test func aSubsetHasTheLabelsOfItsExamples() throws {
    let base = Examples(
      count: 5, exampleShape: [1], classCount: 9, values: [10, 11, 12, 13, 14], labels: [4, 3, 8, 0, 7])
    let subset = Subset(of: base, [3, 0, 2])
    #expect(subset.labels == [0, 4, 8])
    #expect(try subset.values().elements(as: Float.self) == [13, 10, 12])
    let inner = Subset(of: subset, [2, 1])
    #expect(inner.labels == [8, 4] && inner.classCount == 9)
  }
}
