import Figures
import Interchange
import SessionCore
import Tensors
import VAEngine
import WorkspaceStore

/// Event files for TensorBoard: every term of every step under `train/`, the means of epochs under `epoch/`, what was held
/// out under `validation/`; at the end of an epoch images of examples above their reconstructions, images of samples, and
/// a histogram of the codes.
final class TensorBoardLog: TrainingLog {
  private static let imageCount = 8
  private static let codeCount = 1000

  private let file: EventFile
  /// When the next pictures are due: they take a tenth of the time at most, but for the last.
  private var nextPictures = 0.0

  init(folder: String, seconds: Double) throws(FileError) {
    file = try EventFile(folder: folder, seconds: seconds)
  }

  func add(_ rows: [MetricRow], seconds: Double) throws {
    guard let step = rows.first?.step else { return }
    try file.add(
      rows.map { .scalar(tag: "\($0.split)/\($0.name)", Float($0.value)) }, step: step, seconds: seconds)
  }

  func add(_ moment: LoggedEpoch) throws {
    try add(moment.rows, seconds: moment.seconds)
    guard moment.isLast || moment.seconds >= nextPictures else { return }
    let begin = Wall.seconds
    try file.add(try pictures(moment), step: Int(moment.epoch.step), seconds: moment.seconds)
    nextPictures = Wall.seconds + 9 * (Wall.seconds - begin)
  }

  private func pictures(_ moment: LoggedEpoch) throws -> [EventValue] {
    let (model, data) = (moment.model, moment.data)
    let rows = Array(0..<min(Self.codeCount, data.dataset.count))
    let codes = try model.encode(data.subset(rows).source)
    var values: [EventValue] = [.histogram(tag: "codes/mean", codes.mean.elements(as: Float.self))]
    let shape = model.configuration.exampleShape
    guard shape.rank == 3, shape[0] == 1 || shape[0] == 3 else { return values }
    let shown = data.subset(Array(rows.prefix(Self.imageCount)))
    let labels = try conditioning(shown, model)
    let inputs = try shown.dataset.examples(Array(0..<shown.dataset.count))
    let firstCodes = try model.encode(shown.source).mean
    let outputs = try model.decode(firstCodes, labels: labels)
    values.append(
      try image("reconstructions", [inputs, outputs], columns: shown.dataset.count, shape))
    if model.configuration.family.isProbabilistic {
      let prior = try model.prior(count: 2 * Self.imageCount, seed: 0)
      let classes = model.configuration.classCount ?? 1
      let samples = try model.decode(
        prior, labels: model.configuration.family.isConditional ? (0..<2 * Self.imageCount).map { $0 % classes } : nil)
      values.append(try image("samples", [samples], columns: Self.imageCount, shape))
    }
    return values
  }

  /// The class of each example where the model is told it.
  private func conditioning(_ data: DatasetValue, _ model: Model) throws -> [Int]? {
    guard model.configuration.family.isConditional, let classes = data.dataset.classes else { return nil }
    return try data.rowLabels()?.map { Int(classes.index(of: $0)) }
  }

  /// Images side by side in rows, a dark line between them; values from 0 to 1.
  private func image(_ tag: String, _ batches: [Tensor], columns: Int, _ shape: Shape) throws -> EventValue {
    let values = batches.flatMap { $0.elements(as: Float.self) }
    let (channels, height, width) = (shape[0], shape[1], shape[2])
    let count = values.count / max(shape.count, 1)
    let rows = (count + columns - 1) / max(columns, 1)
    var picture = Picture(width: columns * (width + 1) - 1, height: rows * (height + 1) - 1, filledWith: [64, 64, 64])
    for index in 0..<count {
      let (left, top) = (index % columns * (width + 1), index / columns * (height + 1))
      for y in 0..<height {
        for x in 0..<width {
          for c in 0..<3 {
            let value = values[index * shape.count + min(c, channels - 1) * height * width + y * width + x]
            let level = value.isNaN ? 0 : min(max(value, 0), 1)
            picture.pixels[((top + y) * picture.width + left + x) * 3 + c] = UInt8((level * 255).rounded())
          }
        }
      }
    }
    return .image(tag: tag, png: PNG.encode(picture), width: picture.width, height: picture.height)
  }
}
