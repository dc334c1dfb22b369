import Graphs
import Notebook
import SessionCore
import Testing
import VAEngine

/// RMSprop's decay of the second moment was 0.999 by default, and is 0.99 now: what trained with the old one goes on
/// with it.
@Suite struct OlderRecipeTests {
  private static let setup = ["load digits as=all; d = all.train[0..63]", "model m mlp hidden=4 latent=2 seed=1 on=d;"]

  private func trained(_ options: String) throws -> Bench {
    let bench = try Bench()
    for line in Self.setup { _ = bench.shown(line) }
    _ = bench.shown("train m on=d epochs=1 batch=16 seed=1 \(options);")
    return bench
  }

  private func model(_ bench: Bench, _ name: String) throws -> ModelValue {
    guard case .object(let object)? = bench.session.state.variables[name]?.value else { throw Bench.NotFailed() }
    return try #require(object as? ModelValue)
  }

  /// What older programs wrote: the decay in the training's plan alone, whoever chose it.
  private func older(_ model: ModelValue) throws -> ModelValue {
    var stored = try model.stored()
    let recipe = try #require(stored.detail["recipe"]?.stringValue)
    guard case .object(let parts) = stored.detail else { throw Bench.NotFailed() }
    let before = recipe.replacing(/"beta2":[^,}]+,?/, with: "").replacing(",}", with: "}")
    stored.detail = .object(parts.map { $0.key == "recipe" ? .init("recipe", .string(before)) : $0 })
    guard case .object(let object) = try Restorers(options: SessionOptions()).value(stored) else {
      throw Bench.NotFailed()
    }
    return try #require(object as? ModelValue)
  }

  @Test func anOlderWorkspacesRMSpropKeepsItsDecay() throws {
    let bench = try trained("optimizer=rmsprop beta2=0.999")
    #expect(try model(bench, "m").recipe.beta2 == 0.999)
    #expect(try older(model(bench, "m")).recipe.beta2 == 0.999)
    // Nothing is to be kept of what trained with the default of today, or of another update rule.
    #expect(try older(model(trained("optimizer=rmsprop"), "m")).recipe.beta2 == nil)
    #expect(try older(model(trained("optimizer=adam"), "m")).recipe.beta2 == nil)
    #expect(try older(model(trained("optimizer=adam beta2=0.9"), "m")).recipe.beta2 == 0.9)
  }

  /// A file has the plan alone. Three trainings go on: the model itself, the one from the file, and one under the
  /// default of today, which is another.
  @Test func anOlderFilesRMSpropGoesOnAsItDid() throws {
    let folder = Folder()
    let bench = try trained("optimizer=rmsprop beta2=0.999")
    _ = bench.shown("save m \(folder.file("m.safetensors")); n = open \(folder.file("m.safetensors"))")
    #expect(try model(bench, "n").recipe.beta2 == 0.999)
    _ = bench.shown("o = fork n; set o beta2=0.99")
    for name in ["m", "n", "o"] { _ = bench.shown("train \(name) on=d epochs=+1 batch=16 seed=1;") }
    #expect(bench.shown("m.loss") == bench.shown("n.loss"))
    #expect(bench.shown("m.loss") != bench.shown("o.loss"))
  }
}
