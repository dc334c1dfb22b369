import Figures
import Language
import Tensors
import VAEngine

/// `plot`: figures of training, latents, images and measures.
enum PlotCommand {
  static let all = [plot]

  private static let plot = Command(
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
      sample m | plot grid     any images
      '> name.png' writes the figure: png, svg, pdf, gif, gp (script and data), csv (data), txt. A gif of a traversal or an \
      interpolation is animated. Without a file the figure is displayed.
      """,
    positionals: [
      Positional("subject", .text(placeholder: "SUBJECT", suggestions: PlotSubject.names), help: "what to draw"),
      Positional(
        "items", .value([.model, .dataset, .tensor, .table]), required: false, variadic: true, takesPipe: true,
        help: "models, data, tensors, or a table of images"),
    ],
    options: options,
    result: "a figure",
    examples: [
      .init("plot loss m > loss.png", "the loss curve as a file"),
      .init("plot latent m on=d > latent.svg", "the latent space, colored by label"),
      .init("plot interpolate m d from=3 to=8 > path.gif", "an animated path"),
      .init("sample m n=64 | plot grid > samples.png", "64 generated images"),
    ]
  ) { arguments, execution in
    let name = arguments.text("subject") ?? ""
    let subject = subject(name, in: execution)
    let plot = PlotArguments(arguments: arguments, execution: execution)
    var figure: Figure
    if let subject {
      try check(arguments.given.map(\.key), against: subject.options, of: subject.rawValue)
      figure = try draw(subject, plot)
    } else {
      // Text that is not an expression either is probably a mistyped subject, which is reported first.
      figure = try plot.scatter(ofExpression: name)
      try check(arguments.given.map(\.key), against: PlotSubject.ofTensor, of: name)
    }
    let settings = execution.state.settings.plot
    figure.theme = (arguments.text("theme") ?? settings["theme"]).flatMap { Figure.Theme(rawValue: $0) } ?? .light
    if let text = arguments.text("size") ?? settings["size"] {
      guard let size = Figure.Size(text) else {
        throw arguments.fault(
          .badOptionValue, "size: expected width × height in pixels such as 900x600, got '\(text)'", at: "size")
      }
      figure.size = size
    }
    if let title = arguments.text("title") { figure.title = title }
    return .figure(figure)
  }

  private static let options: [CommandOption] = [
    CommandOption("on", .value([.dataset]), note: "the model's training data", help: "data to encode or evaluate"),
    CommandOption(
      "color", .text(placeholder: "label, none or VALUES", suggestions: ["label", "none"]), default: "label",
      help: "color of the points: by label, or by a tensor of values"),
    CommandOption("dims", .text(placeholder: "0,1", suggestions: []), note: "PCA", help: "latent dimensions"),
    CommandOption("marginals", .flag, default: "yes", help: "histograms along the edges of a scatter"),
    CommandOption(
      "terms", .choice(["overlaid", "stacked", "total"]), default: "overlaid", help: "how the terms of a loss are drawn"
    ),
    CommandOption("logy", .flag, default: "no", help: "logarithmic vertical axis"),
    CommandOption("columns", .integer(1...1000), note: "automatic", help: "images per row"),
    CommandOption(
      "n", .integer(1...100_000), note: "the command's default", help: "images, examples, or a manifold's side"),
    CommandOption("k", .integer(1...1_000_000), default: "1000", help: "importance samples of nll"),
    CommandOption("seed", .seed, default: "0", help: "seed of the draws"),
    CommandOption("label", .label, help: "class by name or number, for conditional models"),
    CommandOption(
      "draws", .choice(DecodedKind.allCases.map(\.rawValue)), default: "means",
      help: "means of p(x|z), or samples of it"),
    CommandOption("errors", .flag, default: "no", help: "show an error map below the reconstructions"),
    CommandOption("from", .place, help: "start of a path"),
    CommandOption("to", .place, help: "end of a path"),
    CommandOption("inputs", .flag, default: "no", help: "show the input images at both ends of a strip"),
    CommandOption("corners", .text(placeholder: "3,8,0,6", suggestions: []), help: "four corners of a matrix"),
    CommandOption("steps", .integer(2...1000), note: "the command's default", help: "number of images on a path"),
    CommandOption(
      "how", .choice(LatentPath.Kind.allCases.map(\.rawValue)), default: "slerp", help: "straight line or great circle"),
    CommandOption("dim", .indices, note: "the ten with the largest KL", help: "dimensions to vary"),
    CommandOption("range", .interval, default: "-3:3", help: "range of values"),
    CommandOption("theme", .choice(["light", "dark"]), note: "as set by 'set plot'", help: "colors"),
    CommandOption("size", .text(placeholder: "900x600", suggestions: []), note: "as set by 'set plot'", help: "pixels"),
    CommandOption(
      "title", .text(placeholder: "TEXT", suggestions: []), note: "describes the figure", help: "title of the figure"),
  ]

  /// - Returns: nil where the name is an expression.
  private static func subject(_ name: String, in execution: Execution) -> PlotSubject? {
    // A variable has precedence over a synonym, but not over the name of the subject.
    let isVariable = execution.lookup(name) != nil && !PlotSubject.names.contains(name)
    return isVariable ? nil : PlotSubject(name: name)
  }

  /// Throws when an option is for other subjects.
  private static func check(_ given: [Spanned<String>], against taken: [String], of name: String) throws {
    for key in given where !(taken + PlotSubject.commonOptions).contains(key.value) {
      let places = PlotSubject.allCases.filter { $0.options.contains(key.value) }.map(\.rawValue)
      throw Fault(
        .badOptionValue, "option '\(key.value)' does not apply to 'plot \(name)'", at: key.span,
        fix: "It applies to plot \(places.joined(separator: ", ")).")
    }
  }

  private static func draw(_ subject: PlotSubject, _ plot: PlotArguments) throws -> Figure {
    switch subject {
    case .loss: try plot.loss()
    case .kl: try plot.kl()
    case .latent: try plot.latent()
    case .reconstruct: try plot.reconstruction()
    case .sample: try plot.samples()
    case .interpolate: try plot.interpolation()
    case .traverse: try plot.traversal()
    case .manifold: try plot.manifold()
    case .grid: try plot.grid()
    case .rd: try plot.rateDistortion()
    case .nll: try plot.likelihood()
    case .histogram: try plot.histogram()
    case .confusion: try plot.confusion()
    }
  }
}
