import Glibc
import Graphs
import Networks
import Tensors

/// A decoder that begins at the data's mean: its last bias is what the likelihood turns into that mean, so that the first
/// steps need not learn how bright a picture is (the authors' program of Burda et al. 2016 does so).
extension Model {
  /// At most this many examples are averaged, evenly spread.
  private static let averagedExamples = 100_000

  /// Sets the decoder's last bias so that outputs of zero before it decode to the mean of `source`: each pixel's where
  /// the last layer is dense, each channel's where it is a convolution. A decoder that does not end in a bias stays as it
  /// is.
  ///
  /// Dynamically binarised examples are drawn once.
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
      values[i] = Float(likelihood.output(ofMean: mean))
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
      source.read(indices, into: &buffer, stream: RandomStream(seed: 0, purpose: StreamPurpose.averagedData, step: UInt64(begin)))
      for row in indices.indices { for i in 0..<size { sums[i] += Double(buffer[row * size + i]) } }
      guard sums.allSatisfy(\.isFinite) else {
        let bad = (0..<indices.count * size).first { !buffer[$0].isFinite } ?? 0
        throw ModelError.notFinite(example: Int(indices[bad / size]))
      }
    }
    return sums.map { $0 / Double(count) }
  }
}

extension Likelihood {
  /// The decoder's output whose E[x] is `mean`; probabilities are kept within [0.001, 0.999].
  func output(ofMean mean: Double) -> Double {
    let probability = min(max(mean, 0.001), 0.999)
    switch self {
    case .bernoulli, .logistic256: return Glibc.log(probability / (1 - probability))
    case .continuousBernoulli:
      // The mean rises with the output: halving finds it.
      var (low, high) = (-1000.0, 1000.0)
      for _ in 0..<60 {
        let middle = (low + high) / 2
        if Self.continuousBernoulliMean(middle) < probability { low = middle } else { high = middle }
      }
      return (low + high) / 2
    case .gaussian, .gaussianLearned, .squaredError: return mean
    }
  }

  /// `1 / (1 − e^−l) − 1 / l`, by its series where both grow without bound.
  private static func continuousBernoulliMean(_ l: Double) -> Double {
    abs(l) < 1e-3 ? 0.5 + l / 12 : -1 / Glibc.expm1(-l) - 1 / l
  }
}
