import Datasets
import SessionCore
import VAEngine

/// Whether −log p of two models are of one kind, on the same data.
enum Comparability {
  /// Why they are not; nil when they compare.
  ///
  /// - Parameter hasGray: Whether the data hold values between 0 and 1.
  static func obstacle(
    _ a: (name: String, model: ModelValue), _ b: (name: String, model: ModelValue), hasGray: Bool
  ) -> (message: String, fix: String?)? {
    let (x, y) = (a.model.configuration, b.model.configuration)
    if x.exampleShape != y.exampleShape {
      return ("\(a.name) is for \(x.exampleShape), \(b.name) for \(y.exampleShape)", nil)
    }
    let named = "\(a.name) has likelihood \(x.likelihood.name), \(b.name) \(y.likelihood.name)"
    if x.likelihood.hasSamples != y.likelihood.hasSamples {
      return ("\(named): their nats do not compare", "Use 'versus', which compares squared errors.")
    }
    if x.likelihood.isDensity != y.likelihood.isDensity {
      return (
        "\(named): a density and a probability, their nats do not compare",
        "Use 'versus', which compares squared errors."
      )
    }
    if x.drawsRate != y.drawsRate, x.family.isProbabilistic, y.family.isProbabilistic {
      let (drawn, exact) = x.drawsRate ? (a.name, b.name) : (b.name, a.name)
      return (
        "the rate of \(drawn) is of one draw of each posterior, that of \(exact) exact: their −ELBO do not compare",
        "Compare log p(x), which is estimated alike: evaluate \(drawn) on=d nll=500; evaluate \(exact) on=d nll=500"
      )
    }
    // Both of densities, or both of probabilities: of the same data these are the same kind of number. A cross-entropy
    // of gray values is no probability.
    if hasGray, x.likelihood.name != y.likelihood.name,
      x.likelihood.measure == .binaryProbability || y.likelihood.measure == .binaryProbability
    {
      return (
        "\(named): of gray data a Bernoulli has no likelihood, their nats do not compare",
        "Binarize the data (transform d binarize=static), or use 'versus'."
      )
    }
    guard let seen = a.model.recipe.transforms, let other = b.model.recipe.transforms else { return nil }
    let (mine, its) = (seen.filter(\.changesUnits), other.filter(\.changesUnits))
    guard mine != its else { return nil }
    func text(_ transforms: [Transform]) -> String {
      transforms.isEmpty ? "as they came" : "with " + transforms.map(\.description).joined(separator: ", ")
    }
    return (
      "\(a.name) was trained on data \(text(mine)), \(b.name) \(text(its)): densities in different units do not compare",
      "Train both on the same data: transform d like=\(a.name)"
    )
  }
}

extension Transform {
  /// Whether it changes the unit in which values are counted, and so every density of them.
  fileprivate var changesUnits: Bool {
    switch self {
    case .scale, .standardize: true
    default: false
    }
  }
}
