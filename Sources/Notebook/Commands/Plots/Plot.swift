import Figures
import Language
import SessionCore
import VAEngine

/// `plot`: figures of training, latents, images and measures.
struct Plot: DeclaredCommand {
  static let about = About(
    "plot", family: .plots, summary: "a figure",
    details: """
      plot loss m …            training by epoch, smoothed; the losses of several models
      plot latent m on=d       posterior means, by PCA when there are more than two dimensions
      plot z color=label       the same for a tensor of latents
      plot kl m                mean KL of each dimension; inactive ones are gray
      plot reconstruct m d     inputs above outputs; errors=yes shows where they differ
      plot sample m            decoded draws of the prior: means of p(x|z), or draws=samples
      plot interpolate m d from=3 to=8        a strip; corners=3,8,0,6 a matrix between four
      plot traverse m, plot manifold m        what the latent dimensions do
      plot rd m1 m2 m3 on=d    rate against distortion, a point for each model
      plot nll m on=d k=1000   how the importance-sampled likelihood converges
      plot histogram z         values; for a model, the latents of each dimension
      plot confusion m on=d    confusion matrix of a nearest-neighbor probe
      plot sweep s             the trials of a sweep; by=lr the metric by one setting
      sample m | plot grid     any images
      '> name.png' writes the figure: png, svg, pdf, gif, gp (script and data), csv (data), txt. A gif of a traversal or an \
      interpolation is animated. Without a file the figure is displayed.
      """,
    returns: .init(.figure),
    examples: [
      .init("plot loss m > loss.png", "the loss curve as a file"),
      .init("plot latent m on=d > latent.svg", "the latent space, colored by label"),
      .init("plot interpolate m d from=3 to=8 > path.gif", "an animated path"),
      .init("sample m n=64 | plot grid > samples.png", "64 generated images"),
    ])

  @Argument(.text(placeholder: "SUBJECT", suggestions: PlotSubjects.words), help: "what to draw") var subject: String
  @Rest(
    .value([.model, .dataset, .tensor, .table, .sweep]), required: false, takesPipe: true,
    help: "models, data, tensors, a sweep, or a table of images")
  var items: [Value]
  let options = SubjectOptions()
  let look = FigureLook()

  static func options(of subject: String, value: Value?) -> [CommandOption]? {
    type(named: subject, isVariable: value != nil).map { $0.options + FigureLook.options }
  }

  /// - Returns: nil where the name is an expression.
  private static func type(named name: String, isVariable: Bool) -> (any PlotSubject.Type)? {
    // A variable has precedence over a synonym, but not over the name of the subject.
    isVariable && !PlotSubjects.names.contains(name) ? nil : PlotSubjects.named(name)
  }

  func run(_ call: Call) throws -> Value {
    let values = zip(items, $items).map { value, place in
      (name: place.variable ?? (place.raw.isEmpty ? "model" : place.raw), value: value, place: place)
    }
    let plot = PlotItems(values: values, subject: $subject, call: call)
    let common = FigureLook.options.map(\.name)
    var figure: Figure
    if let type = Self.type(named: subject, isVariable: call.execution.lookup(subject) != nil) {
      figure = try options.subject(type, named: type.name, common: common).draw(plot)
    } else {
      // Text that is not an expression either is probably a mistyped subject, which is reported first.
      let array = try TensorPlot.tensor(of: $subject, call.execution)
      let tensor = try options.subject(TensorPlot.self, named: subject, common: common)
      figure = try (tensor as? TensorPlot ?? TensorPlot()).draw(array, plot)
    }
    try look.apply(to: &figure, call.execution.state.settings)
    return .figure(figure)
  }
}

/// Options of every figure.
struct FigureLook: ArgumentGroup {
  @Option(note: "as set by 'set plot'", help: "colors") var theme: Figure.Theme?
  @Option(.text(placeholder: "900x600", suggestions: []), note: "as set by 'set plot'", help: "pixels")
  var size: String?
  @Option(note: "describes the figure", help: "title of the figure") var title: String?

  static var options: [CommandOption] { Self().properties.flatMap { $0.property.options($0.name) } }

  func apply(to figure: inout Figure, _ settings: Settings) throws {
    figure.theme = theme ?? settings.plot["theme"].flatMap { Figure.Theme(rawValue: $0) } ?? .light
    if let text = size ?? settings.plot["size"] {
      guard let size = Figure.Size(text) else {
        throw $size.fault(
          .badOptionValue, "size: expected width × height in pixels such as 900x600, got '\(text)'")
      }
      figure.size = size
    }
    if let title { figure.title = title }
  }
}
