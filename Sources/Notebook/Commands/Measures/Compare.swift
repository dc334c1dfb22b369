import SessionCore
import VAEngine

/// `compare`.
struct Compare: DeclaredCommand {
  static let about = About(
    "compare", family: .measures, summary: "evaluate several models on the same examples",
    details: """
      ± is the standard error over the examples. The lowest −ELBO is named, and how far the others are above it: the mean \
      of the differences of the same examples, which varies less than the two means do; below two standard errors of it \
      the difference is within noise. Refuses models whose numbers do not mean the same: of other shapes, a density and a probability, densities of data in \
      other units. Densities of the same data compare, whatever the likelihood. published=yes puts one model beside what was \
      published of the same data, and names what it has otherwise.
      """,
    returns: .init(.table),
    examples: [
      .init("compare m m2 m3 on=d", "side by side"),
      .init("compare m on=d published=yes nll=5000", "beside published figures"),
    ])

  @Rest(help: "two or more models") var model: [ModelValue]
  let data = MeasuredData()
  let seed = MeasureSeed()
  @Option(default: false, help: "compare one model with published figures of the data") var published: Bool
  @Option(.integer(1...1_000_000), help: "published=yes: importance samples for log p(x)") var nll: Int?

  func run(_ call: Call) throws -> Value {
    let models = zip($model, model).map { (name: $0.raw, model: $1) }
    if published {
      guard models.count == 1, let only = models.first, let place = $model.first else {
        throw $published.fault(.badOptionValue, "published=yes compares one model, got \(models.count)")
      }
      let given = try data.data(for: only.model, at: place, call)
      return .table(
        try PublishedComparison(name: only.name, model: only.model, samples: nll, seed: seed.value, call: call)
          .table(on: given))
    }
    guard nll == nil else {
      throw $nll.fault(
        .badOptionValue, "option 'nll' applies to published=yes",
        fix: "For several models: plot nll m m2, or evaluate each.")
    }
    guard models.count > 1, let first = models.first, let place = $model.first else {
      throw call.fault(.missingArgument, "compare needs two models or more", fix: "Example: compare m m2")
    }
    let comparison = SideBySide(
      models: models, seed: seed.value, refusesObstacles: true, namesLowest: true, call: call)
    try comparison.checked(hasGray: false)
    let source = try data.data(for: first.model, at: place, call).testPart.drawnOnce(seed: seed.value)
    return .table(try comparison.table(on: source))
  }
}
