import Tensors

/// What the engine's random streams are drawn for. Streams of the same seed and step differ by this alone, and seeds and
/// steps are the users' to choose: so every purpose has a name of its own, those of data too.
package enum StreamPurpose {
  // Of data: transforms that are drawn anew for every batch.
  package static let trainingData = TrainingBatches.purpose
  package static let evaluatedData = MeasuringBatches.purpose
  package static let checkedData = "check"
  package static let averagedData = "mean"

  package static let shuffle = "shuffle"

  // Of graphs; layers draw from streams named after themselves.
  package static let posterior = "posterior"
  package static let evaluation = "evaluation"
  package static let importanceSamples = "importance"
  package static let corruption = "corruption"
  /// The scope of what `Model.denoise` draws, beside the corruption of training.
  package static let denoising = "denoising"
  /// Random signs that a Jacobian is multiplied by.
  package static let probe = "probe"
  package static let sample = "sample"
  package static let prior = "prior"
  /// Which component of a mixture a draw of the prior is of.
  package static let component = "component"
  package static let observation = "observation"
}

extension RandomStream {
  /// Of the transforms of data that are measured, not trained on.
  package static func evaluatedData(seed: UInt64, step: UInt64 = 0) -> RandomStream {
    RandomStream(seed: seed, purpose: StreamPurpose.evaluatedData, step: step)
  }
}
