import Graphs
import Tensors
import Testing

/// Several losses in one program, each for its own parameters.
@Suite struct TrainingPhaseTests {
  /// Two numbers a and b of groups of their own, and their losses, with derivatives worked out by hand:
  ///
  ///     l₁ = (a·b − 3)²    ∂l₁/∂a = 2b(a·b − 3)        trains a
  ///     l₂ = (b − 2a)²     ∂l₂/∂b = 2(b − 2a)          trains b
  private struct Game {
    let graph = Graph()
    let store: ParameterStore
    let first: Symbol
    let second: Symbol

    init(a: Float = 1, b: Float = 2) throws {
      store = try ParameterStore([
        ParameterSpec(name: "b", shape: [], group: "critic"), ParameterSpec(name: "a", shape: []),
      ])
      store.set("a", to: try Tensor([a], shape: []))
      store.set("b", to: try Tensor([b], shape: []))
      let (x, y) = (try graph.parameter("a", []), try graph.parameter("b", []))
      first = try square(x * y - 3)
      second = try square(y - 2 * x)
    }

    func value(_ name: String) throws -> Float { try store.value(name).elements(as: Float.self)[0] }

    func program(
      _ optimizers: (OptimizerKind, OptimizerKind), gate: Symbol? = nil, threads: Int = 2
    ) throws -> Program {
      try Program(
        graph, outputs: [("first", first), ("second", second)], parameters: store,
        training: [
          TrainingPhase(first, optimizers.0), TrainingPhase(second, optimizers.1, group: "critic", gate: gate),
        ], options: CompilerOptions(threads: threads))
    }
  }

  @Test(arguments: 1...3) func everyLossIsDifferentiatedAtTheSameParameters(threads: Int) throws {
    let game = try Game()
    let program = try game.program((.sgd, .sgd), threads: threads)
    program[hyperparametersOf: "model"].learningRate = 0.1
    program[hyperparametersOf: "critic"].learningRate = 0.01
    var (a, b) = (1.0, 2.0)
    for step in 0..<5 as Range<UInt64> {
      program.run(step: step)
      #expect(abs(Double(program.output("first")[0]) - (a * b - 3) * (a * b - 3)) < 1e-5)
      #expect(abs(Double(program.output("second")[0]) - (b - 2 * a) * (b - 2 * a)) < 1e-5)
      // Both from the old values.
      (a, b) = (a - 0.1 * 2 * b * (a * b - 3), b - 0.01 * 2 * (b - 2 * a))
      #expect(abs(Double(try game.value("a")) - a) < 1e-5)
      #expect(abs(Double(try game.value("b")) - b) < 1e-5)
    }
  }

  @Test func groupsHaveTheirOwnRuleAndCount() throws {
    let game = try Game(a: 1, b: 1)
    let program = try game.program((.sgd, .adam))
    program[hyperparametersOf: "model"].learningRate = 0.1
    program[hyperparametersOf: "critic"].learningRate = 0.01
    // In the middle of a training of its own.
    program[hyperparametersOf: "critic"].updateCount = 7
    program.run()
    #expect(program.phases.map(\.group) == ["model", "critic"])
    #expect(program.phases.map(\.hyperparameters.updateCount) == [1, 8])
    // ∂l₁/∂a = 2·1·(1 − 3) = −4.
    #expect(abs(try game.value("a") - 1.4) < 1e-6)
    // ∂l₂/∂b = 2(1 − 2) = −2: m = −0.2, v = 0.004, both corrected for eight updates.
    let (m, v) = (-0.2 / (1 - 0.430_467_21), 0.004 / (1 - 0.992_027_944))
    #expect(abs(Double(try game.value("b")) - (1 - 0.01 * m / (v.squareRoot() + 1e-8))) < 1e-6)
  }

  @Test func gradientsAreClippedByTheNormOfTheirGroup() throws {
    let game = try Game(a: 1, b: 2)
    let program = try game.program((.sgd, .sgd))
    for group in ["model", "critic"] {
      program[hyperparametersOf: group].learningRate = 1
      program[hyperparametersOf: group].clipNorm = 0.5
    }
    // ∂l₁/∂a = 4·(2 − 3) = −4 is clipped to −0.5; ∂l₂/∂b = 0 stays.
    program.run()
    #expect(abs(try game.value("a") - 1.5) < 1e-6)
    #expect(try game.value("b") == 2)
    // Of the next step 2·2·(3 − 3) = 0 and 2·(2 − 3) = −2.
    program.run()
    #expect(abs(try game.value("a") - 1.5) < 1e-6)
    #expect(abs(try game.value("b") - 2.5) < 1e-6)
  }

  @Test func aClosedGateLeavesValuesMomentsAndCount() throws {
    let game = try Game(a: 1, b: 1)
    let open = try game.graph.input("open", [])
    let program = try game.program((.sgd, .adam), gate: open)
    program.input("open")[0] = 1
    program.run()
    let (b, before) = (try game.value("b"), try game.store.snapshot())
    program.input("open")[0] = 0
    let a = try game.value("a")
    program.run()
    #expect(try game.value("b") == b)
    #expect(try game.value("a") != a)
    #expect(program.phases.map(\.hyperparameters.updateCount) == [2, 1])
    let after = try game.store.snapshot()
    let critic = try #require(game.store.groups["critic"])
    for (old, new) in [(before.firstMoments, after.firstMoments), (before.secondMoments, after.secondMoments)] {
      let (old, new) = (old.elements(as: Float.self), new.elements(as: Float.self))
      #expect(old[critic] == new[critic] && old[critic].contains { $0 != 0 })
    }
    // A gate may come from the losses themselves.
    let other = try Game(a: 1, b: 1)
    let gate = try less(other.first, other.second)
    let rested = try other.program((.sgd, .sgd), gate: gate)
    rested.run()
    #expect(try other.value("b") == 1, "l₁ = 4 is not below l₂ = 1")
  }

  @Test func noLossReachesParametersBehindAStop() throws {
    let graph = Graph()
    let (weight, critic) = (try graph.parameter("weight", [3, 2]), try graph.parameter("critic", [2, 1]))
    let code = try tanh(matmul(graph.input("x", [4, 3]), weight))
    let loss = try bceWithLogits(matmul(stopGradient(code), critic), graph.constant(1, [4, 1])).mean()
    let gradients = try graph.gradients(of: loss, withRespectTo: [weight, critic])
    #expect(gradients[0].op == .constant(0) && gradients[0].shape == [3, 2])
    #expect(gradients[1].op != .constant(0))
  }

  @Test func aLossThatReachesNoneOfItsGroupMovesNothing() throws {
    let game = try Game(a: 1, b: 2)
    let apart = try square(stopGradient(game.graph.parameter("b", [])) - 1)
    let program = try Program(
      game.graph, outputs: [("apart", apart)], parameters: game.store,
      training: [TrainingPhase(game.first, .sgd), TrainingPhase(apart, .adam, group: "critic")])
    for group in ["model", "critic"] { program[hyperparametersOf: group].learningRate = 0.1 }
    for step in 0..<3 as Range<UInt64> { program.run(step: step) }
    #expect(program.output("apart")[0] == 1)
    #expect(try game.store.gradient("b").elements(as: Float.self) == [0] && game.value("b") == 2)
    #expect(try game.value("a") != 1)
  }

  @Test func reductionIsBetweenTheGradientsAndTheUpdates() throws {
    let (alone, halved) = (try Game(), try Game())
    let (one, two) = (try alone.program((.sgd, .adam)), try halved.program((.sgd, .adam)))
    for step in 0..<4 as Range<UInt64> {
      one.run(step: step)
      // Another process that has the same gradients: the mean of both is what it was.
      two.run(step: step) { gradients in
        #expect(gradients.count == 32 && halved.store.groups["critic"] == 0..<16)
        for index in gradients.indices { gradients[index] = (gradients[index] + gradients[index]) / 2 }
      }
    }
    #expect(try alone.value("a") == halved.value("a"))
    #expect(try alone.value("b") == halved.value("b"))

    struct Broken: Error {}
    let (a, b) = (try halved.value("a"), try halved.value("b"))
    #expect(throws: Broken.self) { try two.run(step: 9) { _ in throw Broken() } }
    #expect(try halved.value("a") == a && halved.value("b") == b)
    #expect(two.phases.map(\.hyperparameters.updateCount) == [4, 4])
  }

  @Test func whatCannotBeTrainedIsNamed() throws {
    let game = try Game()
    func failure(_ training: [TrainingPhase]) -> ProgramError? {
      #expect(throws: ProgramError.self) {
        try Program(game.graph, outputs: [], parameters: game.store, training: training)
      }
    }
    #expect(failure([TrainingPhase(game.first, .sgd, group: "decoder")]) == .emptyGroup("decoder"))
    #expect(failure([TrainingPhase(game.first, .sgd), TrainingPhase(game.second, .sgd)]) == .twoLosses("model"))
    let wide = try game.graph.input("wide", [2])
    #expect(failure([TrainingPhase(game.first, .sgd, gate: wide)]) == .gateShape("model", [2]))
  }
}
