import Figures
import Language
import Tensors
import Text
import VAEngine

extension PlotArguments {
  /// Posterior means of the data.
  func latent() throws -> Figure {
    let (name, model) = try model()
    let data = try data(for: model)
    let codes = try live(model).encode(data.source) { try execution.working("encode", $0) }
    let labels = try data.rowLabels().map { $0.map(Int.init) }
    return try scatter(
      codes.mean, labels: labels, names: data.dataset.labelNames, title: "Latent space of \(name)",
      subtitle: about(model, data))
  }

  /// A tensor of latents by its name or expression.
  func scatter(ofExpression text: String) throws -> Figure {
    guard let span = arguments["subject"]?.span else { throw fault(.missingArgument, "plot needs a subject") }
    let value: Value
    do { value = try execution.evaluate(text: text, span: span) } catch let fault as Fault {
      let near = Suggestion.question(text, in: PlotSubject.allNames)
      throw Fault(fault.code, fault.message, at: span, fix: near ?? fault.fix)
    }
    guard case .tensor(let array) = value, array.shape.rank == 2, array.shape[1] >= 2 else {
      if case .tensor(let array) = value, array.shape.rank >= 3 { return try images(array, columns: nil, framed: []) }
      throw Fault(
        .wrongKind, "'\(text)' is \(value.kind.phrase); plot expects latents [N, D] or images", at: span,
        fix: "Subjects: \(PlotSubject.names.joined(separator: ", ")).")
    }
    let floats = try Tensor(array.floats, shape: array.shape)
    return try scatter(
      floats, labels: array.labels.map { $0.map(Int.init) }, names: [], title: text,
      subtitle: "\(NumberText.count(array.shape[0])) \(array.shape[0] == 1 ? "point" : "points")")
  }

  private func scatter(
    _ points: Tensor, labels: [Int]?, names: [String], title: String, subtitle: String
  ) throws -> Figure {
    let d = points.shape[1]
    let flat = points.elements(as: Float.self)
    var (x, y): ([Float], [Float])
    var axes = ("z[0]", "z[1]")
    var subtitle = subtitle
    if let dims = try dimensions(of: d) {
      guard dims.count == 2 else {
        throw arguments.fault(.badOptionValue, "dims: a scatter has two dimensions, got \(dims.count)", at: "dims")
      }
      (x, y) = (Self.column(flat, dims[0], d), Self.column(flat, dims[1], d))
      axes = ("z[\(dims[0])]", "z[\(dims[1])]")
    } else if d == 2 {
      (x, y) = (Self.column(flat, 0, 2), Self.column(flat, 1, 2))
    } else {
      let plane = try PrincipalPlane(flat, dimensions: d)
      (x, y) = (plane.x, plane.y)
      axes = (plane.label(0), plane.label(1))
      subtitle += " · PCA of \(d) dimensions"
    }
    let finite = zip(x, y).reduce(0) { $0 + ($1.0.isFinite && $1.1.isFinite ? 1 : 0) }
    guard finite > 0 else {
      throw fault(.plotFailed, x.isEmpty ? "there are no points to draw" : "none of the \(x.count) points is finite")
    }
    if finite < x.count { execution.note("\(x.count - finite) of \(x.count) points are not finite and not drawn") }
    var scatter = Scatter(
      x: x, y: y, xLabel: axes.0, yLabel: axes.1, hasMarginals: arguments.flag("marginals"))
    switch arguments.text("color") ?? "label" {
    case "none": break
    case "label":
      scatter.classes = labels
      scatter.classNames = names
    case let text:
      let span = arguments["color"]?.span ?? arguments.verbSpan
      guard case .tensor(let array) = try execution.evaluate(text: text, span: span), array.shape.count == x.count
      else {
        throw arguments.fault(
          .shapeMismatch, "color: expected a tensor of \(x.count) values, one for each point", at: "color",
          fix: "Or: color=label, color=none.")
      }
      scatter.values = array.floats
      scatter.valueLabel = text
    }
    return Figure(.scatter(scatter), title: title, subtitle: subtitle)
  }

  /// Values of a tensor, of some of its columns, or the latents of a model beside its prior.
  func histogram() throws -> Figure {
    if let array = tensor {
      let name = values.first { if case .tensor = $0.value { true } else { false } }?.name ?? "values"
      let flat = array.floats
      let isRows = array.shape.rank == 2
      if isRows, array.meaning == .latents || arguments.text("dims") != nil {
        let d = array.shape[1]
        let dims = try dimensions(of: d) ?? Array(0..<min(d, 6))
        return Figure(
          .histogram(
            Histogram(
              series: dims.map { .init(name: "\(name)[:, \($0)]", values: Self.column(flat, $0, d)) }, xLabel: "value",
              showsNormal: array.meaning == .latents)), title: "Distribution of \(name)",
          subtitle: "\(NumberText.count(array.shape[0])) \(array.shape[0] == 1 ? "row" : "rows")")
      }
      return Figure(
        .histogram(Histogram(series: [.init(name: name, values: flat)], xLabel: name)),
        title: "Distribution of \(name)",
        subtitle: "\(NumberText.count(flat.count)) \(inflected("value", for: flat.count))")
    }
    let (name, model) = try model()
    let data = try data(for: model)
    let live = try live(model)
    let codes = try live.encode(data.source) { try execution.working("encode", $0) }
    guard !model.configuration.isPlain else { return try codeHistogram(name, model, data, codes) }
    let draws = try live.sample(codes, seed: UInt64(arguments.integer("seed") ?? 0)).elements(as: Float.self)
    let d = model.configuration.latentDimensions
    let order = try dimensions(of: d) ?? Array(try orderByKL(model, data).prefix(4))
    return Figure(
      .histogram(
        Histogram(
          series: order.map { .init(name: "z[\($0)]", values: Self.column(draws, $0, d)) },
          xLabel: "z, drawn from q(z|x)",
          showsNormal: true)), title: "Aggregate posterior of \(name) and the prior", subtitle: about(model, data))
  }

  /// Codes of a plain autoencoder, which have no noise and no prior.
  private func codeHistogram(
    _ name: String, _ model: ModelValue, _ data: DatasetValue, _ codes: Codes
  ) throws -> Figure {
    let (values, d) = (codes.mean.elements(as: Float.self), model.configuration.latentDimensions)
    let chosen = try dimensions(of: d) ?? Array(0..<min(d, 4))
    return Figure(
      .histogram(
        Histogram(
          series: chosen.map { .init(name: "z[\($0)]", values: Self.column(values, $0, d)) }, xLabel: "code")),
      title: "Codes of \(name)", subtitle: about(model, data))
  }

  /// Dimensions by their mean KL on some data, largest first.
  func orderByKL(_ model: ModelValue, _ data: DatasetValue) throws -> [Int] {
    try klByDimension(model, data).map(\.dimension)
  }

  func klByDimension(_ model: ModelValue, _ data: DatasetValue) throws -> [(dimension: Int, kl: Double)] {
    let part = data.dataset.count > 2000 ? data.subset(Array(0..<2000)) : data
    let kl = try live(model).measured(part).klPerDimension
    return kl.indices.sorted { (kl[$0], $1) > (kl[$1], $0) }.map { ($0, kl[$0]) }
  }

  /// The confusion matrix of a vote of the ten nearest latents.
  func confusion() throws -> Figure {
    let (name, model) = try model()
    guard let data = try knownData(for: model) else {
      throw fault(.missingArgument, "data with labels are needed", fix: "Add: on=d")
    }
    guard let sets = try ProbeSets(data.drawnOnce(), training: arguments.trainingData(of: model, execution), seed: 0)
    else {
      throw fault(.noLabels, "\(data.title) has no 40 examples with labels")
    }
    let codes = try sets.codes(live(model)) { try execution.working("encode", $0) }
    let (answers, truth) = (try sets.nearest(codes), sets.askedLabels)
    let classes = max(sets.knownLabels.max() ?? 0, truth.max() ?? 0) + 1
    guard classes <= 1000, sets.knownLabels.allSatisfy({ $0 >= 0 }), truth.allSatisfy({ $0 >= 0 }) else {
      throw fault(.noLabels, "\(data.title) has labels up to \(classes - 1): a matrix shows a thousand classes at most")
    }
    var counts = [Double](repeating: 0, count: classes * classes)
    for (row, answer) in answers.enumerated() { counts[truth[row] * classes + answer] += 1 }
    let right = (0..<classes).reduce(0.0) { $0 + counts[$1 * classes + $1] } / Double(max(answers.count, 1))
    let names = (0..<classes).map { index in
      data.dataset.labelNames.indices.contains(index) ? data.dataset.labelNames[index] : "\(index)"
    }
    return Figure(
      .matrix(
        MatrixMap(
          values: counts, rowNames: names, columnNames: names, rowLabel: "true class",
          columnLabel: "class of the 10 nearest latents", valueLabel: "examples")),
      title: "Labels predicted from the latents of \(name): \(NumberText.fixed(100 * right, decimals: 1)) % correct",
      subtitle: about(model, sets.asked) + " · by \(NumberText.count(sets.knownLabels.count)) \(sets.origin)")
  }
}
