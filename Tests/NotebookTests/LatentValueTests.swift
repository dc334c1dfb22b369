import Datasets
import Figures
import Notebook
import Tensors
import Testing
import VAEngine

/// What commands and figures make of latents, beside the engine's own answers: ends, order and orientation.
@Suite(.serialized) struct LatentValueTests {
  private let bench: Bench
  private let live: Model
  private let data: DatasetValue

  init() throws {
    bench = try Bench()
    _ = bench.shown("load digits as=all; d = all.train[0..199]; model m mlp hidden=16 latent=3 seed=1 on=d")
    _ = bench.shown("train m on=d epochs=2 seed=1 lr=5e-3 batch=50;")
    guard case .object(let model as ModelValue)? = bench.session.state.variables["m"]?.value,
      case .object(let data as DatasetValue)? = bench.session.state.variables["d"]?.value
    else { throw Bench.NotFailed() }
    (live, self.data) = (try model.model(threads: nil), data)
  }

  private func floats(_ source: String) throws -> [Float] {
    _ = bench.shown("result = \(source)")
    guard case .tensor(let array)? = bench.session.state.variables["result"]?.value else { throw Bench.NotFailed() }
    return array.floats
  }

  private func decoded(_ latents: [[Float]]) throws -> [Float] {
    try live.decode(Tensor(latents.flatMap { $0 }, shape: [latents.count, 3])).elements(as: Float.self)
  }

  private func figure(_ source: String) throws -> Figure {
    guard
      case .figure(let figure)? = bench.run("f = \(source)").status == .ok
        ? bench.session.state.variables["f"]?.value : nil
    else { throw Bench.NotFailed() }
    return figure
  }

  @Test func traversalsGoFromTheirLowEndToTheirHighEnd() throws {
    let origin: [Float] = [0.5, -0.25, 1]
    #expect(
      try floats("traverse m dim=2..2 range=-2:1 steps=4 from=[0.5, -0.25, 1]")
        == decoded([-2, -1, 0, 1].map { [origin[0], origin[1], $0] }))
    #expect(
      try floats("traverse m dim=0..1 range=-1:3 steps=2")
        == decoded([[-1, 0, 0], [3, 0, 0], [0, -1, 0], [0, 3, 0]]))
  }

  @Test func waysGoFromTheirStartToTheirEnd() throws {
    let (a, b): ([Float], [Float]) = ([1, 0, 0], [0, 2, 1])
    for kind in LatentPath.Kind.allCases {
      let path = try LatentPath.between(a, b, steps: 5, kind: kind)
      #expect(
        try floats("interpolate m from=[1, 0, 0] to=[0, 2, 1] steps=5 how=\(kind.rawValue)")
          == live.decode(path).elements(as: Float.self))
    }
    // Labels: the first example of each class; indexes: that one.
    let labels = (0..<200).compactMap { data.dataset.label($0) }
    let (three, seven) = (try #require(labels.firstIndex(of: 3)), try #require(labels.firstIndex(of: 7)))
    #expect(
      try floats("interpolate m d from=3 to=7 steps=4") == floats("interpolate m d from=#\(three) to=#\(seven) steps=4")
    )
    #expect(try floats("interpolate m d from=3 to=7 steps=4") != floats("interpolate m d from=7 to=3 steps=4"))
  }

  @Test func samplesAreDrawsOfThePriorTimesTheTemperature() throws {
    let draws = try live.prior(count: 3, seed: 5).elements(as: Float.self)
    for temperature: Float in [1, 0.5, 2] {
      let latents = (0..<3).map { row in draws[row * 3..<row * 3 + 3].map { $0 * temperature } }
      #expect(try floats("sample m n=3 seed=5 temperature=\(temperature)") == decoded(latents))
    }
    #expect(try floats("sample m n=2 seed=5 temperature=0") == decoded([[0, 0, 0], [0, 0, 0]]))
  }

  @Test func reconstructionsStandBehindTheirInputs() throws {
    let both = try floats("reconstruct m d n=3")
    let inputs = try data.dataset.examples([0, 1, 2]).elements(as: Float.self)
    #expect(Array(both[..<(3 * 784)]) == inputs)
    let outputs = try live.decode(live.encode(data.source).mean[0..<3]).elements(as: Float.self)
    #expect(zip(both[(3 * 784)...], outputs).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func theStrangestComeFirst() throws {
    _ = bench.shown("a = anomaly m d top=5")
    guard case .table(let table)? = bench.session.state.variables["a"]?.value else { throw Bench.NotFailed() }
    let scores = try live.anomalyScores(data.source)
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    #expect(table.rows.count == 5)
    for (row, index) in zip(table.rows, order) {
      #expect(row[0] == .count(index))
      #expect(row[1] == data.dataset.label(index).map { .count($0) })
      guard case .fixed(let score, _) = row[2] else { throw Bench.NotFailed() }
      #expect(abs(score - scores[index]) < 1e-3)
    }
  }

  // MARK: Figures

  @Test func whatHoldsForSeveralModelsIsSaidOnce() throws {
    _ = bench.shown("fork m as=m2")
    let text = bench.shown("compare m m2 on=d")[0]
    #expect(text.split(separator: "\n").count { $0.hasPrefix("gray values with a Bernoulli likelihood") } == 1)
    #expect(text.contains("\nm ") && text.contains("\nm2 "))
  }

  @Test func barsAreInTheOrderOfTheirKLWithTheirNames() throws {
    guard let bars = try figure("plot kl m on=d").kind as? Bars else { throw Bench.NotFailed() }
    let found = try live.evaluate(data.source)
    let order = (0..<3).sorted { found.klPerDimension[$0] > found.klPerDimension[$1] }
    #expect(bars.names == order.map(String.init))
    #expect(zip(bars.values, order).allSatisfy { abs($0 - found.klPerDimension[$1]) < 1e-6 })
    #expect(bars.kinds?.inactive == Set(order.indices.filter { found.meanVariance[order[$0]] <= 0.01 }))
  }

  /// Rows are the true classes: each adds up to the examples of its class.
  @Test func aConfusionsRowsAreTheTrueClasses() throws {
    _ = bench.shown("few = all.train[label=3..5]; s = split few train=0.9 seed=1")
    guard let map = try figure("plot confusion m on=s").kind as? MatrixMap,
      case .object(let split as DatasetValue)? = bench.session.state.variables["s"]?.value
    else { throw Bench.NotFailed() }
    let counts = try #require(split.part("test")).dataset.labelCounts
    let columns = map.columnNames.count
    let rows = map.rowNames.indices.map { map.values[$0 * columns..<($0 + 1) * columns].reduce(0, +) }
    #expect(rows == map.rowNames.map { Double(counts[Int($0) ?? -1] ?? 0) })
    // Not all are found, or the columns would add up to the same.
    let found = map.columnNames.indices.map { column in
      stride(from: column, to: map.values.count, by: columns).reduce(0) { $0 + map.values[$1] }
    }
    #expect(found != rows)
    #expect(map.values.reduce(0, +) == Double(counts.values.reduce(0, +)))
  }

  @Test func aLossEndsWhereTrainingEnded() throws {
    guard let curves = try figure("plot loss m").kind as? Curves else { throw Bench.NotFailed() }
    for line in curves.lines {
      #expect(line.x == line.x.sorted() && abs((line.x.last ?? 0) - 2) < 1e-9, "\(line.name)")
      #expect((line.x.first ?? 0) > 0)
    }
    // The last raw loss is that of the last step.
    let raw = try #require(curves.lines.first { $0.name == "loss" && $0.isFaint })
    guard case .object(let model as ModelValue)? = bench.session.state.variables["m"]?.value else { return }
    #expect(raw.y.last == model.training.history.steps.last.map { Double($0.loss) })
  }

  @Test func labelsOfPathsStandAtTheirImages() throws {
    guard let traversal = try figure("plot traverse m dim=1..2 range=-2:4 steps=4").kind as? ImageGrid,
      let strip = try figure("plot interpolate m d from=3 to=7 steps=4").kind as? ImageGrid,
      let square = try figure("plot interpolate m d corners=3,7,0,6 steps=3").kind as? ImageGrid
    else { throw Bench.NotFailed() }
    #expect(traversal.columnLabels == ["−2.0", "0.0", "2.0", "4.0"])
    #expect(traversal.rowLabels.count == 2 && traversal.rowLabels[0].hasPrefix("z[1]") && traversal.columns == 4)
    #expect(strip.columnLabels == ["3", "", "", "7"] && strip.framed == [0, 3] && strip.isSequence)
    #expect(
      square.columnLabels == ["3", "", "7"] && square.rowLabels == ["", "", "0 → 6"] && square.framed == [0, 2, 6, 8])
  }

  /// As a map: the first row is the highest z[1], the last column the highest z[0].
  @Test func aManifoldIsLabelledAsAMap() throws {
    _ = bench.shown("model flat mlp hidden=4 latent=2 seed=1 on=d; train flat on=d epochs=1;")
    guard let grid = try figure("plot manifold flat n=3").kind as? ImageGrid else { throw Bench.NotFailed() }
    #expect(grid.columnLabels == ["−1.0", "0.0", "1.0"] && grid.rowLabels == ["1.0", "0.0", "−1.0"])
    guard case .object(let model as ModelValue)? = bench.session.state.variables["flat"]?.value else { return }
    let images = try model.model(threads: nil).decode(Tensor([Float(-0.967_421_566), 0.967_421_566], shape: [1, 2]))
    let first = images.elements(as: Float.self)
    #expect(zip(grid.pixels, first).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  /// Points on three axes, 3, 2 and 1 from the origin: variance along the first two is 9 and 4 of 14.
  @Test func theTwoAxesOfAScatterAreThoseOfMostVariance() throws {
    _ = bench.shown("p = reshape([1, 0, 0, -1, 0, 0, 0, 0, 3, 0, 0, -3, 0, 2, 0, 0, -2, 0], 6, 3)")
    guard let scatter = try figure("plot p").kind as? Scatter else { throw Bench.NotFailed() }
    #expect(scatter.xLabel == "PC1 (64 % of variance)" && scatter.yLabel == "PC2 (29 % of variance)")
    func near(_ a: [Float], _ b: [Float]) -> Bool { zip(a, b).allSatisfy { abs($0 - $1) < 1e-4 } }
    #expect(near(scatter.x, [0, 0, 3, -3, 0, 0]) && near(scatter.y, [0, 0, 0, 0, 2, -2]))
    guard let chosen = try figure("plot p dims=2,0").kind as? Scatter else { throw Bench.NotFailed() }
    #expect(chosen.xLabel == "z[2]" && chosen.x == [0, 0, 3, -3, 0, 0] && chosen.y == [1, -1, 0, 0, 0, 0])
  }

  @Test func ratesAreInOrderAndNamesAtTheirPoints() throws {
    _ = bench.shown(
      "model n beta-vae mlp hidden=16 latent=3 beta=20 seed=1 on=d; train n on=d epochs=2 batch=50 seed=1;")
    guard let curves = try figure("plot rd m n on=d").kind as? Curves else { throw Bench.NotFailed() }
    let line = curves.lines[0]
    #expect(line.x.count == 2 && line.x == line.x.sorted())
    let found = try live.evaluate(data.source)
    let place = try #require(line.notes?.firstIndex { $0.hasPrefix("m, β = 1") })
    #expect(abs(line.x[place] - found.kl.mean) < 1e-6 && abs(line.y[place] - found.reconstruction.mean) < 1e-6)
    #expect(abs((line.errors?[place] ?? 0) - found.reconstruction.standardError) < 1e-6)
    #expect(line.notes?[1 - place].hasPrefix("n, β = 20") == true)
  }
}
