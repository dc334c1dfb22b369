import Glibc
import Graphs
import Networks
import Tensors

/// Initial values from the data: the decoder's last bias such that its initial output is the data's mean, so that training need not learn
/// the mean brightness first (as in the program of Burda et al. 2016), and a learned σ.
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
    let likelihood = configuration.likelihood
    // Those of columns begin with them (`initializeColumns`).
    guard likelihood.columns == nil else { return }
    try check(source)
    let name = "decoder.\(configuration.architecture.decoder.count).bias"
    guard configuration.architecture.endsInBias, let spec = parameters.spec(named: name) else { return }
    var values = try parameters.value(name).elements(as: Float.self)
    // What is behind them are scales.
    let count = spec.shape.count / likelihood.outputsPerPixel
    for (i, mean) in Self.averaged(try Self.means(of: source), in: count).enumerated() {
      values[i] = Float(likelihood.output(mean))
    }
    parameters.set(name, to: try Tensor(values, shape: spec.shape))
  }

  /// Sets a learned σ to the root mean squared deviation of the data from what the decoder then begins with: the means of
  /// `initializeOutputBias(toMeanOf:)`, or the mean of all values where the decoder does not end in a bias. From σ = 1,
  /// data of another size than 1 are nearly all noise for thousands of steps, and all codes collapse.
  ///
  /// A likelihood that learns no σ, and data that are constant, stay as they are.
  package func initializeSigma(toDeviationOf source: any BatchSource) throws {
    guard configuration.likelihood.learnsSigma else { return }
    try check(source)
    let last = parameters.spec(named: "decoder.\(configuration.architecture.decoder.count).bias")
    let count = configuration.architecture.endsInBias ? last?.shape.count ?? 1 : 1
    let means = try Self.means(of: source)
    let centers = Self.averaged(means, in: count).flatMap { [Double](repeating: $0, count: means.count / count) }
    let squares = try Self.means(of: source, squaredFrom: centers)
    let variance = squares.reduce(0, +) / Double(squares.count)
    guard variance > 0, variance.isFinite else { return }
    parameters.set("logSigma", to: try Tensor([Float(0.5 * log(variance))], shape: []))
  }

  /// The means of `count` runs of equal length.
  static func averaged(_ values: [Double], in count: Int) -> [Double] {
    let length = values.count / count
    return (0..<count).map { values[$0 * length..<($0 + 1) * length].reduce(0, +) / Double(length) }
  }

  /// The mean of every element over the examples, or of its squared distance from `centers`.
  static func means(of source: any BatchSource, squaredFrom centers: [Double]? = nil) throws -> [Double] {
    let size = source.exampleShape.count
    let count = min(source.count, averagedExamples)
    let rows = 256
    var sums = [Double](repeating: 0, count: size)
    var buffer = [Float](repeating: 0, count: rows * size)
    for begin in stride(from: 0, to: count, by: rows) {
      let indices = (begin..<min(begin + rows, count)).map { Int32($0 * source.count / count) }
      source.read(
        indices, into: &buffer, stream: RandomStream(seed: 0, purpose: StreamPurpose.averagedData, step: UInt64(begin)))
      for row in indices.indices {
        for i in 0..<size {
          let value = Double(buffer[row * size + i])
          sums[i] += centers.map { (value - $0[i]) * (value - $0[i]) } ?? value
        }
      }
      guard sums.allSatisfy(\.isFinite) else {
        let bad = (0..<indices.count * size).first { !buffer[$0].isFinite } ?? 0
        throw ModelError.notFinite(example: Int(indices[bad / size]))
      }
    }
    return sums.map { $0 / Double(count) }
  }
}
