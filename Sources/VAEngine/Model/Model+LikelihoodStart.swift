import Graphs
import Tensors

extension Model {
  /// Sets the likelihood's own parameters to what mean and variance of the training data say: scales, dispersions, the mean
  /// total of counts. Likelihoods that have none stay as they are.
  ///
  /// - Throws: `ModelError` when the data do not fit or are not finite; then nothing has changed.
  package func initializeLikelihood(from source: any BatchSource) throws {
    let likelihood = configuration.likelihood
    guard let initialValues = likelihood.initialValues else { return }
    try check(source)
    let means = try Self.means(of: source)
    let variances = try Self.means(of: source, squaredFrom: means)
    let initial = initialValues(Likelihood.ElementMoments(means: means, variances: variances))
    for parameter in likelihood.parameters {
      guard let values = initial[parameter.name], values.allSatisfy(\.isFinite) else { continue }
      parameters.set(parameter.name, to: try Tensor(values, shape: parameter.shape(pixels: configuration.pixels)))
    }
  }

  /// The likelihood's own parameters by their names.
  package var likelihoodParameters: [String: [Float]] {
    get throws {
      try configuration.likelihood.parameters.reduce(into: [:]) { values, parameter in
        values[parameter.name] = try parameters.value(parameter.name).elements(as: Float.self)
      }
    }
  }
}
