import CTeam
import Tensors

extension BatchSource {
  /// Examples `indices` into a program's input, shared out among the team.
  package func fill(
    _ input: UnsafeMutableBufferPointer<Float>, _ indices: [Int32], stream: RandomStream, threads: Int
  ) {
    guard let base = input.baseAddress else { return }
    indices.withUnsafeBufferPointer { indices in
      var job = FillJob(source: self, indices: indices, destination: base, stream: stream, threads: threads)
      withUnsafeMutablePointer(to: &job) { job in
        elbo_team_each(
          { context, thread in
            guard let job = context?.assumingMemoryBound(to: FillJob.self) else { return }
            let count = job.pointee.indices.count
            let rows = count * Int(thread) / job.pointee.threads..<count * (Int(thread) + 1) / job.pointee.threads
            if !rows.isEmpty {
              job.pointee.source.read(
                job.pointee.indices, rows: rows, into: job.pointee.destination, stream: job.pointee.stream)
            }
          }, job, Int32(threads))
      }
    }
  }

  /// Classes of `indices` as one-hot rows.
  package func fillOneHot(_ input: UnsafeMutableBufferPointer<Float>, _ indices: [Int32], classes: Int) {
    var labels = [Int32](repeating: 0, count: indices.count)
    labels.withUnsafeMutableBufferPointer { labels in
      guard let base = labels.baseAddress else { return }
      indices.withUnsafeBufferPointer { readLabels($0, into: base) }
    }
    input.update(repeating: 0)
    for (row, label) in labels.enumerated() where (0..<classes).contains(Int(label)) {
      input[row * classes + Int(label)] = 1
    }
  }
}

private struct FillJob {
  let source: any BatchSource
  let indices: UnsafeBufferPointer<Int32>
  let destination: UnsafeMutablePointer<Float>
  let stream: RandomStream
  let threads: Int
}
