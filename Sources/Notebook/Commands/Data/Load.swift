import Datasets
import Glibc
import Language
import SessionCore
import Tensors
import Text

/// `load`: data by name, from files and from folders.
struct Load: DeclaredCommand {
  private static let names = DatasetCatalogue.entries.map(\.name)

  static let about = About(
    "load", family: .data, summary: "load a dataset by name, from a file or from a folder",
    details: """
      Names: \(names.joined(separator: ", ")); 'datasets' lists which of them need a download. Anything else is a path: \
      IDX, NPY, NPZ, HDF5 (.h5, .h5ad, MATLAB 7.3) and tables of text (plain or gzip-compressed), images (PNG, JPEG, TIFF, \
      WebP, GIF, BMP, PGM, PPM), and folders of images, whose subfolders are the labels, or the parts train, test and val. \
      The format is detected from the content, not from the file name. What was assumed of a table is said: separator, \
      marks of numbers, header, index, kinds of columns; an option decides it otherwise. Values keep their stored type and \
      are scaled when a batch is drawn; 'describe' lists the transforms. '-' is standard input, where the commands do not come \
      from there: elbo -c 'load - as=d; …' < data.csv
      """,
    returns: .init(.dataset, "the dataset"),
    examples: [
      .init("load digits as=d", "12,000 real digits, built in"),
      .init("load sprites n=20000 seed=1 as=s", "shapes drawn from known factors"),
      .init("d = load mnist", "from the cache, $ELBO_DATA or the network"),
      .init("load images.idx3-ubyte.gz labels=labels.idx1-ubyte.gz as=x", "files"),
      .init("load table.csv target=label missing=drop as=t", "a table"),
      .init("load photos/ size=64x64 color=gray as=p", "a folder of images"),
    ])

  @Argument(
    .nameOrPath(DatasetCatalogue.entries.map { ValueWord($0.name, $0.summary) }), help: "a name or a path")
  var source: String
  @Option(name: "as", note: "after the source", help: "name of the variable") var variable: NewName?
  let sprites = SpriteOptions()
  let file = FileOptions()

  /// An option that does not apply to the source is an error; it is not ignored.
  static func options(of source: String, value: Value?) -> [CommandOption]? {
    let others: [any ArgumentGroup] =
      if source == "sprites" { [SpriteOptions()] } else if names.contains(source) { [] } else { [FileOptions()] }
    let accepted = ["as"] + others.flatMap { $0.properties.map(\.name) }
    return Command(Self.self).options.filter { accepted.contains($0.name) }
  }

  func run(_ call: Call) throws -> Value {
    let execution = call.execution
    let isNamed = Self.names.contains(source)
    let request = try request(call, isNamed: isNamed)
    if source == "-" { return try loadStandardInput(request, call) }
    if !isNamed, access(request.reference, F_OK) != 0, errno == ENOENT {
      throw $source.fault(
        .unknownDataset, "no dataset or file '\(source)'",
        fix: Suggestion.question(source, in: Self.names) ?? neighbor(execution) ?? "'datasets' lists the names.")
    }
    if !isNamed { try refuseScripts(request.reference, execution) }
    guard
      execution.options.allowsDownloads
        || DatasetLoading.catalogue(execution.options).availability(of: request.reference) != .download
    else {
      throw $source.fault(
        .download, "\(request.reference) is not available offline, and this session does not download",
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
      if let variable {
        execution.set(variable.text, to: value)
      } else if call.target == nil {
        let name = fallbackName(request.reference, execution)
        execution.set(name, to: value)
        execution.note("named \(name)")
      }
      return value
    } catch let error as FileError {
      // A damaged local dataset is an unreadable file; a missing one is a failed download.
      let isMissing = isNamed && error.path == request.reference
      throw $source.fault(
        isMissing ? .download : .unreadableFile, error.description,
        fix: [
          isNamed ? error.fix : fix(of: error, request.reference, call),
          isMissing ? "'load digits' works offline." : "Nothing was loaded.",
        ].compactMap { $0 }.joined(separator: " "))
    }
  }

  /// Data that are piped in. A workspace keeps them, since there is no file that they could be read from again.
  private func loadStandardInput(_ request: LoadRequest, _ call: Call) throws -> Value {
    let execution = call.execution
    let dataset: Dataset
    do {
      dataset = try DatasetLoading.load(PipedData(execution.options.standardInput).read(at: $source), request)
    } catch let error as FileError {
      throw $source.fault(.unreadableFile, error.description, fix: error.fix)
    }
    for note in dataset.notes { execution.note(note) }
    let value = Value.object(DatasetValue(dataset, origin: .session))
    if let variable {
      execution.set(variable.text, to: value)
    } else if call.target == nil {
      execution.set("d", to: value)
      execution.note("named d")
    }
    return value
  }

  private func request(_ call: Call, isNamed: Bool) throws -> LoadRequest {
    var request = LoadRequest(isNamed ? source : call.execution.readable(source))
    if source == "sprites" { sprites.apply(to: &request) } else { file.apply(to: &request, call.execution) }
    let accepted = Self.options(of: source, value: nil)?.map(\.name) ?? []
    if let other = call.given.first(where: { !accepted.contains($0.key.value) }) {
      throw Fault(
        .unknownOption, "option '\(other.key.value)' does not apply to \(isNamed ? source : "files")",
        at: other.key.span, fix: "Accepted options: \(accepted.sorted().joined(separator: ", ")).")
    }
    return request
  }

  /// What reads a file that holds no data.
  private func fix(of error: FileError, _ path: String, _ call: Call) -> String? {
    switch FileNature(of: path) {
    case .missing, .empty, .folder, .special, .database, .other: error.fix
    case let nature: nature.advice(path, shown: source, target: call.target, call.execution.options)
    }
  }

  /// Files of text that are read as a table would be taken for one of words.
  private func refuseScripts(_ path: String, _ execution: Execution) throws {
    let nature = FileNature(of: path)
    guard [.session, .notebook, .script].contains(nature), let phrase = nature.phrase else { return }
    throw $source.fault(
      .unreadableFile, "\(source) holds no data: \(phrase)",
      fix: nature.advice(path, shown: source, target: nil, execution.options))
  }

  /// The file in the same folder whose name is closest to that of the missing source.
  private func neighbor(_ execution: Execution) -> String? {
    let slash = source.lastIndex(of: "/").map { source.index(after: $0) } ?? source.startIndex
    let folder = source[..<slash]
    let found = PathCompletion.entries(String(folder), home: execution.options.homeDirectory)
    let names = found.map { String($0.path.dropFirst(folder.count).prefix { $0 != "/" }) }
    return Suggestion.nearest(to: String(source[slash...]), in: names).map { "Did you mean '\(folder)\($0)'?" }
  }

  /// The request with absolute paths, so that a workspace finds the files from any folder.
  private func absolute(_ request: LoadRequest) -> LoadRequest {
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
  private func fallbackName(_ reference: String, _ execution: Execution) -> String {
    let last = reference.split(separator: "/").last.map(String.init) ?? reference
    let stem = String(last.prefix { $0 != "." }).map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    let name = String(stem)
    return name.isName && !execution.isReserved(name) ? name : "d"
  }
}
