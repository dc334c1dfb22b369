import Foundation
import Graphs
import Tensors
import VAEngine

extension ModelValue {
  package func stored() throws -> StoredValue {
    StoredValue(
      kind: "model",
      detail: .object([
        .init("configuration", .string(try JSON.text(encoding: configuration))),
        .init("training", .string(try JSON.text(encoding: training))),
        .init("recipe", .string(try JSON.text(encoding: recipe))), .init("data", .string(dataDescription)),
        .init("parameters", .integer(parameterCount)),
      ]),
      arrays: [
        .init("values", snapshot.values), .init("firstMoments", snapshot.firstMoments),
        .init("secondMoments", snapshot.secondMoments),
      ] + (bestValues.map { [.init("bestValues", $0)] } ?? []))
  }

  init(stored: StoredValue, threads: Int?) throws {
    let damaged = Fault(.notAWorkspace, "a model is damaged")
    guard let configuration = stored.detail["configuration"]?.stringValue,
      let training = stored.detail["training"]?.stringValue, let recipe = stored.detail["recipe"]?.stringValue,
      let values = stored["values"], let first = stored["firstMoments"], let second = stored["secondMoments"]
    else { throw damaged }
    if let best = stored["bestValues"], best.byteCount != values.byteCount { throw damaged }
    let state = try JSON.decoded(TrainingState.self, from: training)
    var howTrained = try JSON.decoded(TrainingRecipe.self, from: recipe)
    howTrained.takeBeta2(of: state.plan)
    // With the count at hand nothing has to be made to show the model: a workspace of many opens quickly.
    if let count = stored.detail["parameters"]?.integerValue {
      self.init(
        try JSON.decoded(ModelConfiguration.self, from: configuration),
        snapshot: .init(values: values, firstMoments: first, secondMoments: second),
        training: state, recipe: howTrained, bestValues: stored["bestValues"],
        dataDescription: stored.detail["data"]?.stringValue ?? "", parameterCount: count)
      return
    }
    let model = try Model(
      try JSON.decoded(ModelConfiguration.self, from: configuration), options: CompilerOptions(threads: threads))
    let fresh = try model.parameters.snapshot()
    guard fresh.values.byteCount == values.byteCount, fresh.firstMoments.byteCount == first.byteCount,
      fresh.secondMoments.byteCount == second.byteCount
    else { throw damaged }
    model.bestValues = stored["bestValues"]
    model.dataDescription = stored.detail["data"]?.stringValue ?? ""
    model.parameters.restore(.init(values: values, firstMoments: first, secondMoments: second))
    model.training = state
    try self.init(model, recipe: howTrained)
  }
}

extension JSON {
  /// A Codable value as JSON text. Seeds are whole 64-bit numbers, of which a `JSON.number` would lose the last digits.
  static func text(encoding value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode([value]), as: UTF8.self)
  }

  /// The Codable value that `text(encoding:)` made this of.
  static func decoded<T: Decodable>(_ type: T.Type, from text: String) throws -> T {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let values = try decoder.decode([T].self, from: Data(text.utf8))
    guard let first = values.first else { throw Fault(.internalError, "a value could not be decoded") }
    return first
  }

  /// A Codable value as JSON; numbers keep all the digits of a Double.
  init(encoding value: some Encodable) throws {
    guard case .array(let elements) = try JSON(parsing: Data(Self.text(encoding: value).utf8)),
      let first = elements.first
    else {
      throw Fault(.internalError, "a value could not be encoded")
    }
    self = first
  }

  /// The Codable value that `init(encoding:)` made this of.
  func decoded<T: Decodable>(_ type: T.Type) throws -> T {
    try Self.decoded(type, from: JSON.array([self]).text())
  }
}
