import Foundation
import Graphs
import JSONText
import SessionCore
import Tensors
import VAEngine
import WorkspaceStore

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
    let damaged = Damage("its arrays")
    let configuration = try JSON.decoded(
      ModelConfiguration.self, from: try Damage.text(stored.detail["configuration"], "configuration"))
    let training = try JSON.decoded(TrainingState.self, from: try Damage.text(stored.detail["training"], "training"))
    var recipe = try JSON.decoded(TrainingRecipe.self, from: try Damage.text(stored.detail["recipe"], "recipe"))
    guard training.isSound else { throw Damage("the state of its training") }
    recipe.takeBeta2(of: training.plan)
    guard recipe.isSound else { throw Damage("its recipe") }
    guard configuration.isSound else { throw Damage("its configuration") }
    guard let values = stored["values"], let first = stored["firstMoments"], let second = stored["secondMoments"],
      [values, first, second].allSatisfy({ $0.dtype == .float32 })
    else { throw damaged }
    if let best = stored["bestValues"], best.byteCount != values.byteCount || best.dtype != .float32 { throw damaged }
    // With the stored count a model can be listed without building it, so that a workspace with many models opens
    // quickly.
    if let count = stored.detail["parameters"]?.integerValue {
      guard count >= 0, count <= values.shape.count else { throw Damage("the number of its parameters") }
      self.init(
        configuration, snapshot: .init(values: values, firstMoments: first, secondMoments: second),
        training: training, recipe: recipe, bestValues: stored["bestValues"],
        dataDescription: stored.detail["data"]?.stringValue ?? "", parameterCount: count)
      return
    }
    guard stored.detail["parameters"] == nil else { throw Damage("the number of its parameters") }
    let model = try Model(configuration, options: CompilerOptions(threads: threads))
    let fresh = try model.parameters.snapshot()
    guard fresh.values.byteCount == values.byteCount, fresh.firstMoments.byteCount == first.byteCount,
      fresh.secondMoments.byteCount == second.byteCount
    else { throw damaged }
    model.bestValues = stored["bestValues"]
    model.dataDescription = stored.detail["data"]?.stringValue ?? ""
    model.parameters.restore(.init(values: values, firstMoments: first, secondMoments: second))
    model.training = training
    try self.init(model, recipe: recipe)
  }
}
