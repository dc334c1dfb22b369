/// What `plot` draws, by all the names people give it.
enum PlotSubject: String, CaseIterable {
  case loss, latent, kl, reconstruct, sample, interpolate, traverse, manifold, grid, rd, nll, histogram, confusion

  /// Other names for the same.
  var synonyms: [String] {
    switch self {
    case .loss: ["losses", "training"]
    case .latent: ["latents", "scatter"]
    case .kl: []
    case .reconstruct: ["reconstruction", "reconstructions"]
    case .sample: ["samples"]
    case .interpolate: ["interpolation", "interpolations"]
    case .traverse: ["traversal", "traversals"]
    case .manifold: []
    case .grid: ["images"]
    case .rd: ["rate-distortion"]
    case .nll: ["likelihood", "convergence"]
    case .histogram: ["hist", "histograms"]
    case .confusion: []
    }
  }

  /// The options that mean something to it, beside those of every figure (`everywhere`).
  var options: [String] {
    switch self {
    case .loss: ["on", "terms", "logy"]
    case .latent: ["on"] + Self.scatterOptions
    case .kl, .rd, .confusion: ["on"]
    case .reconstruct: ["on", "n", "errors", "columns"]
    case .sample: ["n", "seed", "label", "columns"]
    case .interpolate: ["on", "from", "to", "corners", "steps", "how", "inputs", "label"]
    case .traverse: ["on", "dim", "range", "steps", "label"]
    case .manifold: ["n", "label"]
    case .grid: ["n", "columns"]
    case .nll: ["on", "n", "k", "seed"]
    case .histogram: ["on", "dims", "seed"]
    }
  }

  static let commonOptions = ["theme", "size", "title"]
  private static let scatterOptions = ["color", "dims", "marginals"]
  /// Of a tensor, which may be latents or images.
  static let ofTensor = scatterOptions + ["columns"]

  static let names = allCases.map(\.rawValue)
  static let allNames = allCases.flatMap { [$0.rawValue] + $0.synonyms }

  init?(name: String) {
    guard let subject = Self.allCases.first(where: { $0.rawValue == name || $0.synonyms.contains(name) }) else {
      return nil
    }
    self = subject
  }
}
