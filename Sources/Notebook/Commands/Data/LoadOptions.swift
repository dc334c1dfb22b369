import Datasets
import SessionCore

/// Options of `load sprites`.
struct SpriteOptions: ArgumentGroup {
  @Option(.integer(1...Sprites.largestCount), default: Sprites.defaultCount, help: "sprites: number of examples")
  var n: Int
  @Option(.seed, default: 0, help: "sprites: seed of the factors") var seed: Int

  func apply(to request: inout LoadRequest) { (request.count, request.seed) = (n, UInt64(seed)) }
}

/// Options of files and folders.
struct FileOptions: ArgumentGroup {
  @Option(
    .path,
    help: "file with one class per example, -1 or empty for none; in an NPZ or HDF5, the name of the array")
  var labels: String?
  @Option(.text(placeholder: "NAME", suggestions: []), help: "NPZ, HDF5: name of the array of examples")
  var array: String?
  @Option(note: "found out from the content", help: "what the content has to be") var format: DataFormat?
  let table = TableArguments()
  let images = ImageArguments()
  @Option(help: "rows of numbers are images of this shape; 1xL for series of C channels") var shape: ImageSize?

  func apply(to request: inout LoadRequest, _ execution: Execution) {
    request.labels = labels.map { execution.readable($0) }
    (request.array, request.format) = (array, format)
    request.table = table.options
    request.images = images.options
    request.shape = shape.map { [$0.height, $0.width] }
  }
}

/// How a table is read.
struct TableArguments: ArgumentGroup {
  @Option(.text(placeholder: "COLUMN", suggestions: []), help: "tables, .h5ad: the column of the labels")
  var target: String?
  @Option(help: "tables: columns to exclude") var without: ColumnNames?
  @Option(help: "tables: columns to keep") var only: ColumnNames?
  @Option(note: "found out", help: "tables: what separates two fields, a word or a character") var sep: FieldSeparator?
  @Option(note: "found out", help: "tables: the decimal mark of numbers") var decimal: DecimalMark?
  @Option(note: "found out", help: "tables: the mark between groups of digits") var thousands: ThousandsMark?
  @Option(
    note: "found out",
    help: "tables: whether the first column, or which one, only numbers or names the rows: it is left out")
  var index: IndexColumn?
  @Option(
    note: "found out",
    help: "tables: what columns hold: number, category, date, dmy (dates with the day first) or mdy")
  var types: ColumnTypes?
  @Option(default: .auto, help: "tables: whether the first row contains column names") var header: TableOptions.Header
  @Option(default: .refuse, help: "how to treat empty fields of tables and NaN of arrays")
  var missing: TableOptions.Missing
  @Option(default: .onehot, help: "tables: how to encode text columns") var categories: TableOptions.Categories

  var options: TableOptions {
    var options = TableOptions(target: target)
    options.without = without?.names ?? []
    options.only = only?.names
    (options.separator, options.decimal, options.thousands) = (sep?.text, decimal?.text, thousands?.text)
    (options.index, options.types) = (index?.text, types?.byColumn)
    (options.header, options.missing, options.categories) = (header, missing, categories)
    return options
  }
}

/// How images are read.
struct ImageArguments: ArgumentGroup {
  @Option(help: "images: resize all to this size; without it all must have the same size") var size: ImageSize?
  @Option(default: .auto, help: "images: convert to gray or to color") var color: ImageOptions.Color
  @Option(default: .black, help: "images: what lies behind transparent pixels") var background: Background
  @Option(default: .refuse, help: "folders of images: what is done about an image that cannot be read")
  var broken: ImageOptions.Broken

  var options: ImageOptions {
    var options = ImageOptions()
    (options.height, options.width, options.color) = (size?.height, size?.width, color)
    // Without a choice the program says what it did of its own.
    options.background = $background.isGiven ? background.color : nil
    options.broken = $broken.isGiven ? broken : nil
    return options
  }
}

extension DataFormat: Choice {
  package var help: String {
    switch self {
    case .csv: "a table of text"
    case .idx: "MNIST's format"
    case .npy: "an array of NumPy"
    case .npz: "an archive of arrays"
    case .hdf5: "HDF5, .h5ad, MATLAB 7.3"
    case .image: "PNG, JPEG, TIFF, WebP, GIF, BMP, PGM, PPM"
    }
  }
}
