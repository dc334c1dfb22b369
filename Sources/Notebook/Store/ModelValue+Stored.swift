import Foundation
import Graphs
import Networks
import Tensors
import VAEngine

extension ModelValue {
  package func stored() throws -> StoredValue {
    StoredValue(
      kind: "model",
      detail: .object([
        .init("configuration", configuration.storedDetail), .init("training", try JSON(encoding: training)),
        .init("recipe", try JSON(encoding: recipe)),
      ]),
      arrays: [
        .init("values", snapshot.values), .init("firstMoments", snapshot.firstMoments),
        .init("secondMoments", snapshot.secondMoments),
      ])
  }

  init(stored: StoredValue, threads: Int?) throws {
    let damaged = Fault(.notAWorkspace, "a model is damaged")
    guard let detail = stored.detail["configuration"], let training = stored.detail["training"],
      let values = stored["values"], let first = stored["firstMoments"], let second = stored["secondMoments"]
    else { throw damaged }
    let model = try Model(try ModelConfiguration(storedDetail: detail), options: CompilerOptions(threads: threads))
    let fresh = try model.parameters.snapshot()
    guard fresh.values.byteCount == values.byteCount, fresh.firstMoments.byteCount == first.byteCount,
      fresh.secondMoments.byteCount == second.byteCount
    else { throw damaged }
    model.parameters.restore(.init(values: values, firstMoments: first, secondMoments: second))
    model.training = try training.decoded(TrainingState.self)
    try self.init(model, recipe: try stored.detail["recipe"]?.decoded(TrainingRecipe.self) ?? TrainingRecipe())
  }
}

extension ModelConfiguration {
  /// The definition as data: what the workspace and saved files keep.
  var storedDetail: JSON {
    var members: [JSON.Member] = [
      .init("family", .string(family.rawValue)), .init("architecture", .string(architecture.name)),
      .init("encoder", .string(LayerText.text(architecture.encoder))),
      .init("decoder", .string(LayerText.text(architecture.decoder))),
      .init("activation", .string(architecture.activation.rawValue)),
      .init("example", .array(exampleShape.dimensions.map { .integer($0) })),
      .init("latent", .integer(latentDimensions)), .init("freeBits", .number(Double(freeBits))),
      .init("importanceSamples", .integer(importanceSamples)), .init("initializer", .string(initializer.rawValue)),
      .init("seed", .string(String(seed))),
    ]
    if let classCount { members.append(.init("classes", .integer(classCount))) }
    for (name, json) in [
      ("likelihood", try? JSON(encoding: likelihood)), ("beta", try? JSON(encoding: beta)),
      ("capacity", try? JSON(encoding: capacity)), ("noise", noise.flatMap { try? JSON(encoding: $0) }),
    ] {
      if let json { members.append(.init(name, json)) }
    }
    return .object(members)
  }

  init(storedDetail detail: JSON) throws {
    func text(_ key: String) throws -> String {
      guard let text = detail[key]?.stringValue else { throw Fault(.notAWorkspace, "a model has no '\(key)'") }
      return text
    }
    let architecture = Architecture(
      name: try text("architecture"), encoder: try LayerText.parse(try text("encoder")),
      decoder: try LayerText.parse(try text("decoder")),
      activation: Activation(rawValue: try text("activation")) ?? .relu)
    guard let extents = detail["example"]?.arrayValue?.compactMap(\.integerValue),
      let shape = Shape(validating: extents), let latent = detail["latent"]?.integerValue,
      let family = Family(rawValue: try text("family"))
    else { throw Fault(.notAWorkspace, "a model is damaged") }
    try self.init(
      family: family, architecture: architecture, exampleShape: shape, latentDimensions: latent,
      likelihood: try detail["likelihood"]?.decoded(Likelihood.self),
      beta: try detail["beta"]?.decoded(Schedule.self) ?? .constant(1),
      capacity: try detail["capacity"]?.decoded(Schedule.self) ?? .constant(0),
      freeBits: Float(detail["freeBits"]?.doubleValue ?? 0),
      importanceSamples: detail["importanceSamples"]?.integerValue ?? 1,
      noise: try detail["noise"]?.decoded(Noise.self), classCount: detail["classes"]?.integerValue,
      initializer: Initializer(rawValue: try text("initializer")) ?? .pytorch, seed: UInt64(try text("seed")) ?? 0)
  }
}

extension JSON {
  /// A Codable value as JSON; numbers keep all their digits.
  init(encoding value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    encoder.outputFormatting = .sortedKeys
    let data = try encoder.encode([value])
    guard case .array(let elements) = try JSON(parsing: data), let first = elements.first else {
      throw Fault(.internalError, "a value could not be encoded")
    }
    self = first
  }

  /// The Codable value that `init(encoding:)` made this of.
  func decoded<T: Decodable>(_ type: T.Type) throws -> T {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let values = try decoder.decode([T].self, from: Data(JSON.array([self]).text().utf8))
    guard let first = values.first else { throw Fault(.internalError, "a value could not be decoded") }
    return first
  }
}
