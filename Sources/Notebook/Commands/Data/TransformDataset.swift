import Datasets
import Language
import SessionCore
import Tensors
import Text
import VAEngine

/// `transform`: preprocessing of examples.
struct TransformDataset: DeclaredCommand {
  static let about = About(
    "transform", family: .data,
    summary: "add transforms to a dataset: resize, crop, augment, binarize, noise, standardize …",
    details: """
      Transforms are applied in the order given, each time a batch is drawn; the stored values do not change. standardize \
      computes mean and standard deviation of each channel of images and of each column of tables from this dataset, of \
      data in parts from the train part, and keeps them; columns of categories stay 0 and 1. What a model decodes is in \
      the units from before it. flip, translate, rotate, brightness and crop=…@random augment images: redrawn for every \
      batch of training, while what is measured, encoded or shown stays as it is ('plot grid d augmented=yes' shows how \
      training sees it). like=m applies the transforms of m's training data instead of those of this dataset.
      """,
    returns: .init(.dataset, "the dataset with the transforms"),
    examples: [
      .init("b = transform d binarize=dynamic", "0/1 images, redrawn for every batch"),
      .init("s = transform d resize=14x14 invert=yes", "smaller, black on white"),
      .init(
        "a = transform d translate=2 rotate=10", "moved and turned a little, differently in every epoch of training"),
    ])

  @Argument(takesPipe: true, help: "the dataset") var data: DatasetValue
  @Option(
    help:
      "dynamic: 1 with probability x, redrawn for every batch; static: drawn once; a number: 1 for values of at least this"
  )
  var binarize: Binarization?
  @Option(.seed, default: 0, help: "seed of binarize=static") var seed: Int
  @Option(help: "a factor") var scale: Double?
  @Option(help: "a number that is added") var shift: Double?
  @Option(help: "1 − x") var invert: Bool?
  @Option(help: "mean 0, deviation 1") var standardize: Bool?
  @Option(help: "noise, redrawn for every batch") var noise: Noise?
  @Option(help: "resize images; shrinking averages over areas") var resize: ImageSize?
  @Option(help: "crop a window, centered by default") var crop: CropWindow?
  @Option(help: "mirror half of the images while training") var flip: Flip?
  @Option(.integer(1...16384), help: "move images by up to this many pixels while training") var translate: Int?
  @Option(.number(0.01...180), help: "turn images by up to this many degrees while training")
  var rotate: Double?
  @Option(.number(0.001...1), help: "multiply images by a factor in 1 ± this while training")
  var brightness: Double?
  @Option(help: "apply the transforms of this model's training data instead") var like: ModelValue?
  @Option(name: "as", help: "name of the result") var variable: NewName?

  func run(_ call: Call) throws -> Value {
    let seed = UInt64(seed)
    let steps: [(place: ArgumentPlace, make: (DatasetValue) throws -> Transform?)] = [
      ($binarize, { _ in binarize?.transform(seed: seed) }), ($scale, { _ in try scaling() }),
      ($shift, { _ in shift.map { .shift(Float($0)) } }), ($invert, { _ in invert == true ? .invert : nil }),
      ($standardize, { standardize == true ? try Self.standardization($0, call.execution) : nil }),
      ($noise, { _ in noise?.transform }),
      ($resize, { _ in resize.map { .resize(height: $0.height, width: $0.width) } }),
      ($crop, { crop?.transform($0.dataset.exampleShape) }), ($flip, { _ in flip.map { .augment($0.augmentation) } }),
      ($translate, { _ in translate.map { .augment(.translate($0)) } }),
      ($rotate, { _ in rotate.map { .augment(.rotate(Float($0))) } }),
      ($brightness, { _ in brightness.map { .augment(.brightness(Float($0))) } }),
    ]
    var result = data
    if let like { result = try view(like) }
    var isChanged = like != nil
    for step in steps.filter(\.place.isGiven).sorted(by: { $0.place.span.lowerBound < $1.place.span.lowerBound }) {
      guard let transform = try step.make(result) else { continue }
      do { result = try result.with([transform]) } catch let error as TransformError {
        throw step.place.fault(.shapeMismatch, error.description)
      }
      isChanged = true
    }
    guard isChanged else {
      throw call.fault(
        .missingArgument, "transform needs at least one option", fix: "Example: transform d binarize=dynamic")
    }
    let value = Value.object(result)
    if let variable { call.execution.set(variable.text, to: value) }
    return value
  }

  /// The data with the transforms of the model's training data.
  private func view(_ model: ModelValue) throws -> DatasetValue {
    guard model.recipe.transforms != nil else {
      throw $like.fault(
        .missingArgument, "like=: the model has no training data", fix: "Train it first: train m on=d")
    }
    do {
      let matched = try data.matched(to: model)
      return try matched.with(matched.transforms(of: model.recipe) ?? [], replacing: true)
    } catch let error as TransformError {
      throw $like.fault(.shapeMismatch, error.description)
    } catch let fault as Fault { throw fault.placed(at: $data.span) }
  }

  private func scaling() throws -> Transform? {
    guard scale != 0 else {
      throw $scale.fault(.badOptionValue, "scale=0 would set every value to 0", fix: "Example: scale=0.5")
    }
    return scale.map { .scale(Float($0)) }
  }

  /// Of what is trained on alone: the other parts are measured with.
  private static func standardization(_ data: DatasetValue, _ execution: Execution) throws -> Transform {
    let dataset = data.trainingPart.dataset
    if data.part("train") != nil {
      execution.note("mean and deviation are those of the train part, \(NumberText.count(dataset.count)) examples")
    }
    let statistics = try GroupStatistics(dataset)
    var means = statistics.means
    // A column that never changes becomes 0.
    var deviations = statistics.deviations.map { $0 > 0 ? $0 : 1 }
    if data.isTable, means.count == dataset.columns.count {
      for index in means.indices where dataset.columns[index].contains("=") {
        (means[index], deviations[index]) = (0, 1)
      }
    }
    return .standardize(means: means, deviations: deviations)
  }
}

/// How values become 0 and 1.
struct Binarization: WordValue {
  let text: String
  private let kind: Kind
  private enum Kind {
    case dynamic
    case `static`
    case threshold(Float)
  }

  static let placeholder = "dynamic|static|X"
  static let expectation = "dynamic, static or a threshold"
  static let words = [
    ValueWord("dynamic", "redrawn for every batch"), ValueWord("static", "drawn once, with a seed"),
    ValueWord("0.5", "1 for values of at least 0.5, else 0"),
  ]
  init?(text: String) {
    self.text = text
    switch text {
    case "dynamic": kind = .dynamic
    case "static": kind = .static
    default:
      guard let threshold = Float(text), threshold.isFinite else { return nil }
      kind = .threshold(threshold)
    }
  }

  func transform(seed: UInt64) -> Transform {
    switch kind {
    case .dynamic: .binarizeDynamic
    case .static: .binarizeStatic(seed: seed)
    case .threshold(let threshold): .threshold(threshold)
    }
  }
}

/// Which way images are mirrored.
enum Flip: String, Choice {
  case horizontal, vertical, both

  var help: String {
    switch self {
    case .horizontal: "left to right"
    case .vertical: "top to bottom"
    case .both: "each by a draw of its own"
    }
  }

  var augmentation: Augmentation { .flip(horizontal: self != .vertical, vertical: self != .horizontal) }
}

/// `24x24` from the middle, `24x24@2,3` with the window's top left corner, `24x24@random` anywhere while training.
struct CropWindow: WordValue {
  let text: String
  private let height: Int
  private let width: Int
  private let corner: (top: Int, left: Int)?
  private let isRandom: Bool

  static let placeholder = "HxW, HxW@TOP,LEFT or HxW@random"
  static let expectation = placeholder
  static let fix: String? = "Example: crop=24x24"
  static let words: [ValueWord] = ["24x24"]
  init?(text: String) {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    let sides = (parts.first ?? "").split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count <= 2, sides.count == 2, let height = sides[0], let width = sides[1], height > 0, width > 0 else {
      return nil
    }
    (self.text, self.height, self.width) = (text, height, width)
    isRandom = parts.count == 2 && parts[1] == "random"
    guard parts.count == 2, !isRandom else {
      corner = nil
      return
    }
    let places = parts[1].split(separator: ",").map { Int($0) }
    guard places.count == 2, let top = places[0], let left = places[1] else { return nil }
    corner = (top, left)
  }

  /// - Parameter shape: That of the examples; a window without a corner is in the middle of images.
  func transform(_ shape: Shape) -> Transform {
    guard !isRandom else { return .augment(.crop(height: height, width: width)) }
    let isImage = shape.rank == 3
    let top = corner?.top ?? (isImage ? max(0, shape[1] - height) / 2 : 0)
    let left = corner?.left ?? (isImage ? max(0, shape[2] - width) / 2 : 0)
    return .crop(top: top, left: left, height: height, width: width)
  }
}
