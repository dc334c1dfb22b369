import CTeam
import Tensors

/// Calls `body` with each of 0 ..< `threads`, at the same time where there are so many threads to be had, and returns when
/// all have finished.
package func onTeam(_ threads: Int, _ body: (Int) -> Void) {
  withoutActuallyEscaping(body) { body in
    var body = body
    withUnsafeMutablePointer(to: &body) { body in
      elbo_team_each(
        { context, thread in context?.assumingMemoryBound(to: ((Int) -> Void).self).pointee(Int(thread)) }, body,
        Int32(threads))
    }
  }
}

extension BatchSource {
  /// Copies the examples `indices` into a program's input, divided among the threads.
  ///
  /// - Parameter globalRows: Which rows of a global batch they are; nil for all. What a row draws depends on its place
  ///   there, as in `Program.globalRows`.
  package func fill(
    _ input: UnsafeMutableBufferPointer<Float>, _ indices: [Int32], stream: RandomStream,
    globalRows: GlobalRows? = nil, threads: Int
  ) {
    fill(input, indices[...], stream: stream, globalRows: globalRows, threads: threads)
  }

  /// The same for a range of an order of examples, without copying the order.
  package func fill(
    _ input: UnsafeMutableBufferPointer<Float>, _ indices: ArraySlice<Int32>, stream: RandomStream,
    globalRows: GlobalRows? = nil, threads: Int
  ) {
    guard let base = input.baseAddress else { return }
    indices.withUnsafeBufferPointer { indices in
      withUnsafePointer(to: self) { source in
        var job = FillJob(
          source: source, type: Self.self, indices: indices, destination: base, stream: stream,
          firstRow: globalRows?.first ?? 0, threads: threads)
        withUnsafeMutablePointer(to: &job) { job in
          elbo_team_each(
            { context, thread in
              guard let job = context?.assumingMemoryBound(to: FillJob.self) else { return }
              job.pointee.run(job.pointee.type, thread: Int(thread))
            }, job, Int32(threads))
        }
      }
    }
  }

  /// Classes of `indices` as one-hot rows.
  package func fillOneHot(_ input: UnsafeMutableBufferPointer<Float>, _ indices: [Int32], classes: Int) {
    fillOneHot(input, indices[...], classes: classes)
  }

  package func fillOneHot(_ input: UnsafeMutableBufferPointer<Float>, _ indices: ArraySlice<Int32>, classes: Int) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: indices.count) { labels in
      guard let base = labels.baseAddress else { return }
      indices.withUnsafeBufferPointer { readLabels($0, into: base) }
      input.update(repeating: 0)
      for (row, label) in labels.enumerated() where (0..<classes).contains(Int(label)) {
        input[row * classes + Int(label)] = 1
      }
    }
  }
}

/// A batch to read. The source is stored as a pointer with its type, because an existential would be allocated for
/// every batch.
private struct FillJob {
  let source: UnsafeRawPointer
  let type: any BatchSource.Type
  let indices: UnsafeBufferPointer<Int32>
  let destination: UnsafeMutablePointer<Float>
  let stream: RandomStream
  let firstRow: Int
  let threads: Int

  func run<Source: BatchSource>(_ type: Source.Type, thread: Int) {
    let rows = share(indices.count, thread, of: threads)
    guard !rows.isEmpty else { return }
    source.assumingMemoryBound(to: type).pointee
      .read(indices, rows: rows, into: destination, stream: stream, firstRow: firstRow)
  }
}
