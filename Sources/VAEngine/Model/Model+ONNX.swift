import Graphs
import Interchange
import Tensors

/// What a file of ONNX holds of a model.
package enum ONNXPart: String, CaseIterable, Sendable {
  /// `x` → mean and log σ² of q(z | x).
  case encoder
  /// `z` → mean and parameters of p(x | z).
  case decoder
  /// `x` → all of these, the decoder's of the posterior's mean.
  case all
}

/// A model as a file of ONNX (https://onnx.ai), which other programs run: without draws, any number of examples at a time.
///
/// | name | shape | |
/// |---|---|---|
/// | `x` | `[batch, …]` | examples as training saw them: after the transforms of the metadata |
/// | `labels` | `[batch, classes]` | one-hot, of conditional models |
/// | `z` | `[batch, D]` | latents |
/// | `z_mean`, `z_log_variance` | `[batch, D]` | of q(z \| x); a plain autoencoder has the first alone |
/// | `x_mean` | `[batch, …]` | E[x \| z] |
/// | `x_parameters` | `[batch, n]` | what the decoder returns, of which the likelihood makes the mean: logits, for example |
extension Model {
  /// - Parameters:
  ///   - part: What to write.
  ///   - version: Of the program.
  /// - Returns: The file, with its inputs and outputs by name.
  /// - Throws: `ONNXError` naming the layer that ONNX cannot express.
  package func onnx(_ part: ONNXPart, version: String) throws -> (bytes: [UInt8], inputs: [String], outputs: [String]) {
    let documentation = [
      "x": "examples as training saw them, after the transforms in the metadata (elbo.data)",
      "labels": "one-hot classes", "z": "latents", "z_mean": "mean of q(z | x)",
      "z_log_variance": "log variance of q(z | x)", "x_mean": "mean of p(x | z)",
      "x_parameters": "parameters of p(x | z): \(configuration.likelihood.name)",
    ]
    var model = try ONNXExport.model(
      "elbo \(part.rawValue)", documentation: documentation, parameters: { try self.parameters.value($0) },
      { try self.written(part, rows: $0) })
    model.documentation =
      "\(configuration.family.word), \(configuration.architecture.name), \(latentDimensions) latent dimensions: "
      + configuration.family.summary
    model.producerVersion = version
    model.metadata = try metadata(part)
    // Before the bytes are laid out twice.
    let size = parameters.specs.reduce(0) { $0 + 4 * $1.shape.count }
    guard size < ONNXModel.sizeLimit else { throw ONNXError.tooLarge(size) }
    let bytes = model.bytes
    guard bytes.count < ONNXModel.sizeLimit else { throw ONNXError.tooLarge(bytes.count) }
    return (bytes, model.inputNames, model.outputNames)
  }

  private func written(_ part: ONNXPart, rows: Int) throws -> ONNXExport.Written {
    let objective = ObjectiveGraph(configuration, rows: rows, training: false)
    var outputs: [(name: String, symbol: Symbol)] = []
    var z: Symbol
    if part == .decoder {
      z = try objective.graph.input("z", [rows, codeLayout.count])
    } else {
      let q = try objective.posterior(objective.input())
      z = q.mean
      outputs.append(("z_mean", q.mean))
      if configuration.family.posterior.isRandom { outputs.append(("z_log_variance", q.logVariance)) }
    }
    if part != .encoder {
      let parameters = try objective.decode(z, labels: objective.labels())
      let mean = try configuration.likelihood.mean(parameters, pixels: configuration.pixels)
      outputs.append(("x_mean", try mean.reshaped([rows] + configuration.exampleShape.dimensions)))
      outputs.append(("x_parameters", parameters))
    }
    return (objective.graph, outputs)
  }

  private func metadata(_ part: ONNXPart) throws -> [(key: String, value: String)] {
    var pairs: [(key: String, value: String)] = [
      (key: "elbo.part", value: part.rawValue), ("elbo.configuration", try Self.json(configuration)),
      ("elbo.data", dataDescription), ("elbo.likelihood", configuration.likelihood.name),
    ]
    if let sigma = try sigma { pairs.append(("elbo.sigma", "\(sigma)")) }
    return pairs.filter { !$0.value.isEmpty }
  }
}
