import Graphs
import Networks
import Tensors

extension Model {
  /// Programs of other batch sizes are kept; at most this many.
  private static let programLimit = 12

  func program(_ key: ProgramKey, _ make: () throws -> Program) throws -> Program {
    if let program = programs[key] { return program }
    if programs.count >= Self.programLimit { programs.removeAll() }
    let program = try make()
    programs[key] = program
    return program
  }

  /// A training step on `rows` examples; outputs `loss`, `reconstruction`, `kl`, and the family's own terms.
  ///
  /// - Parameter globalRows: Where they lie in a batch that several processes share; nil where they are all of it.
  func trainingProgram(rows: Int, globalRows: GlobalRows? = nil, optimizer: OptimizerKind) throws -> Program {
    if let current, current.rows == rows, current.globalRows == globalRows, current.optimizer == optimizer {
      return current.program
    }
    let key = ProgramKey.training(rows: rows, globalRows, configuration.withoutSchedules, optimizer)
    let made = try program(key) {
      let objective = ObjectiveGraph(configuration, rows: rows, globalRows: globalRows, training: true)
      let terms = try objective.terms()
      let own = try configuration.family.ownTerms.map { term in
        guard let symbol = terms.terms[term] else {
          throw ModelError.checkpoint(
            "the family '\(configuration.family)' declares the term '\(term.name)' and does not write it")
        }
        return (term.name, symbol)
      }
      let opponents = terms.opponents.map { TrainingPhase($0.loss, $0.optimizer, group: $0.group, gate: $0.gate) }
      let program = try Program(
        objective.graph,
        outputs: [("loss", terms.loss), ("reconstruction", terms.reconstruction), ("kl", terms.kl)] + own,
        parameters: parameters, training: [TrainingPhase(terms.loss, optimizer)] + opponents,
        assignments: objective.builder.assignments,
        seed: configuration.seed, options: options)
      for opponent in terms.opponents { program[hyperparametersOf: opponent.group] = opponent.hyperparameters }
      return program
    }
    current = (rows, globalRows, optimizer, made)
    return made
  }

  /// Posterior parameters: outputs `mean` and `logVariance`, `[rows, D]`.
  func encodeProgram(rows: Int) throws -> Program {
    try program(.encode(rows: rows)) {
      let objective = ObjectiveGraph(configuration, rows: rows, training: false)
      let q = try objective.posterior(objective.input())
      return try Program(
        objective.graph, outputs: [("mean", q.mean), ("logVariance", q.logVariance)], parameters: parameters,
        options: options)
    }
  }

  /// Input `z` `[rows, D]`; output `mean`, E[x | z].
  func decodeProgram(rows: Int) throws -> Program {
    try program(.decode(rows: rows)) {
      let objective = ObjectiveGraph(configuration, rows: rows, training: false)
      let z = try objective.graph.input("z", [rows, codeLayout.count])
      let outputs = try objective.decode(z, labels: objective.labels())
      let mean = try configuration.likelihood.mean(outputs, pixels: configuration.pixels)
      return try Program(objective.graph, outputs: [("mean", mean)], parameters: parameters, options: options)
    }
  }

  /// Input `z` `[rows, D]`; output `outputs`, the parameters of p(x | z) as draws read them, `[rows, outputsPerPixel · pixels]`.
  func outputsProgram(rows: Int) throws -> Program {
    try program(.outputs(rows: rows)) {
      let objective = ObjectiveGraph(configuration, rows: rows, training: false)
      let z = try objective.graph.input("z", [rows, codeLayout.count])
      let raw = try objective.decode(z, labels: objective.labels())
      let outputs = try configuration.likelihood.prepared(raw, pixels: configuration.pixels)
      return try Program(objective.graph, outputs: [("outputs", outputs)], parameters: parameters, options: options)
    }
  }

  /// Terms of the ELBO by one posterior sample, per example: `reconstruction` −log p(x|z), `squaredError`, `bce`,
  /// all `[rows]`; `klPerDimension`, from N(0, I), `mean` and `z`, `[rows, D]`; of a prior that is a mixture `rate`, log q(z | x)
  /// − log p(z), `[rows]`.
  func termsProgram(rows: Int) throws -> Program {
    try program(.terms(rows: rows)) {
      let objective = ObjectiveGraph(configuration, rows: rows, training: false)
      let x = try objective.input()
      let target = try x.flattened()
      let q = try objective.posterior(x)
      let noise = try objective.graph.random(.normal, StreamPurpose.evaluation, q.mean.shape)
      let z = configuration.family.posterior.isRandom ? try q.sample(noise) : q.mean
      let outputs = try objective.decode(z, labels: objective.labels())
      let rebuilt = try configuration.likelihood.mean(outputs, pixels: configuration.pixels, x: target)
      // What is missing of a table has no error.
      let difference =
        try configuration.likelihood.columns == nil
        ? target - rebuilt : select(equal(target, target), target - rebuilt, objective.graph.constant(0))
      let probability = clip(rebuilt, 1e-7, 1 - 1e-7)
      let crossEntropy =
        configuration.likelihood.measure == .binaryProbability
        ? try bceWithLogits(outputs, target)
        : try -(target * log(probability) + (1 - target) * log(1 - probability))
      let rate = try objective.priorComponents().map { try [("rate", objective.drawnRate(q, z, $0))] } ?? []
      return try Program(
        objective.graph,
        outputs: [
          ("reconstruction", try configuration.likelihood.negativeLogLikelihood(outputs, target)),
          ("squaredError", try square(difference).sum([1])), ("bce", try crossEntropy.sum([1])),
          ("klPerDimension", try q.klPerDimension()), ("mean", q.mean), ("logVariance", q.logVariance), ("z", z),
        ] + rate, parameters: parameters, seed: configuration.seed, options: options)
    }
  }

  /// Output `logWeights` `[samples, rows]`, from posterior parameters given as inputs `mean` and `logVariance`.
  func importanceProgram(rows: Int, samples: Int) throws -> Program {
    try program(.importance(rows: rows, samples: samples)) {
      let objective = ObjectiveGraph(configuration, rows: rows, training: false)
      let target = try objective.input().flattened()
      let graph = objective.graph
      let q = DiagonalGaussian(
        mean: try graph.input("mean", [rows, codeLayout.count]),
        logVariance: try graph.input("logVariance", [rows, codeLayout.count]))
      // Those of the prior are the same for all examples: computed once, not with every run.
      let k = configuration.componentCount
      let components =
        configuration.drawsRate
        ? DiagonalGaussian(
          mean: try graph.input("components.mean", [k, codeLayout.count]),
          logVariance: try graph.input("components.logVariance", [k, codeLayout.count])) : nil
      let weights = try objective.importanceWeights(
        q, target, samples: samples, components, purpose: StreamPurpose.importanceSamples
      ).logWeights
      return try Program(
        graph, outputs: [("logWeights", weights)], parameters: parameters, seed: configuration.seed, options: options)
    }
  }
}

extension ModelConfiguration {
  /// What decides a compiled program: schedules are inputs, not code.
  var withoutSchedules: ModelConfiguration {
    var other = self
    (other.beta, other.capacity) = (.constant(1), .constant(0))
    let structural = Set(family.settings.filter(\.isStructural).map(\.word))
    other.settings = settings.filter { structural.contains($0.key) }
    return other
  }
}
