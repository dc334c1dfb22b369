import Graphs
import Tensors
import Testing

/// Values of two graphs do not meet: an id of one means something else, or nothing, in the other.
@Suite struct MixedGraphTests {
  private typealias Mix = @Sendable (Symbol, Symbol) throws -> Symbol

  /// On matrices `[4, 4]`; a is of one graph, b of the other.
  private static let mixes: [(String, Mix)] = [
    ("+", { try $0 + $1 }), ("−", { try $0 - $1 }), ("×", { try $0 * $1 }), ("÷", { try $0 / $1 }),
    ("maximum", { try maximum($0, $1) }), ("minimum", { try minimum($0, $1) }), ("<", { try less($0, $1) }),
    ("≤", { try lessOrEqual($0, $1) }), ("=", { try equal($0, $1) }), ("bceWithLogits", { try bceWithLogits($0, $1) }),
    ("select", { try select($0, $0, $1) }), ("select", { try select($1, $0, $0) }), ("matmul", { try matmul($0, $1) }),
    ("conv2d", { try $0.reshaped([1, 1, 4, 4]).conv2d($1.reshaped([1, 1, 4, 4]), ConvGeometry(kernel: 4)) }),
    (
      "convTranspose2d",
      { try $0.reshaped([1, 1, 4, 4]).convTranspose2d($1.reshaped([1, 1, 4, 4]), ConvGeometry(kernel: 4)) }
    ),
    ("embedding", { try $0.rows(at: $1.reshaped([-1])) }),
    ("gather", { try $0.gathered(at: $1.reshaped([-1]), axis: 1) }),
    ("concat", { try concat([$0, $0, $1], axis: 0) }), ("−", { try straightThrough($0, $1) }),
    (
      "batchnorm",
      {
        try $0.batchNorm(scale: $1.slice(axis: 0, 0..<1).reshaped([4]), shift: $0.reshaped([16]).slice(axis: 0, 0..<4))
          .result
      }
    ),
    (
      "groupnorm",
      {
        try $0.groupNorm(
          groups: 2, scale: $0.slice(axis: 0, 0..<1).reshaped([4]), shift: $1.slice(axis: 0, 0..<1).reshaped([4]))
      }
    ),
    (
      "×",
      { try $0.layerNorm(scale: $1.slice(axis: 0, 0..<1).reshaped([4]), shift: $1.slice(axis: 0, 0..<1).reshaped([4])) }
    ),
    ("bernoulli", { try $0.graph.bernoulli($1, "b") }),
    ("gradient", { try $0.graph.gradients(of: $0.sum(), withRespectTo: [$1])[0] }),
    ("gradient", { try $0.graph.gradients(of: $1.sum(), withRespectTo: [$0])[0] }),
    ("gradient", { try $0.graph.gradients(of: $1.sum(), withRespectTo: [])[0] }),
  ]

  @Test(arguments: mixes.indices) func everyOpRefusesThem(_ index: Int) throws {
    let (name, mix) = Self.mixes[index]
    // The second has more nodes than the first: some of its ids exist there, some do not.
    for extra in [0, 100] {
      let (one, other) = (Graph(), Graph())
      let a = try one.input("a", [4, 4])
      var b = try other.input("b", [4, 4])
      for _ in 0..<extra { b = -b }
      let error = try #require(throws: ShapeError.self) { _ = try mix(a, b) }
      #expect(error.operation == name)
      #expect(error.reason.contains("graph"), "\(error)")
    }
  }

  @Test func aProgramRefusesThem() throws {
    let (one, other) = (Graph(), Graph())
    let (a, b) = (try one.input("a", [4]), try other.input("b", [4]))
    let store = try ParameterStore([ParameterSpec(name: "p", shape: [4], trainable: false)])
    let mine = try one.parameter("p", [4])
    #expect(throws: ProgramError.self) { try Program(one, outputs: [("a", a), ("b", b)]) }
    #expect(throws: ProgramError.self) {
      try Program(one, outputs: [("p", mine)], parameters: store, training: [TrainingPhase(b.sum(), .sgd)])
    }
    #expect(throws: ProgramError.self) { try Program(one, outputs: [], parameters: store, assignments: [("p", b)]) }
    #expect(try Program(one, outputs: [("a", a)]).output("a").count == 4)
  }
}
