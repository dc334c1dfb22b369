import Graphs
import Tensors

/// Names of the likelihood's parameters, of which those of `learned` are trained: center and scale of every element are those of the
/// first training's data, of their logarithm for positive numbers and counts (`Model.initializeColumns`).
enum ColumnParameter {
  static let center = "columns.center"
  static let scale = "columns.scale"
  static let logSigma = "columns.logSigma"
  static let logTheta = "columns.logTheta"
  static let dropout = "columns.dropout"
  static let thresholds = "columns.thresholds"
  /// Those that are trained, with a part for each column that has any.
  static let learned = [logSigma, logTheta, dropout, thresholds]

  /// Added to σ² of the standardized value: a column that the code determines has no largest density, and this is a
  /// hundredth of its deviation.
  static let varianceFloor: Float = 1e-4
  /// ½ log 2π.
  static let halfLogTau: Float = 0.918_938_533
  /// Logarithms of rates beyond this would overflow.
  static let largestLogRate: Float = 30
}

extension TableColumns {
  /// What stands in the place of a missing value, where it is not looked at.
  private static func placeholder(_ run: Run) -> Float {
    switch run.kind {
    case .lognormal: 1
    case .ordinal: Float(run.first.range?.lowerBound ?? 0)
    default: 0
    }
  }

  /// A missing value is NaN: it has no term in the loss, and the encoder sees 0, the mean, in its place.
  private func observed(_ x: Symbol) throws(ShapeError) -> Symbol { try equal(x, x) }

  private func affine(_ graph: Graph, _ elements: Range<Int>) throws(ShapeError) -> (center: Symbol, scale: Symbol) {
    (
      try graph.parameter(ColumnParameter.center, [width]).slice(axis: 0, elements),
      try graph.parameter(ColumnParameter.scale, [width]).slice(axis: 0, elements)
    )
  }

  private func own(_ name: String, _ graph: Graph, _ run: Run) throws(ShapeError) -> Symbol {
    try graph.parameter(name, [count(of: name)]).slice(axis: 0, run.part(of: name))
  }

  /// log θ of negative binomials, `[n]`, within its bounds.
  private func logTheta(_ graph: Graph, _ run: Run) throws(ShapeError) -> Symbol {
    hardtanh(try own(ColumnParameter.logTheta, graph, run), -Counts.largestLogTheta, Counts.largestLogTheta)
  }

  /// log μ of counts.
  private func logRate(_ graph: Graph, _ run: Run, _ o: Symbol) throws(ShapeError) -> Symbol {
    let (center, scale) = try affine(graph, run.elements)
    return try minimum(center + scale * o, graph.constant(ColumnParameter.largestLogRate))
  }

  /// Thresholds of a column's grades, `[K − 1]`, rising: τ₀ = t₀ and τ_k = τ_{k−1} + softplus(t_k) for the trained t.
  private func thresholds(_ graph: Graph, _ run: Run) throws(ShapeError) -> Symbol {
    let t = try own(ColumnParameter.thresholds, graph, run)
    let count = t.shape[0]
    guard count > 1 else { return t }
    let steps = try concat([t.slice(axis: 0, 0..<1), softplus(t.slice(axis: 0, 1..<count))], axis: 0)
    // Row i is added to all that come after it.
    let sums = try graph.array((0..<count * count).map { $0 / count <= $0 % count ? 1 : 0 }, [count, count])
    return try matmul(steps.reshaped([1, count]), sums).reshaped([count])
  }

  /// −log of the probability of a grade (McCullagh 1980, equation 2.1, proportional odds): with k its place from 0,
  ///
  ///     P(k) = σ(τ_k − o) − σ(τ_{k−1} − o)
  ///     log P(k) = log(1 − e^(τ_{k−1} − τ_k)) − softplus(o − τ_k) − softplus(τ_{k−1} − o)
  ///
  /// which loses no digits anywhere; the first and the last have one of the two sides.
  private func ordinalLoss(_ graph: Graph, _ run: Run, _ o: Symbol, _ value: Symbol) throws(ShapeError) -> Symbol {
    let t = try thresholds(graph, run)
    let count = t.shape[0]
    let place = try value - Float(run.first.range?.lowerBound ?? 0)
    // Of the outer grades the side that there is not lies one further: it is not taken, and its slopes are finite.
    let upper = try concat([t, t.slice(axis: 0, count - 1..<count) + 1], axis: 0)
    let lower = try concat([t.slice(axis: 0, 0..<1) - 1, t], axis: 0)
    let table = try concat([upper.reshaped([count + 1, 1]), lower.reshaped([count + 1, 1])], axis: 1)
    let ends = try table.rows(at: place.reshaped([place.shape[0]]))
    let (above, below) = (try ends.slice(axis: 1, 0..<1), try ends.slice(axis: 1, 1..<2))
    let upperSide = try softplus(o - above)
    let lowerSide = try softplus(below - o)
    let inside = try upperSide + lowerSide - Graphs.log(-Graphs.expm1(below - above))
    let isLast = try lessOrEqual(graph.constant(Float(count) - 0.5), place)
    let isFirst = try less(place, graph.constant(0.5))
    return try select(isFirst, upperSide, select(isLast, lowerSide, inside))
  }

  /// log σ of the standardized values, `[n]`: `½ log(e^2s + 10⁻⁴)` for the trained s.
  private func logSigma(_ graph: Graph, _ run: Run) throws(ShapeError) -> Symbol {
    let own = try own(ColumnParameter.logSigma, graph, run)
    return Graphs.log(Graphs.exp(own * 2) + ColumnParameter.varianceFloor) * 0.5
  }

  /// −log p of every column, `[B, columns]` in nats, 0 where its value is missing. With c and s the center and scale of an
  /// element and o the decoder's output for it,
  ///
  ///     gaussian     ½ ((x − c)/s − o)²/σ² + log σ + log s + ½ log 2π
  ///     lognormal    the same of log x, + log x
  ///     poisson      λ − x log λ + log Γ(x + 1),   log λ = c + s·o
  ///     nb, zinb     as `Counts` has them, log μ = c + s·o
  ///     ordinal      −log(σ(τ_k − o) − σ(τ_{k−1} − o))
  ///     bernoulli    softplus(o) − o x
  ///     categorical  log Σ exp o − o·x
  func losses(_ outputs: Symbol, _ x: Symbol) throws(ShapeError) -> Symbol {
    let graph = x.graph
    let seen = try observed(x)
    var parts: [Symbol] = []
    for run in runs {
      let o = try outputs.slice(axis: 1, run.elements)
      let isSeen = try seen.slice(axis: 1, run.elements)
      let value = try select(
        isSeen, x.slice(axis: 1, run.elements), graph.constant(Self.placeholder(run)))
      let (center, scale) = try affine(graph, run.elements)
      var loss: Symbol
      switch run.kind {
      case .gaussian, .lognormal:
        let real = run.kind == .lognormal ? Graphs.log(value) : value
        let logSigma = try logSigma(graph, run)
        let error = try ((real - center) / scale - o) * Graphs.exp(-logSigma)
        loss = try square(error) * 0.5 + (logSigma + Graphs.log(scale) + ColumnParameter.halfLogTau)
        if run.kind == .lognormal { loss = try loss + real }
      case .poisson:
        let logRate = try logRate(graph, run, o)
        loss = try Graphs.exp(logRate) - value * logRate + logGamma(value + 1)
      case .nb:
        loss = try Counts.negativeBinomial(logRate(graph, run, o), logTheta: logTheta(graph, run), value)
      case .zinb:
        loss = try Counts.zeroInflated(
          logRate(graph, run, o), logTheta: logTheta(graph, run), dropout: own(ColumnParameter.dropout, graph, run),
          value)
      case .ordinal: loss = try ordinalLoss(graph, run, o, value)
      case .bernoulli: loss = try bceWithLogits(o, value)
      case .categorical:
        loss = try o.logSumExp([1], keepingAxes: true) - (value * o).sum([1], keepingAxes: true)
      }
      let isCounted = run.kind == .categorical ? try isSeen.slice(axis: 1, 0..<1) : isSeen
      parts.append(try select(isCounted, loss, graph.constant(0)))
    }
    return parts.count == 1 ? parts[0] : try concat(parts, axis: 1)
  }

  /// What the encoder sees: numbers standardized, positive ones and counts in their logarithm, 0 where missing.
  func standardized(_ x: Symbol) throws(ShapeError) -> Symbol {
    let graph = x.graph
    let seen = try observed(x)
    var parts: [Symbol] = []
    for run in runs {
      let isSeen = try seen.slice(axis: 1, run.elements)
      let value = try select(
        isSeen, x.slice(axis: 1, run.elements), graph.constant(Self.placeholder(run)))
      let (center, scale) = try affine(graph, run.elements)
      let input: Symbol
      switch run.kind {
      case .gaussian, .ordinal: input = try (value - center) / scale
      case .lognormal: input = try (Graphs.log(value) - center) / scale
      case .poisson, .nb, .zinb: input = try (Graphs.log(value + 1) - center) / scale
      case .bernoulli, .categorical: input = value
      }
      parts.append(try select(isSeen, input, graph.constant(0)))
    }
    return parts.count == 1 ? parts[0] : try concat(parts, axis: 1)
  }

  /// Which columns are observed, `[B, columns]` of 0 and 1.
  func mask(_ x: Symbol) throws(ShapeError) -> Symbol {
    let seen = try observed(x)
    var parts: [Symbol] = []
    for run in runs {
      parts.append(
        try seen.slice(
          axis: 1, run.kind == .categorical ? run.elements.lowerBound..<run.elements.lowerBound + 1 : run.elements))
    }
    return parts.count == 1 ? parts[0] : try concat(parts, axis: 1)
  }

  /// One number of each column, `[B, columns]`, as one of each of its elements, `[B, D]`.
  func spread(_ perColumn: Symbol) throws(ShapeError) -> Symbol {
    var parts: [Symbol] = []
    var column = 0
    for run in runs {
      let count = run.kind == .categorical ? 1 : run.elements.count
      let own = try perColumn.slice(axis: 1, column..<column + count)
      let rows = perColumn.shape[0]
      parts.append(count == run.elements.count ? own : try own.broadcast(to: [rows, run.elements.count]))
      column += count
    }
    return parts.count == 1 ? parts[0] : try concat(parts, axis: 1)
  }

  /// E[x | outputs], `[B, D]`, in the units of the data; of categories their probabilities.
  func means(_ outputs: Symbol) throws(ShapeError) -> Symbol {
    let graph = outputs.graph
    var parts: [Symbol] = []
    for run in runs {
      let o = try outputs.slice(axis: 1, run.elements)
      let (center, scale) = try affine(graph, run.elements)
      switch run.kind {
      case .gaussian: parts.append(try center + scale * o)
      case .lognormal:
        let variance = try square(scale * Graphs.exp(logSigma(graph, run)))
        parts.append(Graphs.exp(try center + scale * o + variance * 0.5))
      case .poisson, .nb: parts.append(Graphs.exp(try logRate(graph, run, o)))
      case .zinb:
        let share = sigmoid(-(try own(ColumnParameter.dropout, graph, run)))
        parts.append(try Graphs.exp(logRate(graph, run, o)) * share)
      case .ordinal:
        // Σ over the thresholds of P(grade above it).
        let above = sigmoid(try o - thresholds(graph, run))
        parts.append(try above.sum([1], keepingAxes: true) + Float(run.first.range?.lowerBound ?? 0))
      case .bernoulli: parts.append(sigmoid(o))
      case .categorical: parts.append(try o.softmax(1))
      }
    }
    return parts.count == 1 ? parts[0] : try concat(parts, axis: 1)
  }
}
