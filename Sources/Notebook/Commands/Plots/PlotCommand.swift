import Plotting
import Tensors
import VAEngine

/// `plot`: figures of training, latents, images and measures.
enum PlotCommand {
  static let all = [plot]

  private static let plot = Command(
    "plot", family: .plots, summary: "a figure",
    details: """
      plot loss m …            training by epoch, smoothed; several models: their losses
      plot latent m on=d       posterior means, by PCA when there are more than two dimensions
      plot z color=label       the same of a tensor of latents
      plot kl m                mean KL of each dimension; inactive ones are grey
      plot reconstruct m d     inputs above outputs; errors=yes shows where they differ
      plot sample m            images decoded from the prior
      plot interpolate m d from=3 to=8        a strip; corners=3,8,0,6 a matrix between four
      plot traverse m, plot manifold m        what the latent dimensions do
      plot rd m1 m2 m3 on=d    rate against distortion, a point for each model
      plot nll m on=d k=1000   how the importance-sampled likelihood converges
      plot histogram z         values; of a model the latents of its dimensions
      plot confusion m on=d    what a nearest-neighbour probe takes for what
      sample m | plot grid     any images
      '> name.png' writes the figure: png, svg, pdf, gif, gp (script and data), csv (data), txt. A gif of a traversal or an \
      interpolation moves. Without a file the front end shows it.
      """,
    positionals: [
      Positional("subject", .text(placeholder: "SUBJECT", suggestions: PlotSubject.names), help: "what to draw"),
      Positional(
        "items", .value([.model, .dataset, .tensor]), required: false, variadic: true, takesPipe: true,
        help: "models, data or tensors"),
    ],
    options: options,
    result: "a figure",
    examples: [
      .init("plot loss m > loss.png", "the loss curve as a file"),
      .init("plot latent m on=d > latent.svg", "the latent space, coloured by label"),
      .init("plot interpolate m d from=3 to=8 > way.gif", "a film of the way"),
      .init("sample m n=64 | plot grid > samples.png", "64 images of the model's own"),
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
      // What is no expression either is a subject mistyped: said first.
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
    CommandOption("on", .value([.dataset]), note: "the data of its training", help: "data to encode or measure on"),
    CommandOption(
      "color", .text(placeholder: "label, none or VALUES", suggestions: ["label", "none"]), default: "label",
      help: "what colours points: labels, or a tensor of values"),
    CommandOption("dims", .text(placeholder: "0,1", suggestions: []), note: "PCA", help: "latent dimensions"),
    CommandOption("marginals", .flag, default: "yes", help: "histograms along the edges of a scatter"),
    CommandOption(
      "terms", .choice(["overlaid", "stacked", "total"]), default: "overlaid", help: "how the terms of a loss are drawn"
    ),
    CommandOption("logy", .flag, default: "no", help: "logarithmic vertical axis"),
    CommandOption("columns", .integer(1...1000), note: "as fits", help: "images in a row"),
    CommandOption(
      "n", .integer(1...100_000), note: "the command's own", help: "images, examples, or a manifold's side"),
    CommandOption("k", .integer(1...1_000_000), default: "1000", help: "importance samples of nll"),
    CommandOption("seed", .seed, default: "0", help: "of draws"), Arguments.label,
    CommandOption("errors", .flag, default: "no", help: "an error map beneath reconstructions"),
    CommandOption("from", .place, help: "where a path starts"),
    CommandOption("to", .place, help: "where it ends"),
    CommandOption("inputs", .flag, default: "no", help: "the images themselves at both ends of a strip"),
    CommandOption("corners", .text(placeholder: "3,8,0,6", suggestions: []), help: "four ends of a matrix"),
    CommandOption("steps", .integer(2...1000), note: "the command's own", help: "images on a path"),
    CommandOption(
      "how", .choice(LatentPath.Kind.allCases.map(\.rawValue)), default: "slerp", help: "straight or great circle"),
    CommandOption("dim", .indices, note: "the ten of most KL", help: "dimensions to move"),
    CommandOption("range", .interval, default: "-3:3", help: "from where to where"),
    CommandOption("theme", .choice(["light", "dark"]), note: "as set", help: "colours"),
    CommandOption("size", .text(placeholder: "900x600", suggestions: []), note: "as set", help: "pixels"),
    CommandOption("title", .text(placeholder: "TEXT", suggestions: []), note: "what it shows", help: "another title"),
  ]

  /// - Returns: nil where the name is an expression.
  private static func subject(_ name: String, in execution: Execution) -> PlotSubject? {
    // A variable goes before a synonym, but not before the subject's own name.
    let isVariable = execution.lookup(name) != nil && !PlotSubject.names.contains(name)
    return isVariable ? nil : PlotSubject(name: name)
  }

  /// Throws when an option is for other subjects.
  private static func check(_ given: [Spanned<String>], against taken: [String], of name: String) throws {
    for key in given where !(taken + PlotSubject.commonOptions).contains(key.value) {
      let places = PlotSubject.allCases.filter { $0.options.contains(key.value) }.map(\.rawValue)
      throw Fault(
        .badOptionValue, "\(key.value) means nothing to plot \(name)", at: key.span,
        fix: "It is for plot \(places.joined(separator: ", ")).")
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
