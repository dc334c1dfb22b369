import Glibc
import Graphs
import Networks
import Tensors
import Testing
import VAEngine

/// The likelihood of tables: a distribution for each column, missing values as missing.
@Suite struct ColumnLikelihoodTests {
  /// One of each kind, two of some, in an order in which neighbors are computed together and apart.
  private static let columns = TableColumns(
    [
      ColumnModel("a", .gaussian), ColumnModel("b", .gaussian),
      ColumnModel("c", .categorical, categories: ["x", "y", "z"]),
      ColumnModel("d", .lognormal), ColumnModel("e", .bernoulli), ColumnModel("f", .poisson),
      ColumnModel("g", .categorical, categories: ["u", "v"]), ColumnModel("h", .gaussian),
    ], hasMissing: true)
  /// Two whole rows, one with gaps, one that is missing altogether.
  private static let rows: [[Float]] = [
    [1.5, -20, 0, 1, 0, 3.5, 1, 4, 1, 0, 0.25], [2.5, 10, 1, 0, 0, 0.75, 0, 0, 0, 1, -0.5],
    [.nan, 5, .nan, .nan, .nan, .nan, 1, .nan, 0, 1, .nan], [Float](repeating: .nan, count: 11),
  ]

  private func model(_ columns: TableColumns = columns, latent: Int = 2, seed: UInt64 = 3) throws -> Model {
    try Model(
      ModelConfiguration(
        architecture: Architecture(
          name: "mlp", encoder: LayerText.parse("dense8"), decoder: LayerText.parse("dense8 dense\(columns.width)")),
        exampleShape: [columns.width], latentDimensions: latent, likelihood: .columns(columns), seed: seed))
  }

  private func source(_ rows: [[Float]]) throws -> TensorSource {
    TensorSource(try Tensor(rows.flatMap { $0 }, shape: [rows.count, rows[0].count]))
  }

  /// Against the formulas in Double, of the decoder's outputs, which a draw-free decoding gives: o = 0 for a decoder of zeros
  /// but for its last bias.
  @Test func lossesAreTheFormulasOfTheirKinds() throws {
    let model = try model()
    let o: [Double] = [0.3, -0.7, 0.5, -0.25, 1.25, 0.4, -0.6, 0.2, 0.75, -1, 0.1]
    let center: [Double] = [1, -4, 0, 0, 0, 0.5, 0, 1, 0, 0, 0.2]
    let scale: [Double] = [2, 12, 1, 1, 1, 0.8, 1, 0.6, 1, 1, 0.5]
    let sigma: [Double] = [0.5, 0.9, 0.7, 1.1]
    try set(model, "decoder.2.weight", [Double](repeating: 0, count: 8 * 11), [8, 11])
    try set(model, "decoder.2.bias", o, [11])
    try set(model, "columns.center", center, [11])
    try set(model, "columns.scale", scale, [11])
    // σ² = e^2s + 10⁻⁴.
    try set(model, "columns.logSigma", sigma.map { 0.5 * log($0 * $0 - 1e-4) }, [4])
    let (losses, means) = try model.columnTerms(source(Self.rows))
    func gaussian(_ x: Double, _ element: Int, _ place: Int) -> Double {
      let (c, s) = (center[element], scale[element])
      let error = ((x - c) / s - o[element]) / sigma[place]
      return 0.5 * error * error + log(sigma[place] * s) + 0.5 * log(2 * Double.pi)
    }
    func categorical(_ range: Range<Int>, _ chosen: Int) -> Double {
      log(range.reduce(0) { $0 + exp(o[$1]) }) - o[range.lowerBound + chosen]
    }
    func bernoulli(_ x: Double) -> Double { log(1 + exp(o[6])) - o[6] * x }
    let rate = exp(center[7] + scale[7] * o[7])
    func poisson(_ x: Double) -> Double { rate - x * log(rate) + lgamma(x + 1) }
    let expected: [[Double]] = [
      [
        gaussian(1.5, 0, 0), gaussian(-20, 1, 1), categorical(2..<5, 1), gaussian(log(3.5), 5, 2) + log(3.5),
        bernoulli(1),
        poisson(4), categorical(8..<10, 0), gaussian(0.25, 10, 3),
      ],
      [
        gaussian(2.5, 0, 0), gaussian(10, 1, 1), categorical(2..<5, 0), gaussian(log(0.75), 5, 2) + log(0.75),
        bernoulli(0),
        poisson(0), categorical(8..<10, 1), gaussian(-0.5, 10, 3),
      ],
      [0, gaussian(5, 1, 1), 0, 0, bernoulli(1), 0, categorical(8..<10, 1), 0], [Double](repeating: 0, count: 8),
    ]
    for (got, wanted) in zip(losses.elements(as: Float.self), expected.joined()) {
      #expect(Swift.abs(Double(got) - wanted) < 2e-5 * max(1, Swift.abs(wanted)))
    }
    let total = exp(o[2]) + exp(o[3]) + exp(o[4])
    let mean = exp(center[5] + scale[5] * o[5] + 0.5 * scale[5] * scale[5] * sigma[2] * sigma[2])
    let wanted: [Double] = [
      1 + 2 * 0.3, -4 - 12 * 0.7, exp(o[2]) / total, exp(o[3]) / total, exp(o[4]) / total, mean, 1 / (1 + exp(0.6)),
      rate,
      1 / (1 + exp(-1.75)), 1 / (1 + exp(1.75)), 0.2 + 0.5 * 0.1,
    ]
    for (got, wanted) in zip(means.elements(as: Float.self), wanted) {
      #expect(Swift.abs(Double(got) - wanted) < 2e-5 * max(1, Swift.abs(wanted)))
    }
    // The ELBO is of the same terms: without a code in the decoder's output the reconstruction is their sum.
    let evaluation = try model.evaluate(source(Self.rows))
    let sum = expected.joined().reduce(0, +) / 4
    #expect(Swift.abs(evaluation.reconstruction.mean - sum) < 1e-4 * Swift.abs(sum))
    #expect(evaluation.binaryCrossEntropy == nil && evaluation.firstNonFinite == nil)
  }

  private func set(_ model: Model, _ name: String, _ values: [Double], _ shape: Shape) throws {
    model.parameters.set(name, to: try Tensor(values.map(Float.init), shape: shape))
  }

  /// What is missing is in no loss: whatever is written there before it is made NaN.
  @Test func missingCellsMoveNothing() throws {
    let rows = Self.rows.prefix(3).map { $0 }
    let model = try model()
    var plan = TrainingPlan(epochs: 30)
    plan.batchSize = 3
    plan.hyperparameters.learningRate = 0.01
    _ = try Trainer(model, on: source(rows), plan: plan).run()
    #expect(model.parameters.firstNonFinite() == nil)
    let codes = try model.encode(source(rows))
    #expect(codes.mean.elements(as: Float.self).contains { !$0.isFinite } == false)
    // Center and scale are of what is observed.
    let center = try model.parameters.value("columns.center").elements(as: Float.self)
    let scale = try model.parameters.value("columns.scale").elements(as: Float.self)
    #expect(center[0] == 2 && scale[0] == 0.5)
    #expect(Swift.abs(center[1] + 5.0 / 3) < 1e-6)
    #expect(Swift.abs(center[5] - 0.5 * (log(3.5) + log(0.75))) < 1e-6)
    #expect(Swift.abs(center[7] - Float(log(2.0))) < 1e-6)
  }

  /// Negative binomials, with and without further zeros, and grades, against their formulas; draws against their means.
  @Test func countsWithDispersionsAndGradesAreTheFormulasOfTheirKinds() throws {
    let columns = TableColumns(
      [
        ColumnModel("a", .nb), ColumnModel("b", .nb), ColumnModel("c", .zinb),
        ColumnModel("d", .ordinal, decimals: 0, range: 2...5), ColumnModel("e", .gaussian),
        ColumnModel("f", .ordinal, decimals: 0, range: 0...1),
      ], hasMissing: true)
    let model = try model(columns)
    let o: [Double] = [0.3, -0.2, 0.5, 0.4, 0.1, -0.6]
    let (center, scale): ([Double], [Double]) = ([1, 0.5, 1.2, 3, 0, 0.5], [0.5, 0.4, 0.3, 1, 1, 0.5])
    let theta = [0.8, 5.0, 2.5]
    try set(model, "decoder.2.weight", [Double](repeating: 0, count: 8 * 6), [8, 6])
    try set(model, "decoder.2.bias", o, [6])
    try set(model, "columns.center", center, [6])
    try set(model, "columns.scale", scale, [6])
    try set(model, "columns.logTheta", theta.map { Glibc.log($0) }, [3])
    try set(model, "columns.dropout", [-0.7], [1])
    // Thresholds −1, −1 + log 2, −1 + log 2 + log(1 + e); and 0.3.
    try set(model, "columns.thresholds", [-1, 0, 1, 0.3], [4])
    let second = -1 + Glibc.log(2.0)
    let thresholds: [Double] = [-1, second, second + Glibc.log(1 + Glibc.exp(1.0))]
    func nb(_ x: Double, _ j: Int) -> Double {
      let mu = exp(center[j] + scale[j] * o[j])
      return lgamma(theta[j]) - lgamma(theta[j] + x) + lgamma(x + 1) + (theta[j] + x) * log1p(mu / theta[j])
        - x * log(mu / theta[j])
    }
    let share = 1 / (1 + exp(0.7))
    func zinb(_ x: Double) -> Double { -log((x == 0 ? share : 0) + (1 - share) * exp(-nb(x, 2))) }
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    func grade(_ k: Int) -> Double {
      let upper = k == 3 ? 1 : sigmoid(thresholds[k] - o[3])
      return -log(upper - (k == 0 ? 0 : sigmoid(thresholds[k - 1] - o[3])))
    }
    let rows: [[Float]] = [
      [4, 0, 0, 2, 0, 0], [0, 3, 5, 3, 0, 1], [1, 1, 1, 4, 0, .nan], [.nan, 2, .nan, 5, 0, 1],
      [2, .nan, 0, .nan, 0, 0],
    ]
    let (losses, means) = try model.columnTerms(source(rows))
    let found = losses.elements(as: Float.self)
    for (index, row) in rows.enumerated() {
      let x = row.map(Double.init)
      let binary = -log(x[5] == 1 ? 1 - sigmoid(0.3 + 0.6) : sigmoid(0.3 + 0.6))
      let wanted = [nb(x[0], 0), nb(x[1], 1), zinb(x[2]), x[3].isNaN ? 0 : grade(Int(x[3]) - 2), .nan, binary]
      for j in [0, 1, 2, 3, 5] {
        let expected = x[j].isNaN ? 0 : wanted[j]
        #expect(
          Swift.abs(Double(found[index * 6 + j]) - expected) < 2e-5 * max(1, expected), "row \(index), column \(j)")
      }
    }
    let mean = means.elements(as: Float.self)
    let ofGrades = 2 + thresholds.reduce(0) { $0 + sigmoid(o[3] - $1) }
    let wanted = [exp(1.15), exp(0.42), (1 - share) * exp(1.35), ofGrades, 0.1, sigmoid(-0.6 - 0.3)]
    for (got, wanted) in zip(mean, wanted) { #expect(Swift.abs(Double(got) - wanted) < 1e-5) }
    let n = 20_000
    let draws = try model.decode(model.prior(count: n, seed: 5), as: .samples, seed: 6).elements(as: Float.self)
    for j in [0, 1, 2, 3, 5] {
      let values = (0..<n).map { Double(draws[$0 * 6 + j]) }
      let average = values.reduce(0, +) / Double(n)
      let spread = values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(n)
      #expect(Swift.abs(average - wanted[j]) < 5 * (spread / Double(n)).squareRoot(), "column \(j): \(average)")
      #expect(
        model.configuration.likelihood.columns?.models[j].kind != .ordinal || values.allSatisfy { $0 == $0.rounded() })
    }
    // They begin at the frequencies of the grades, and the largest cell that is none is named.
    try model.initializeColumns(from: source(rows))
    let wrong = #expect(throws: ModelError.self) { _ = try model.checkValues(source([[1, 1, 1, 6, 0, 0]])) }
    #expect(wrong?.description.contains("column 'd', example 0: 6.0 is none of the grades 2 … 5") == true)
    var plan = TrainingPlan(epochs: 5)
    plan.batchSize = 5
    try Trainer(model, on: source(rows), plan: plan).run()
    #expect(model.parameters.firstNonFinite() == nil)
  }

  /// Without a code the thresholds are the logits of the grades' cumulative frequencies.
  @Test func gradesBeginAtTheirFrequencies() throws {
    let columns = TableColumns([ColumnModel("d", .ordinal, decimals: 0, range: 1...3)], hasMissing: false)
    let model = try model(columns, latent: 1)
    let rows: [[Float]] = (0..<100).map { [$0 < 20 ? 1 : $0 < 70 ? 2 : 3] }
    try model.initializeColumns(from: source(rows))
    try set(model, "decoder.2.weight", [Double](repeating: 0, count: 8), [8, 1])
    try set(model, "decoder.2.bias", [0], [1])
    let losses = try model.columnTerms(source(rows)).losses.elements(as: Float.self)
    for (row, share) in [(0, 20.5), (30, 50.5), (90, 30.5)] {
      #expect(Swift.abs(Double(losses[row]) + log(share / 101.5)) < 1e-4)
    }
  }

  /// The mean of a column of categories, counts and numbers drawn by themselves is found again by draws of the model.
  @Test func drawsHaveTheDistributionsOfTheirKinds() throws {
    let model = try model()
    let o: [Double] = [0, 0, log(0.5), log(0.3), log(0.2), 0, log(0.7 / 0.3), 0, log(0.9), log(0.1), 0]
    try set(model, "decoder.2.weight", [Double](repeating: 0, count: 8 * 11), [8, 11])
    try set(model, "decoder.2.bias", o, [11])
    try set(model, "columns.center", [3, -1, 0, 0, 0, 0.5, 0, log(3.5), 0, 0, 0], [11])
    try set(model, "columns.scale", [2, 1, 1, 1, 1, 0.5, 1, 1, 1, 1, 1], [11])
    let n = 20_000
    let draws = try model.decode(model.prior(count: n, seed: 5), as: .samples, seed: 6).elements(as: Float.self)
    func moments(_ element: Int, _ transform: (Double) -> Double = { $0 }) -> (mean: Double, variance: Double) {
      let values = (0..<n).map { transform(Double(draws[$0 * 11 + element])) }
      let mean = values.reduce(0, +) / Double(n)
      let squares = values.map { ($0 - mean) * ($0 - mean) }
      return (mean, squares.reduce(0, +) / Double(n))
    }
    // Five standard errors.
    func agrees(_ got: Double, _ wanted: Double, _ deviation: Double) -> Bool {
      Swift.abs(got - wanted) < 5 * deviation / Double(n).squareRoot()
    }
    #expect(agrees(moments(0).mean, 3, 2) && agrees(moments(0).variance, 4.0004, 4 * 1.42))
    #expect(agrees(moments(5) { log($0) }.mean, 0.5, 0.5))
    #expect(agrees(moments(7).mean, 3.5, 1.88) && agrees(moments(7).variance, 3.5, 5.6))
    for (element, p) in [(2, 0.5), (3, 0.3), (4, 0.2), (6, 0.7), (8, 0.9)] {
      #expect(agrees(moments(element).mean, p, (p * (1 - p)).squareRoot()))
    }
    #expect((0..<n).allSatisfy { row in draws[row * 11 + 2..<row * 11 + 5].reduce(0, +) == 1 })
  }

  /// A model that trains its σ alone ends at the entropy of the columns: ½ log 2πe v, −Σ p log p.
  @Test func theBestWithoutACodeIsTheEntropyOfTheColumns() throws {
    let columns = TableColumns(
      [ColumnModel("a", .gaussian), ColumnModel("c", .categorical, categories: ["x", "y"])], hasMissing: false)
    let model = try model(columns, latent: 1)
    let rows: [[Float]] = (0..<64).map { row in
      let isFirst: Float = row / 8 % 4 == 0 ? 1 : 0
      return [Float(row % 8) * 100, isFirst, 1 - isFirst]
    }
    let variance = 52_500.0
    let ofCategories = -0.25 * log(0.25) - 0.75 * log(0.75)
    let entropy = 0.5 * (log(2 * Double.pi * variance) + 1) + ofCategories
    let constant = try model.lossOfConstantPrediction(source(rows)) ?? 0
    #expect(Swift.abs(constant - entropy) < 1e-4)
    try model.initializeColumns(from: source(rows))
    try set(model, "decoder.2.weight", [Double](repeating: 0, count: 24), [8, 3])
    let measured = try model.evaluate(source(rows)).reconstruction.mean
    #expect(Swift.abs(measured - entropy) < 1e-3)
  }

  /// Masking noise hides whole columns and says so: the encoder has an input for each column besides those of the elements.
  @Test func maskingHidesCellsAsIfTheyWereMissing() throws {
    let columns = TableColumns(
      [ColumnModel("a", .gaussian), ColumnModel("c", .categorical, categories: ["x", "y"])], hasMissing: false)
    func model(_ noise: Noise?) throws -> Model {
      try Model(
        ModelConfiguration(
          family: noise == nil ? .vae : .denoising,
          architecture: Architecture(
            name: "mlp", encoder: LayerText.parse("dense4"), decoder: LayerText.parse("dense4 dense3")),
          exampleShape: [3], latentDimensions: 2, likelihood: .columns(columns), noise: noise, seed: 3))
    }
    #expect(try model(nil).parameters.spec(named: "encoder.1.weight")?.shape == [3, 4])
    #expect(try model(.gaussian(0.1)).parameters.spec(named: "encoder.1.weight")?.shape == [3, 4])
    let masking = try model(.mask(1))
    #expect(masking.parameters.spec(named: "encoder.1.weight")?.shape == [5, 4])
    // With all of them hidden, training sees of a row no more than of one that is missing.
    let rows: [[Float]] = [[1, 1, 0], [5, 0, 1], [2, 1, 0], [4, 0, 1]]
    var plan = TrainingPlan(epochs: 20)
    plan.batchSize = 4
    plan.hyperparameters.learningRate = 0.01
    let before = try masking.parameters.value("encoder.1.weight").elements(as: Float.self)
    try Trainer(masking, on: source(rows), plan: plan).run()
    #expect(try masking.parameters.value("encoder.1.weight").elements(as: Float.self) == before)
    #expect(try masking.encode(source(rows)).mean.elements(as: Float.self).prefix(2) != [0, 0])
  }

  @Test func aFileKeepsTheColumns() throws {
    let path = "/tmp/elbo-columns-\(getpid()).safetensors"
    defer { unlink(path) }
    let columns = TableColumns(
      [
        ColumnModel("höhe (m)", .lognormal, decimals: 1, range: 0.5...9.25),
        ColumnModel("c", .categorical, categories: ["a=b", ""]),
      ], hasMissing: true)
    let model = try model(columns)
    try model.save(to: path)
    let again = try Model.open(path)
    #expect(again.configuration == model.configuration)
    #expect(again.configuration.likelihood.columns == columns)
    #expect(columns.models[0].written(12.34) == 9.3 && columns.models[0].written(3.14159) == 3.1)
  }

  @Test func cellsOutsideOfTheirKindAreRefusedWithTheirColumn() throws {
    let model = try model()
    for (element, value, words) in [
      (5, Float(0), "numbers above 0"), (6, 0.5, "0 or 1"), (7, -1, "counts"), (7, 2.5, "counts"), (3, 0.5, "0 and 1"),
    ] {
      var rows = Self.rows
      rows[1][element] = value
      let error = #expect(throws: ModelError.self) { _ = try model.checkValues(source(rows)) }
      let column = ["c", "d", "e", "f"][element == 3 ? 0 : element - 4]
      #expect(error?.description.contains("column '\(column)', example 1") == true)
      #expect(error?.description.contains(words) == true)
    }
    var rows = Self.rows
    rows[1][0] = .infinity
    #expect(throws: ModelError.notFinite(example: 1)) { _ = try model.checkValues(source(rows)) }
    #expect(try model.checkValues(source(Self.rows)).isEmpty)
  }
}
