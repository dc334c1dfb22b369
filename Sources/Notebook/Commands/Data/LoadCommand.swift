import Datasets
import Glibc
import Language
import SessionCore
import Tensors
import Text

/// `load`: data by name, from files and from folders.
enum LoadCommand {
  private static let names = DatasetCatalogue.entries.map(\.name)

  static let load = Command(
    "load", family: .data, summary: "load a dataset by name, from a file or from a folder",
    details: """
      Names: \(names.joined(separator: ", ")); 'datasets' lists which of them need a download. Anything else is a path: \
      IDX, NPY, NPZ, HDF5 (.h5, .h5ad, MATLAB 7.3) and tables of text (plain or gzip-compressed), images (PNG, JPEG, TIFF, \
      WebP, GIF, BMP, PGM, PPM), and folders of images, whose subfolders are the labels, or the parts train, test and val. \
      The format is detected from the content, not from the file name. What was assumed of a table is said: separator, \
      marks of numbers, header, index, kinds of columns; an option decides it otherwise. Values keep their stored type and \
      are scaled when a batch is drawn; 'describe' lists the transforms.
      """,
    positionals: [
      Positional(
        "source", .nameOrPath(DatasetCatalogue.entries.map { ValueWord($0.name, $0.summary) }), help: "a name or a path"
      )
    ],
    options: [
      CommandOption("as", .newName, note: "after the source", help: "name of the variable"),
      CommandOption(
        "labels", .path,
        help: "file with one class per example, -1 or empty for none; in an NPZ or HDF5, the name of the array"
      ),
      CommandOption("n", .integer(1...Sprites.largestCount), note: "20000", help: "sprites: number of examples"),
      CommandOption("seed", .seed, default: "0", help: "sprites: seed of the factors"),
      CommandOption(
        "array", .text(placeholder: "NAME", suggestions: []), help: "NPZ, HDF5: name of the array of examples"),
      CommandOption(
        "target", .text(placeholder: "COLUMN", suggestions: []), help: "tables, .h5ad: the column of the labels"),
      CommandOption("without", .text(placeholder: "A,B", suggestions: []), help: "tables: columns to exclude"),
      CommandOption("only", .text(placeholder: "A,B", suggestions: []), help: "tables: columns to keep"),
      CommandOption(
        "sep", .text(placeholder: "comma|semicolon|tab|bar|blank", suggestions: []), note: "found out",
        help: "tables: what separates two fields, a word or a character"),
      CommandOption(
        "decimal", .text(placeholder: "point|comma", suggestions: []), note: "found out",
        help: "tables: the decimal mark of numbers"),
      CommandOption(
        "thousands", .text(placeholder: "comma|point|blank|apostrophe", suggestions: []), note: "found out",
        help: "tables: the mark between groups of digits"),
      CommandOption(
        "index", .text(placeholder: "yes|no|COLUMN", suggestions: []), note: "found out",
        help: "tables: whether the first column, or which one, only numbers or names the rows: it is left out"),
      CommandOption(
        "types", .text(placeholder: "A:number,B:category", suggestions: []), note: "found out",
        help: "tables: what columns hold: number, category, date, dmy (dates with the day first) or mdy"),
      CommandOption(
        "header", TableOptions.Header.argumentType, default: "auto",
        help: "tables: whether the first row contains column names"),
      CommandOption(
        "missing", TableOptions.Missing.argumentType, default: "refuse",
        help: "how to treat empty fields of tables and NaN of arrays"),
      CommandOption(
        "categories", TableOptions.Categories.argumentType, default: "onehot",
        help: "tables: how to encode text columns"),
      CommandOption("size", .size, help: "images: resize all to this size; without it all must have the same size"),
      CommandOption(
        "color", ImageOptions.Color.argumentType, default: "auto", help: "images: convert to gray or to color"),
      CommandOption(
        "background", .text(placeholder: "black|white|#rrggbb", suggestions: []), default: "black",
        help: "images: what lies behind transparent pixels"),
      CommandOption(
        "broken", .text(placeholder: "refuse|skip", suggestions: []), default: "refuse",
        help: "folders of images: what is done about an image that cannot be read"),
      CommandOption("shape", .size, help: "rows of numbers are images of this shape"),
    ],
    returns: .init(.dataset, "the dataset"),
    examples: [
      .init("load digits as=d", "12,000 real digits, built in"),
      .init("load sprites n=20000 seed=1 as=s", "shapes drawn from known factors"),
      .init("d = load mnist", "from the cache, $ELBO_DATA or the network"),
      .init("load images.idx3-ubyte.gz labels=labels.idx1-ubyte.gz as=x", "files"),
      .init("load table.csv target=label missing=drop as=t", "a table"),
      .init("load photos/ size=64x64 color=gray as=p", "a folder of images"),
    ]
  ) { arguments, execution in
    guard let source = arguments["source"] else { return .nothing }
    let isNamed = names.contains(source.raw)
    let request = try request(arguments, source.raw, isNamed: isNamed, execution)
    if !isNamed, access(request.reference, F_OK) != 0, errno == ENOENT {
      throw Fault(
        .unknownDataset, "no dataset or file '\(source.raw)'", at: source.span,
        fix: Suggestion.question(source.raw, in: names) ?? neighbor(of: source.raw, execution)
          ?? "'datasets' lists the names.")
    }
    if !isNamed { try refuseScripts(request.reference, source, execution) }
    guard
      execution.options.allowsDownloads
        || DatasetLoading.catalogue(execution.options).availability(of: request.reference) != .download
    else {
      throw Fault(
        .download, "\(request.reference) is not available offline, and this session does not download", at: source.span,
        fix: "Load it once at a prompt; 'load digits' works offline.")
    }
    do {
      let dataset = try DatasetLoading.load(request, execution.options) { moment in
        try Stopping.check()
        let isMade = request.reference == "sprites"
        execution.progress(
          Progress(
            task: "\(isMade ? "make" : "download") \(moment.file)",
            fraction: Double(moment.done) / Double(max(moment.total, 1)),
            terms: isMade ? [] : [.init(name: "MB", value: Double(moment.done) / 1e6, unit: "MB")]))
      }
      for note in dataset.notes { execution.note(note) }
      let value = Value.object(DatasetValue(dataset, origin: .loaded(isNamed ? request : absolute(request))))
      if let name = arguments.text("as") {
        execution.set(name, to: value)
      } else if arguments.target == nil {
        let name = fallbackName(request.reference, execution)
        execution.set(name, to: value)
        execution.note("named \(name)")
      }
      return value
    } catch let error as FileError {
      // A damaged local dataset is an unreadable file; a missing one is a failed download.
      let isMissing = isNamed && error.path == request.reference
      throw Fault(
        isMissing ? .download : .unreadableFile, error.description, at: source.span,
        fix: [
          isNamed ? error.fix : fix(of: error, request.reference, source.raw, arguments, execution),
          isMissing ? "'load digits' works offline." : "Nothing was loaded.",
        ].compactMap { $0 }.joined(separator: " "))
    }
  }

  /// What reads a file that holds no data.
  private static func fix(
    of error: FileError, _ path: String, _ shown: String, _ arguments: Arguments, _ execution: Execution
  ) -> String? {
    switch FileNature(of: path) {
    case .missing, .empty, .folder, .special, .database, .other: error.fix
    case let nature: nature.advice(path, shown: shown, target: arguments.target, execution.options)
    }
  }

  /// Files of text that are read as a table would be taken for one of words.
  private static func refuseScripts(_ path: String, _ source: BoundArgument, _ execution: Execution) throws {
    let nature = FileNature(of: path)
    guard [.session, .notebook, .script].contains(nature), let phrase = nature.phrase else { return }
    throw Fault(
      .unreadableFile, "\(source.raw) holds no data: \(phrase)", at: source.span,
      fix: nature.advice(path, shown: source.raw, target: nil, execution.options))
  }

  /// The file in the same folder whose name is closest to that of a missing path.
  private static func neighbor(of path: String, _ execution: Execution) -> String? {
    let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let folder = path[..<slash]
    let found = PathCompletion.entries(String(folder), home: execution.options.homeDirectory)
    let names = found.map { String($0.path.dropFirst(folder.count).prefix { $0 != "/" }) }
    return Suggestion.nearest(to: String(path[slash...]), in: names).map { "Did you mean '\(folder)\($0)'?" }
  }

  private static func request(
    _ arguments: Arguments, _ source: String, isNamed: Bool, _ execution: Execution
  ) throws -> LoadRequest {
    var request = LoadRequest(isNamed ? source : execution.readable(source))
    request.labels = arguments.text("labels").map { execution.readable($0) }
    request.array = arguments.text("array")
    request.table.target = arguments.text("target")
    request.table.without = (arguments.text("without") ?? "").split(separator: ",").map(String.init)
    request.table.only = arguments.text("only").map { $0.split(separator: ",").map(String.init) }
    request.table.separator = arguments.text("sep")
    request.table.decimal = arguments.text("decimal")
    request.table.thousands = arguments.text("thousands")
    request.table.index = arguments.text("index")
    request.table.types = try types(arguments)
    request.table.header = arguments.text("header").flatMap(TableOptions.Header.init) ?? .auto
    request.table.missing = arguments.text("missing").flatMap(TableOptions.Missing.init) ?? .refuse
    request.table.categories = arguments.text("categories").flatMap(TableOptions.Categories.init) ?? .onehot
    request.images.color = arguments.text("color").flatMap(ImageOptions.Color.init) ?? .auto
    if arguments.isGiven("background"), let text = arguments.text("background") {
      guard let color = ImageOptions.background(text) else {
        throw arguments.fault(
          .badOptionValue, "background: expected black, white, 0…255 or #rrggbb, got '\(text)'", at: "background")
      }
      request.images.background = color
    }
    if arguments.isGiven("broken"), let text = arguments.text("broken") {
      guard let broken = ImageOptions.Broken(rawValue: text) else {
        throw arguments.fault(.badOptionValue, "broken: expected refuse or skip, got '\(text)'", at: "broken")
      }
      request.images.broken = broken
    }
    if let size = arguments.size("size") { (request.images.height, request.images.width) = (size.height, size.width) }
    if let shape = arguments.size("shape") { request.shape = [shape.height, shape.width] }
    if source == "sprites" {
      request.count = arguments.integer("n") ?? Sprites.defaultCount
      request.seed = UInt64(arguments.integer("seed") ?? 0)
    }
    // An option that does not apply to the source is an error; it is not ignored.
    let used: Set<String> =
      switch source {
      case "sprites": ["as", "n", "seed"]
      case _ where isNamed: ["as"]
      default:
        Set(arguments.command.options.map(\.name)).subtracting(["n", "seed"])
      }
    if let unused = arguments.given.first(where: { !used.contains($0.key.value) }) {
      throw Fault(
        .unknownOption, "option '\(unused.key.value)' does not apply to \(isNamed ? source : "files")",
        at: unused.key.span,
        fix: "Accepted options: \(used.sorted().joined(separator: ", ")).")
    }
    return request
  }

  /// `age:number,city:category` by column.
  private static func types(_ arguments: Arguments) throws -> [String: ColumnType]? {
    guard let text = arguments.text("types") else { return nil }
    var types: [String: ColumnType] = [:]
    for entry in text.split(separator: ",") {
      // The last colon: a name may have one.
      guard let colon = entry.lastIndex(of: ":"), colon != entry.startIndex,
        let type = ColumnType(rawValue: String(entry[entry.index(after: colon)...]))
      else {
        throw arguments.fault(
          .badOptionValue, "types: expected COLUMN:KIND, got '\(entry)'", at: "types",
          fix: "Kinds: \(ColumnType.allCases.map(\.rawValue).joined(separator: ", ")). Example: types=age:number")
      }
      types[String(entry[..<colon])] = type
    }
    return types
  }

  /// The request with absolute paths, so that a workspace finds the files from any folder.
  private static func absolute(_ request: LoadRequest) -> LoadRequest {
    func whole(_ path: String) -> String {
      guard let real = realpath(path, nil) else { return path }
      defer { free(real) }
      return String(cString: real)
    }
    var request = request
    request.reference = whole(request.reference)
    request.labels = request.labels.map(whole)
    return request
  }

  /// The name of a dataset that was loaded without one: letters of the source, or `d`.
  private static func fallbackName(_ reference: String, _ execution: Execution) -> String {
    let last = reference.split(separator: "/").last.map(String.init) ?? reference
    let stem = String(last.prefix { $0 != "." }).map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    let name = String(stem)
    return name.isName && !execution.isReserved(name) ? name : "d"
  }
}
