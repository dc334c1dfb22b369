import Glibc
import Graphs
import Tensors

/// What a model makes of one column of a table.
package struct ColumnError: Sendable, Equatable {
  package let column: ColumnModel
  /// Cells that are observed.
  package let observed: Int
  /// −log p(x_c | z), nats per observed cell.
  package let loss: Double
  /// The root mean squared difference of E[x_c | z] from the cell, in the column's unit; nil of categories.
  package let rootMeanSquaredError: Double?
  /// The share of cells whose likeliest category is theirs, or 0 and 1 theirs; nil of numbers.
  package let accuracy: Double?
}

extension Model {
  /// Terms and means of every cell by the mean of the posterior: −log p(x_c | z) `[N, columns]`, 0 where missing, and
  /// E[x | z] `[N, D]`.
  ///
  /// - Throws: As `check`; `ModelError.notAProbability` for a model without columns.
  package func columnTerms(
    _ source: any BatchSource, seed: UInt64 = 0, progress: (Double) throws -> Void = { _ in }
  ) throws -> (losses: Tensor, means: Tensor) {
    guard let columns = configuration.likelihood.columns else { throw ModelError.notAProbability("this model") }
    try check(source)
    let rows = min(Self.evaluationRows, source.count)
    let program = try columnProgram(rows: rows)
    let (c, d) = (columns.models.count, columns.width)
    var losses = try Tensor(zeros: [source.count, c])
    var means = try Tensor(zeros: [source.count, d])
    let stream = RandomStream.evaluatedData(seed: seed)
    try losses.withMutableElements(of: Float.self) { losses in
      try means.withMutableElements(of: Float.self) { means in
        try forEachBatch(of: source, rows: rows, seed: seed) { indices, valid, step in
          var batch = stream
          batch.step = step
          source.fill(program.input("x"), indices, stream: batch, threads: options.threads)
          fillLabels(of: program, from: source, indices)
          program.run()
          let begin = Int(step) * rows
          let (own, mean) = (program.output("losses"), program.output("mean"))
          for i in 0..<valid * c { losses[begin * c + i] = own[i] }
          for i in 0..<valid * d { means[begin * d + i] = mean[i] }
          try progress(Double(begin + valid) / Double(source.count))
        }
      }
    }
    return (losses, means)
  }

  /// −log p, error and accuracy of each column.
  package func columnErrors(
    _ source: any BatchSource, seed: UInt64 = 0, progress: (Double) throws -> Void = { _ in }
  ) throws -> [ColumnError] {
    guard let columns = configuration.likelihood.columns else { return [] }
    let (losses, means) = try columnTerms(source, seed: seed, progress: progress)
    let own = losses.elements(as: Float.self)
    let predicted = means.elements(as: Float.self)
    let values = try source.values().elements(as: Float.self)
    let (c, d) = (columns.models.count, columns.width)
    return zip(columns.models, columns.elements).enumerated().map { place, column in
      let (model, elements) = column
      let rows = (0..<source.count).filter { !values[$0 * d + elements.lowerBound].isNaN }
      let n = Double(rows.count)
      let loss = rows.reduce(0.0) { $0 + Double(own[$1 * c + place]) } / n
      var (squares, hits) = (0.0, 0)
      for row in rows {
        let cell = row * d + elements.lowerBound
        let difference = Double(values[cell]) - Double(predicted[cell])
        squares += difference * difference
        switch model.kind {
        case .bernoulli: hits += (predicted[cell] >= 0.5) == (values[cell] == 1) ? 1 : 0
        case .categorical:
          let range = row * d + elements.lowerBound..<row * d + elements.upperBound
          let best = range.max { (predicted[$0], $1) < (predicted[$1], $0) }
          hits += best.map { values[$0] == 1 } == true ? 1 : 0
        default: break
        }
      }
      let isNumber = model.kind != .bernoulli && model.kind != .categorical
      return ColumnError(
        column: model, observed: rows.count, loss: loss,
        rootMeanSquaredError: isNumber ? (squares / n).squareRoot() : nil, accuracy: isNumber ? nil : Double(hits) / n)
    }
  }

  /// Outputs `losses` `[rows, columns]` and `mean` `[rows, D]` by the posterior's mean.
  private func columnProgram(rows: Int) throws -> Program {
    try program(.columns(rows: rows)) {
      let objective = ObjectiveGraph(configuration, rows: rows, training: false)
      let x = try objective.input()
      let outputs = try objective.decode(objective.posterior(x).mean, labels: objective.labels())
      guard let columns = configuration.likelihood.columns else { throw ModelError.notAProbability("this model") }
      return try Program(
        objective.graph,
        outputs: [
          ("losses", try columns.losses(outputs, x.flattened())),
          ("mean", try configuration.likelihood.mean(outputs, pixels: configuration.pixels)),
        ], parameters: parameters, options: options)
    }
  }
}
