import Graphs
import Tensors

/// Names of the likelihood's parameters, of which only the σ are trained: center and scale of every element are those of the
/// first training's data, of their logarithm for positive numbers and counts (`Model.initializeColumns`).
enum ColumnParameter {
  static let center = "columns.center"
  static let scale = "columns.scale"
  static let logSigma = "columns.logSigma"

  /// Added to σ² of the standardized value: a column that the code determines has no largest density, and this is a
  /// hundredth of its deviation.
  static let varianceFloor: Float = 1e-4
  /// ½ log 2π.
  static let halfLogTau: Float = 0.918_938_533
  /// Logarithms of rates beyond this would overflow.
  static let largestLogRate: Float = 30
}

extension TableColumns {
  /// A missing value is NaN: it has no term in the loss, and the encoder sees 0, the mean, in its place.
  private func observed(_ x: Symbol) throws(ShapeError) -> Symbol { try equal(x, x) }

  private func affine(_ graph: Graph, _ elements: Range<Int>) throws(ShapeError) -> (center: Symbol, scale: Symbol) {
    (
      try graph.parameter(ColumnParameter.center, [width]).slice(axis: 0, elements),
      try graph.parameter(ColumnParameter.scale, [width]).slice(axis: 0, elements)
    )
  }

  /// log σ of the standardized values, `[n]`: `½ log(e^2s + 10⁻⁴)` for the trained s.
  private func logSigma(_ graph: Graph, _ run: Run) throws(ShapeError) -> Symbol {
    let own = try graph.parameter(ColumnParameter.logSigma, [sigmaCount]).slice(axis: 0, run.sigmas)
    return Graphs.log(Graphs.exp(own * 2) + ColumnParameter.varianceFloor) * 0.5
  }

  /// −log p of every column, `[B, columns]` in nats, 0 where its value is missing. With c and s the center and scale of an
  /// element and o the decoder's output for it,
  ///
  ///     gaussian     ½ ((x − c)/s − o)²/σ² + log σ + log s + ½ log 2π
  ///     lognormal    the same of log x, + log x
  ///     poisson      λ − x log λ + log Γ(x + 1),   log λ = c + s·o
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
        isSeen, x.slice(axis: 1, run.elements), graph.constant(run.kind == .lognormal ? 1 : 0))
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
        let logRate = try minimum(center + scale * o, graph.constant(ColumnParameter.largestLogRate))
        loss = try Graphs.exp(logRate) - value * logRate + logGamma(value + 1)
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
        isSeen, x.slice(axis: 1, run.elements), graph.constant(run.kind == .lognormal ? 1 : 0))
      let (center, scale) = try affine(graph, run.elements)
      let input: Symbol
      switch run.kind {
      case .gaussian: input = try (value - center) / scale
      case .lognormal: input = try (Graphs.log(value) - center) / scale
      case .poisson: input = try (Graphs.log(value + 1) - center) / scale
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
      case .poisson:
        parts.append(Graphs.exp(try minimum(center + scale * o, graph.constant(ColumnParameter.largestLogRate))))
      case .bernoulli: parts.append(sigmoid(o))
      case .categorical: parts.append(try o.softmax(1))
      }
    }
    return parts.count == 1 ? parts[0] : try concat(parts, axis: 1)
  }
}
