import Graphs
import Networks
import Tensors

/// Initializes the decoder's last bias such that its initial output is the data's mean, so that training need not learn
/// the mean brightness first (as in the program of Burda et al. 2016).
extension Model {
  /// At most this many examples are averaged, evenly spread.
  private static let averagedExamples = 100_000

  /// Sets the decoder's last bias so that outputs of zero before it decode to the mean of `source`: each pixel's where
  /// the last layer is dense, each channel's where it is a convolution. A decoder that does not end in a bias stays as it
  /// is.
  ///
  /// Dynamically binarized examples are drawn once.
  ///
  /// - Throws: `ModelError` when the data do not fit or are not finite; then nothing has changed.
  package func initializeOutputBias(toMeanOf source: any BatchSource) throws {
    try check(source)
    let likelihood = configuration.likelihood
    let name = "decoder.\(configuration.architecture.decoder.count).bias"
    guard configuration.architecture.endsInBias, let spec = parameters.spec(named: name) else { return }
    var values = try parameters.value(name).elements(as: Float.self)
    // What is behind them are scales.
    let count = spec.shape.count / likelihood.outputsPerPixel
    let means = try Self.means(of: source)
    let pixels = means.count / count
    for i in 0..<count {
      let mean = means[i * pixels..<(i + 1) * pixels].reduce(0, +) / Double(pixels)
      values[i] = Float(likelihood.output(mean))
    }
    parameters.set(name, to: try Tensor(values, shape: spec.shape))
  }

  /// The mean of every element over the examples.
  private static func means(of source: any BatchSource) throws -> [Double] {
    let size = source.exampleShape.count
    let count = min(source.count, averagedExamples)
    let rows = 256
    var sums = [Double](repeating: 0, count: size)
    var buffer = [Float](repeating: 0, count: rows * size)
    for begin in stride(from: 0, to: count, by: rows) {
      let indices = (begin..<min(begin + rows, count)).map { Int32($0 * source.count / count) }
      source.read(
        indices, into: &buffer, stream: RandomStream(seed: 0, purpose: StreamPurpose.averagedData, step: UInt64(begin)))
      for row in indices.indices { for i in 0..<size { sums[i] += Double(buffer[row * size + i]) } }
      guard sums.allSatisfy(\.isFinite) else {
        let bad = (0..<indices.count * size).first { !buffer[$0].isFinite } ?? 0
        throw ModelError.notFinite(example: Int(indices[bad / size]))
      }
    }
    return sums.map { $0 / Double(count) }
  }
}
