import Plotting
import Tensors
import VAEngine

/// `plot`: figures of training, latents and images.
enum PlotCommand {
  static let all = [plot]

  static let subjects = [
    "loss", "latent", "kl", "reconstruct", "sample", "interpolate", "traverse", "manifold", "grid",
  ]

  private static let plot = Command(
    "plot", family: .plots, summary: "a figure",
    details: """
      plot loss m …            loss, reconstruction and KL by epoch; several models: their losses
      plot latent m on=d       posterior means, by PCA when there are more than two dimensions
      plot z color=label       the same of a tensor of latents
      plot kl m                mean KL of each dimension, with the threshold of active units
      plot reconstruct m d     inputs above outputs
      plot sample m            images decoded from the prior
      plot interpolate m d from=3 to=8, plot traverse m, plot manifold m
      sample m | plot grid     any images
      '> name.png' (svg, pdf) writes the figure; without it the front end shows it.
      """,
    positionals: [
      Positional("subject", .text(placeholder: "SUBJECT", suggestions: subjects), help: "what to draw"),
      Positional(
        "items", .value([.model, .dataset, .tensor]), required: false, variadic: true, takesPipe: true,
        help: "models, data or tensors"),
    ],
    options: [
      CommandOption("on", .value([.dataset]), help: "data to encode"),
      CommandOption("color", .choice(["label", "none"]), default: "label", help: "what colours points"),
      CommandOption("dims", .text(placeholder: "0,1", suggestions: []), note: "PCA", help: "two latent dimensions"),
      CommandOption("logy", .flag, default: "no", help: "logarithmic vertical axis"),
      CommandOption("columns", .integer(1...1000), note: "as fits", help: "images in a row"),
      CommandOption("n", .integer(1...100_000), note: "the command's own", help: "images, or the side of a manifold"),
      CommandOption("seed", .seed, default: "0", help: "of draws"),
      CommandOption("from", .text(placeholder: "3, #12 or z[0]", suggestions: []), help: "where a path starts"),
      CommandOption("to", .text(placeholder: "8, #40 or z[1]", suggestions: []), help: "where it ends"),
      CommandOption("steps", .integer(2...1000), note: "the command's own", help: "images on a path"),
      CommandOption(
        "how", .choice(LatentPath.Kind.allCases.map(\.rawValue)), default: "slerp", help: "straight or great circle"),
      CommandOption("dim", .indices, note: "all, at most 10", help: "dimensions to move"),
      CommandOption("range", .interval, default: "-3:3", help: "from where to where"),
    ],
    result: "a figure",
    examples: [
      .init("plot loss m > loss.png", "the loss curve as a file"),
      .init("plot latent m on=d > latent.svg", "the latent space, coloured by label"),
      .init("sample m n=64 | plot grid > samples.png", "64 images of the model's own"),
    ]
  ) { arguments, execution in
    let subject = arguments.text("subject") ?? ""
    var figure = try figure(subject, PlotArguments(arguments: arguments, execution: execution))
    if execution.state.settings.plot["theme"] == "dark" { figure.theme = .dark }
    return .figure(figure)
  }

  private static func figure(_ subject: String, _ plot: PlotArguments) throws -> Figure {
    switch subject {
    case "loss": return try plot.loss()
    case "kl": return try plot.kl()
    case "latent": return try plot.latent()
    case "reconstruct": return try plot.reconstruction()
    case "sample": return try plot.images(from: "sample", columns: nil)
    case "interpolate": return try plot.images(from: "interpolate", columns: .max, framesEnds: true)
    case "traverse": return try plot.images(from: "traverse", columns: plot.arguments.integer("steps") ?? 11)
    case "manifold": return try plot.images(from: "manifold", columns: plot.arguments.integer("n") ?? 20)
    case "grid": return try plot.grid()
    default: return try plot.scatter(ofExpression: subject)
    }
  }
}
