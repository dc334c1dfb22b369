import Datasets
import SessionCore
import Tensors
import VAEngine

/// `transform`: preprocessing of examples.
enum TransformCommand {
  static let transform = Command(
    "transform", family: .data, summary: "add transforms to a dataset: resize, crop, binarize, noise, standardize …",
    details: """
      Transforms are applied in the order given, each time a batch is drawn; the stored values do not change. standardize \
      computes mean and standard deviation of each channel of images and of each column of tables from this dataset and \
      keeps them. like=m applies the transforms of m's training data instead of those of this dataset.
      """,
    positionals: [Positional("data", .dataset, takesPipe: true, help: "the dataset")],
    options: [
      CommandOption(
        "binarize",
        .text(
          placeholder: "dynamic|static|X",
          suggestions: [
            ValueWord("dynamic", "redrawn for every batch"), ValueWord("static", "drawn once, with a seed"),
            ValueWord("0.5", "1 for values of at least 0.5, else 0"),
          ]),
        help:
          "dynamic: 1 with probability x, redrawn for every batch; static: drawn once; a number: 1 for values of at least this"
      ),
      CommandOption("seed", .seed, default: "0", help: "seed of binarize=static"),
      CommandOption("scale", .number(-.infinity ... .infinity), help: "a factor"),
      CommandOption("invert", .flag, help: "1 − x"), CommandOption("standardize", .flag, help: "mean 0, deviation 1"),
      CommandOption(
        "noise", Noise.argumentType,
        help: "noise, redrawn for every batch"),
      CommandOption("resize", .size, help: "resize images; shrinking averages over areas"),
      CommandOption(
        "crop", .text(placeholder: "HxW or HxW@TOP,LEFT", suggestions: ["24x24"]),
        help: "crop a window, centered by default"),
      CommandOption("like", .model, help: "apply the transforms of this model's training data instead"),
      CommandOption("as", .newName, help: "name of the result"),
    ],
    returns: .init(.dataset, "the dataset with the transforms"),
    examples: [
      .init("b = transform d binarize=dynamic", "0/1 images, redrawn for every batch"),
      .init("s = transform d resize=14x14 invert=yes", "smaller, black on white"),
    ]
  ) { arguments, execution in
    guard var data = arguments.dataset("data") else { return .nothing }
    var isChanged = false
    if arguments.isGiven("like") {
      data = try view(data, like: arguments)
      isChanged = true
    }
    for (key, argument) in arguments.given {
      guard let transform = try transform(key.value, argument, arguments, data.dataset) else { continue }
      do { data = try data.with([transform]) } catch let error as TransformError {
        throw arguments.fault(.shapeMismatch, error.description, at: key.value)
      }
      isChanged = true
    }
    guard isChanged else {
      throw arguments.fault(
        .missingArgument, "transform needs at least one option", fix: "Example: transform d binarize=dynamic")
    }
    let value = Value.object(data)
    if let name = arguments.text("as") { execution.set(name, to: value) }
    return value
  }

  /// New data with the transforms of the model's training data.
  private static func view(_ data: DatasetValue, like arguments: Arguments) throws -> DatasetValue {
    guard let transforms = try arguments.model("like").recipe.transforms else {
      throw arguments.fault(
        .missingArgument, "like=: the model has no training data", at: "like", fix: "Train it first: train m on=d")
    }
    do { return try data.with(transforms, replacing: true) } catch let error as TransformError {
      throw arguments.fault(.shapeMismatch, error.description, at: "like")
    }
  }

  private static func transform(
    _ key: String, _ argument: BoundArgument, _ arguments: Arguments, _ dataset: Dataset
  ) throws -> Transform? {
    switch (key, argument.content) {
    case ("binarize", .text(let how)): return try binarization(how, arguments)
    case ("scale", .number(let factor)):
      guard factor != 0 else {
        throw arguments.fault(
          .badOptionValue, "scale=0 would set every value to 0", at: "scale", fix: "Example: scale=0.5")
      }
      return .scale(Float(factor))
    case ("invert", .flag(true)): return .invert
    case ("standardize", .flag(true)):
      let statistics = try GroupStatistics(dataset)
      // A column that never changes becomes 0.
      return .standardize(means: statistics.means, deviations: statistics.deviations.map { $0 > 0 ? $0 : 1 })
    case ("noise", _):
      switch try arguments.noise("noise") {
      case .gaussian(let sigma): return .gaussianNoise(sigma)
      case .mask(let share): return .maskNoise(share)
      case .saltAndPepper(let share): return .saltAndPepper(share)
      }
    case ("resize", .size(let height, let width)): return .resize(height: height, width: width)
    case ("crop", .text(let text)): return try crop(text, arguments, dataset.exampleShape)
    default: return nil
    }
  }

  private static func binarization(_ how: String, _ arguments: Arguments) throws -> Transform {
    switch how {
    case "dynamic": return .binarizeDynamic
    case "static": return .binarizeStatic(seed: UInt64(arguments.integer("seed") ?? 0))
    default:
      guard let threshold = Float(how), threshold.isFinite else {
        throw arguments.fault(
          .badOptionValue, "binarize: expected dynamic, static or a threshold, got '\(how)'", at: "binarize")
      }
      return .threshold(threshold)
    }
  }

  /// `24x24` from the middle, `24x24@2,3` with the window's top left corner.
  private static func crop(_ text: String, _ arguments: Arguments, _ shape: Shape) throws -> Transform {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    let sides = (parts.first ?? "").split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    let corner = parts.count == 2 ? parts[1].split(separator: ",").map { Int($0) } : []
    guard parts.count <= 2, sides.count == 2, let height = sides[0], let width = sides[1],
      height > 0, width > 0, parts.count == 1 || (corner.count == 2 && !corner.contains(nil))
    else {
      throw arguments.fault(
        .badOptionValue, "crop: expected HxW or HxW@TOP,LEFT, got '\(text)'", at: "crop", fix: "Example: crop=24x24")
    }
    let isImage = shape.rank == 3
    let top = corner.first.flatMap { $0 } ?? (isImage ? max(0, shape[1] - height) / 2 : 0)
    let left = corner.last.flatMap { $0 } ?? (isImage ? max(0, shape[2] - width) / 2 : 0)
    return .crop(top: top, left: left, height: height, width: width)
  }
}
