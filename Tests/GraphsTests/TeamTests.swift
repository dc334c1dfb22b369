import CTeam
import Graphs
import Tensors
import Testing

/// A system that gives no threads makes a program slower and changes no bit.
@Suite struct TeamTests {
  /// What `body` gives when the calling thread gets `workers` threads for its teams and no more.
  private func limited<R>(to workers: Int32, _ body: () throws -> R) rethrows -> R {
    elbo_team_limit(workers)
    defer { elbo_team_limit(-1) }
    return try body()
  }

  private static let refused: [Int32] = [0, 1, 2, 6]

  /// A step with everything, a batch that is smaller than the team among them: then some threads have nothing to do
  /// before the first barrier.
  private func train(_ threads: Int, batch: Int) throws -> [UInt32] {
    let network = try TrainedNetwork(
      images: [batch, 1, 12, 12], scale: 0.2, optimizer: .adam, options: CompilerOptions(threads: threads)
    ) { x, parameter in
      let down = ConvGeometry(kernel: 3, stride: 2, padding: 1)
      let h = try relu(x.conv2d(parameter("w1", [5, 1, 3, 3]), down)).flattened()
      let mean = try matmul(h, parameter("w2", [180, 4])).max([1], keepingAxes: true)
      let z = try mean + parameter.graph.random(.normal, "noise", [batch, 4])
      let hidden = try relu(matmul(z, parameter("w4", [4, 5 * 36]))).reshaped([batch, 5, 6, 6])
      let logits = try hidden.convTranspose2d(parameter("w5", [5, 1, 3, 3]), down, outputPadding: [1, 1])
      return .init(loss: try bceWithLogits(logits, x).sum() / Float(batch) + square(mean).sum())
    }
    return try network.train(3).map(\.bitPattern)
  }

  @Test(arguments: [1, 2, 3, 8], [1, 2, 9]) func aStepWithoutThreadsIsTheSameBits(_ threads: Int, _ batch: Int) throws {
    let whole = try train(threads, batch: batch)
    for workers in Self.refused {
      #expect(try limited(to: workers) { try train(threads, batch: batch) } == whole, "\(workers) of \(threads - 1)")
    }
  }

  /// One latent through a decoder of convolutions: of two threads only the second has an image.
  @Test(arguments: [1, 2, 3, 8]) func oneExampleIsDecodedTheSame(_ threads: Int) throws {
    let graph = Graph()
    let z = try graph.input("z", [1, 3])
    let hidden = try relu(matmul(z, graph.input("w", [3, 16 * 49]))).reshaped([1, 16, 7, 7])
    let geometry = ConvGeometry(kernel: 3, stride: 2, padding: 1)
    let mean = try sigmoid(hidden.convTranspose2d(graph.input("k", [16, 1, 3, 3]), geometry, outputPadding: [1, 1]))
    var leaves: [String: [Double]] = ["z": [0.3, -0.7, 1.1]]
    for (name, count) in [("w", 3 * 16 * 49), ("k", 144)] {
      let stream = RandomStream(seed: 4, purpose: name)
      leaves[name] = (0..<count).map { Double(stream.uniform($0)) - 0.5 }
    }
    let comparison = Comparison(graph, [mean], leaves: leaves)
    let options = CompilerOptions(threads: threads)
    let whole = try comparison.compiled(options)
    #expect(try limited(to: 0) { try comparison.compiled(options) } == whole)
    #expect(try comparison.compiled(CompilerOptions(threads: 1)) == whole)
  }

  /// Thread 0 waits at once for what thread 1 writes.
  @Test func aListMayBeginWithABarrier() {
    final class Cells { var values: [Int32] = [0, 0] }
    let cells = UnsafeMutablePointer<Int32>.allocate(capacity: 2)
    cells.initialize(repeating: 0, count: 2)
    defer { cells.deallocate() }
    let write: @convention(c) (UnsafeRawPointer?) -> Void = { at in
      UnsafeMutableRawPointer(mutating: at)?.assumingMemoryBound(to: Int32.self)[0] = 7
    }
    let copy: @convention(c) (UnsafeRawPointer?) -> Void = { at in
      guard let cells = UnsafeMutableRawPointer(mutating: at)?.assumingMemoryBound(to: Int32.self) else { return }
      cells[1] = cells[0]
    }
    let idle: @convention(c) (UnsafeRawPointer?) -> Void = { _ in }
    let first = [elbo_instruction(run: copy, arguments: cells, barrierBefore: 1, tag: 0)]
    let second = [
      elbo_instruction(run: write, arguments: cells, barrierBefore: 0, tag: 0),
      elbo_instruction(run: idle, arguments: nil, barrierBefore: 1, tag: 1),
    ]
    for workers in [-1, 0] as [Int32] {
      cells.update(repeating: 0, count: 2)
      first.withUnsafeBufferPointer { first in
        second.withUnsafeBufferPointer { second in
          let lists: [UnsafePointer<elbo_instruction>?] = [first.baseAddress, second.baseAddress]
          limited(to: workers) { elbo_team_run(lists, [1, 2], 2) }
        }
      }
      #expect([cells[0], cells[1]] == [7, 7], "\(workers) workers")
    }
  }

  @Test(arguments: [0, 2] as [Int32]) func everyPartOfPlainWorkIsDoneOnce(_ workers: Int32) {
    for threads in [1, 2, 3, 8] {
      let counts = UnsafeMutablePointer<Int>.allocate(capacity: threads)
      counts.initialize(repeating: 0, count: threads)
      limited(to: workers) { onTeam(threads) { counts[$0] += 1 } }
      #expect((0..<threads).allSatisfy { counts[$0] == 1 })
      counts.deallocate()
    }
  }
}
