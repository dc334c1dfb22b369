/// Examples that a program can draw batches from, whatever holds them.
///
/// Reading is a pure function of the indices and the stream, so any division of the rows among threads gives the same
/// batch. Implementations allocate nothing in `read` and may be called from several threads at once.
package protocol BatchSource: Sendable {
  /// Number of examples.
  var count: Int { get }
  /// Shape of one example, `[C, H, W]` or `[D]`.
  var exampleShape: Shape { get }
  /// Number of classes when examples have labels, for conditional models; nil when none has.
  var classCount: Int? { get }

  /// Writes examples `indices[rows]` as float32 to rows `rows` of `destination` (`[indices.count, exampleShape…]`),
  /// transforms applied. Random transforms (dynamic binarization, noise) draw from `stream`, example by example: row r
  /// uses elements `(firstRow + r)·D ..< (firstRow + r + 1)·D` of the draw, D the elements of one example.
  ///
  /// - Parameter firstRow: The row of `indices[0]` in the global batch: a process that reads a part of it draws what
  ///   one that reads all of it would draw for these rows.
  func read(
    _ indices: UnsafeBufferPointer<Int32>, rows: Range<Int>, into destination: UnsafeMutablePointer<Float>,
    stream: RandomStream, firstRow: Int)

  /// Writes the class of examples `indices` to `destination`, −1 for an example without a label.
  ///
  /// - Precondition: `classCount` is known.
  func readLabels(_ indices: UnsafeBufferPointer<Int32>, into destination: UnsafeMutablePointer<Int32>)
}

/// How examples are read to be measured: in batches of so many, batch k with step k of one stream. Every measure keeps to
/// it, so that a random transform shows each of them the same draw.
package enum MeasuringBatches {
  package static let rows = 250
  package static let purpose = "evaluation data"
}

/// How examples are read to be trained on: batch k with the stream of step k, under a purpose of its own, by which data
/// know that they may augment.
package enum TrainingBatches {
  package static let purpose = "batch"
}

extension BatchSource {
  /// A batch that is not divided.
  package func read(
    _ indices: UnsafeBufferPointer<Int32>, rows: Range<Int>, into destination: UnsafeMutablePointer<Float>,
    stream: RandomStream
  ) {
    read(indices, rows: rows, into: destination, stream: stream, firstRow: 0)
  }

  /// Writes examples `indices`, transforms applied, to the beginning of `buffer`.
  ///
  /// - Precondition: the buffer has room for them.
  package func read(_ indices: [Int32], into buffer: inout [Float], stream: RandomStream) {
    precondition(buffer.count >= indices.count * exampleShape.count, "BatchSource: a buffer for fewer examples")
    buffer.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      indices.withUnsafeBufferPointer { read($0, rows: 0..<indices.count, into: base, stream: stream) }
    }
  }
}
