import Networks
import Tensors

/// Layers are written in their text form, so that a file is readable and editable.
extension ModelConfiguration: Codable {
  private enum Key: String, CodingKey {
    case version, family, architecture, encoder, decoder, activation, logVarianceBounds, exampleShape, latentDimensions,
      likelihood, beta
    case capacity, freeBits, importanceSamples, noise, settings, classCount, initializer, seed
    case outputBiasStartsAtMean = "beginsAtMean"
  }

  /// Raised when a file that older programs cannot read is written. In format 1 a layer normalization of images has one
  /// scale and shift per channel; only models with one are written as format 2, and only those of families with settings of
  /// their own as format 3, so that older programs read all others.
  private static let version = 3

  private var format: Int {
    if !settings.isEmpty { return 3 }
    let isNew =
      architecture.encoder.normalizesImages(exampleRank: exampleShape.rank)
      || architecture.decoder.normalizesImages(exampleRank: 1)
    return isNew ? 2 : 1
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(format, forKey: .version)
    try container.encode(family, forKey: .family)
    try container.encode(architecture.name, forKey: .architecture)
    try container.encode(LayerText.text(architecture.encoder), forKey: .encoder)
    try container.encode(LayerText.text(architecture.decoder), forKey: .decoder)
    try container.encode(architecture.activation, forKey: .activation)
    try container.encodeIfPresent(
      architecture.logVarianceBounds.map { [$0.lowerBound, $0.upperBound] }, forKey: .logVarianceBounds)
    try container.encode(exampleShape.dimensions, forKey: .exampleShape)
    try container.encode(latentDimensions, forKey: .latentDimensions)
    try container.encode(likelihood, forKey: .likelihood)
    try container.encode(beta, forKey: .beta)
    try container.encode(capacity, forKey: .capacity)
    try container.encode(freeBits, forKey: .freeBits)
    try container.encode(importanceSamples, forKey: .importanceSamples)
    try container.encodeIfPresent(noise, forKey: .noise)
    if !settings.isEmpty { try container.encode(settings, forKey: .settings) }
    try container.encodeIfPresent(classCount, forKey: .classCount)
    try container.encode(initializer, forKey: .initializer)
    if outputBiasStartsAtMean { try container.encode(true, forKey: .outputBiasStartsAtMean) }
    try container.encode(seed, forKey: .seed)
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let version = try container.decode(Int.self, forKey: .version)
    guard version <= Self.version else {
      throw ModelError.checkpoint("the model is of format \(version), this program reads up to \(Self.version)")
    }
    guard let shape = Shape(validating: try container.decode([Int].self, forKey: .exampleShape)) else {
      throw ModelError.checkpoint("the model's example shape is not one")
    }
    let bounds = try container.decodeIfPresent([Float].self, forKey: .logVarianceBounds)
    if let bounds, bounds.count != 2 || !(bounds[0] < bounds[1]) {
      throw ModelError.checkpoint("the model's bounds of log σ² are not two rising numbers")
    }
    var encoderLayers = try LayerText.parse(try container.decode(String.self, forKey: .encoder))
    var decoderLayers = try LayerText.parse(try container.decode(String.self, forKey: .decoder))
    if version < 2 {
      encoderLayers = encoderLayers.perChannel(exampleRank: shape.rank)
      decoderLayers = decoderLayers.perChannel(exampleRank: 1)
    }
    let architecture = Architecture(
      name: try container.decode(String.self, forKey: .architecture), encoder: encoderLayers, decoder: decoderLayers,
      activation: try container.decode(Activation.self, forKey: .activation),
      logVarianceBounds: bounds.map { $0[0]...$0[1] })
    try self.init(
      family: try container.decode(Family.self, forKey: .family), architecture: architecture, exampleShape: shape,
      latentDimensions: try container.decode(Int.self, forKey: .latentDimensions),
      likelihood: try container.decode(Likelihood.self, forKey: .likelihood),
      beta: try container.decode(Schedule.self, forKey: .beta),
      capacity: try container.decode(Schedule.self, forKey: .capacity),
      freeBits: try container.decode(Float.self, forKey: .freeBits),
      importanceSamples: try container.decode(Int.self, forKey: .importanceSamples),
      noise: try container.decodeIfPresent(Noise.self, forKey: .noise),
      classCount: try container.decodeIfPresent(Int.self, forKey: .classCount),
      initializer: try container.decode(Initializer.self, forKey: .initializer),
      outputBiasStartsAtMean: try container.decodeIfPresent(Bool.self, forKey: .outputBiasStartsAtMean) ?? false,
      seed: try container.decode(UInt64.self, forKey: .seed))
    for (word, value) in try container.decodeIfPresent([String: Float].self, forKey: .settings) ?? [:] {
      settings[word] = value
    }
  }
}
