import Tensors

/// Formats that are not read: what they are called, and the line that converts them.
struct ForeignFormat: Equatable {
  /// `a Parquet file`.
  let phrase: String
  let fix: String

  private init(_ phrase: String, _ fix: String) { (self.phrase, self.fix) = (phrase, fix) }

  /// By the first bytes, or those that a format has further in.
  init?(_ bytes: UnsafeRawBufferPointer, path: String) {
    // The name in a line for Python: what it is called, not where it lies.
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let stem = name.split(separator: ".").first.map(String.init) ?? name
    if let found = Self.binary(bytes, name, stem) ?? Self.text(bytes, name, stem) { self = found } else { return nil }
  }

  private static func starts(_ bytes: UnsafeRawBufferPointer, _ text: String, at start: Int = 0) -> Bool {
    bytes.count >= start + text.utf8.count && bytes[start..<start + text.utf8.count].elementsEqual(text.utf8)
  }

  private static func binary(_ bytes: UnsafeRawBufferPointer, _ name: String, _ stem: String) -> ForeignFormat? {
    func python(_ line: String) -> String { "Convert it in Python: \(line)" }
    let pandas = { (reader: String) in
      python("import pandas; pandas.\(reader)('\(name)').to_csv('\(stem).csv', index=False)")
    }
    if starts(bytes, "PAR1") { return .init("a Parquet file", pandas("read_parquet")) }
    if starts(bytes, "ARROW1") || starts(bytes, "FEA1") {
      return .init("an Arrow file (Feather)", pandas("read_feather"))
    }
    if starts(bytes, "MATLAB 5.0 MAT-file") {
      return .init(
        "a MATLAB file before version 7.3",
        python(
          "import numpy, scipy.io; m = scipy.io.loadmat('\(name)'); numpy.savez('\(stem).npz', **{k: v for k, v in m.items() if k[0] != '_'})"
        ))
    }
    if starts(bytes, "RIFF"), starts(bytes, "WAVE", at: 8) {
      return .init(
        "a WAV sound",
        python(
          "import numpy, scipy.io.wavfile; r, x = scipy.io.wavfile.read('\(name)'); numpy.save('\(stem).npy', x[:len(x) // 1024 * 1024].reshape(-1, 1024).astype('f4'))"
        ))
    }
    if starts(bytes, "%PDF-") { return .init("a PDF", "Save the table in it as CSV, or the pictures as PNG.") }
    if starts(bytes, "SIMPLE  =") {
      return .init(
        "a FITS file",
        python(
          "import numpy, astropy.io.fits; numpy.save('\(stem).npy', astropy.io.fits.getdata('\(name)').astype('f4'))"))
    }
    if starts(bytes, "CDF\u{1}") || starts(bytes, "CDF\u{2}") {
      return .init(
        "a NetCDF file",
        python(
          "import numpy, xarray; d = xarray.open_dataset('\(name)'); numpy.savez('\(stem).npz', **{k: v.values for k, v in d.items()})"
        ))
    }
    if starts(bytes, "$FL2") { return .init("an SPSS file", pandas("read_spss")) }
    if starts(bytes, "<stata_dta>") { return .init("a Stata file", pandas("read_stata")) }
    if starts(bytes, "SAS     SAS") || starts(bytes, "HEADER RECORD") { return .init("a SAS file", pandas("read_sas")) }
    if starts(bytes, "RDX2\n") || starts(bytes, "RDX3\n") || starts(bytes, "X\n\0\0") {
      return .init("R data", "Write it in R: write.csv(x, '\(stem).csv', row.names=FALSE)")
    }
    if starts(bytes, "BZh") { return .init("compressed with bzip2", "Unpack it: bunzip2 \(name)") }
    if bytes.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]) {
      return .init("compressed with xz", "Unpack it: unxz \(name)")
    }
    if bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
      return .init("compressed with zstd", "Unpack it: unzstd \(name)")
    }
    if bytes.starts(with: [0x37, 0x7A, 0xBC, 0xAF]) {
      return .init("a 7z archive", "Unpack it and load what is in it: 7z x \(name)")
    }
    if starts(bytes, "Rar!") { return .init("a RAR archive", "Unpack it and load what is in it: unrar x \(name)") }
    if starts(bytes, "ustar", at: 257) {
      return .init("a tar archive", "Unpack it and load what is in it: tar -xf \(name)")
    }
    if bytes.count > 2, bytes[0] == 0x80, (2...5).contains(bytes[1]) {
      return .init(
        "a Python pickle, which is refused: reading it would execute code from the file",
        python("import pickle, numpy; numpy.save('\(stem).npy', pickle.load(open('\(name)', 'rb')))"))
    }
    if bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) { return .init("an Excel file (.xls)", pandas("read_excel")) }
    if starts(bytes, "ID3") || starts(bytes, "fLaC") || starts(bytes, "OggS") {
      return .init(
        "a sound file",
        python(
          "import numpy, librosa; x, r = librosa.load('\(name)'); numpy.save('\(stem).npy', x[:len(x) // 1024 * 1024].reshape(-1, 1024))"
        ))
    }
    if starts(bytes, "ftyp", at: 4) {
      return starts(bytes, "avif", at: 8) || starts(bytes, "heic", at: 8)
        ? .init("an AVIF or HEIC image", "Convert it: magick \(name) \(stem).png")
        : .init("a video", "Write its frames: ffmpeg -i \(name) frames/%05d.png")
    }
    return nil
  }

  /// The formats that a zip archive may be, by the names in it; nil for an archive of arrays.
  init?(zipEntries names: [String], path: String) {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let stem = name.split(separator: ".").first.map(String.init) ?? name
    func python(_ line: String) -> String { "Convert it in Python: \(line)" }
    if names.contains(where: { $0.hasPrefix("xl/") }) {
      self.init(
        "an Excel file (.xlsx)",
        python("import pandas; pandas.read_excel('\(name)').to_csv('\(stem).csv', index=False)"))
    } else if names.contains(where: { $0.hasSuffix("/data.pkl") || $0 == "data.pkl" }) {
      self.init(
        "a PyTorch file", python("import torch, numpy; numpy.save('\(stem).npy', torch.load('\(name)').numpy())"))
    } else if names.contains("mimetype") || names.contains("content.xml") {
      self.init(
        "an OpenDocument file",
        python("import pandas; pandas.read_excel('\(name)', engine='odf').to_csv('\(stem).csv', index=False)"))
    } else if names.contains("word/document.xml") {
      self.init("a Word document", "Save the table in it as CSV.")
    } else {
      return nil
    }
  }

  private static func text(_ bytes: UnsafeRawBufferPointer, _ name: String, _ stem: String) -> ForeignFormat? {
    func python(_ line: String) -> String { "Convert it in Python: \(line)" }
    // A mark of UTF-8 and blanks may come first.
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while start < bytes.count, [9, 10, 13, 32].contains(bytes[start]) { start += 1 }
    let head = String(decoding: bytes[start..<min(start + 2048, bytes.count)], as: UTF8.self)
    let lower = head.lowercased()
    if lower.hasPrefix("<!doctype html") || lower.hasPrefix("<html")
      || (lower.hasPrefix("<") && lower.contains("<html"))
    {
      return .init("a web page, not data", "Download the file itself: the link led to a page, of an error or a login.")
    }
    if lower.hasPrefix("<?xml") || lower.hasPrefix("<svg") {
      return .init(
        "an XML file", python("import pandas; pandas.read_xml('\(name)').to_csv('\(stem).csv', index=False)"))
    }
    if head.hasPrefix("version https://git-lfs.github.com/spec") {
      return .init("a pointer of Git LFS, not the data", "Fetch the data: git lfs pull --include \(name)")
    }
    if head.hasPrefix("%%MatrixMarket") {
      return .init(
        "a MatrixMarket file",
        python(
          "import numpy, scipy.io; m = scipy.io.mmread('\(name)'); numpy.save('\(stem).npy', m.toarray() if hasattr(m, 'toarray') else m)"
        ))
    }
    if isARFF(head) {
      return .init(
        "an ARFF file",
        python(
          "import pandas, scipy.io.arff; pandas.DataFrame(scipy.io.arff.loadarff('\(name)')[0]).to_csv('\(stem).csv', index=False)"
        ))
    }
    if isJSON(head) {
      let lines = head.first == "{" && head.split(separator: "\n").dropFirst().first?.first == "{" ? ", lines=True" : ""
      return .init(
        "a JSON file", python("import pandas; pandas.read_json('\(name)'\(lines)).to_csv('\(stem).csv', index=False)"))
    }
    if isLibSVM(head) {
      return .init(
        "a table of index:value pairs (libsvm)",
        python(
          "import numpy, sklearn.datasets; x, y = sklearn.datasets.load_svmlight_file('\(name)'); numpy.savez('\(stem).npz', x=x.toarray(), y=y)"
        ))
    }
    return nil
  }

  private static func isARFF(_ head: String) -> Bool {
    for line in head.split(whereSeparator: \.isNewline) where !line.hasPrefix("%") {
      return line.lowercased().hasPrefix("@relation")
    }
    return false
  }

  private static func isJSON(_ head: String) -> Bool {
    guard head.first == "{" || head.first == "[" else { return false }
    let rest = head.dropFirst().drop { $0.isWhitespace }
    guard let next = rest.first else { return false }
    return head.first == "{" ? next == "\"" || next == "}" : "[{\"]-0123456789".contains(next) || rest.hasPrefix("null")
  }

  /// `+1 1:0.5 3:0.25`: a label, then ascending indices, on every line.
  private static func isLibSVM(_ head: String) -> Bool {
    let lines = head.split(whereSeparator: \.isNewline)
    let whole = lines.count > 1 ? lines.dropLast() : lines[...]
    var pairs = 0
    for line in whole.prefix(20) {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard let label = words.first, Double(label) != nil else { return false }
      for word in words.dropFirst() {
        let sides = word.split(separator: ":", omittingEmptySubsequences: false)
        guard sides.count == 2, sides[0] == "qid" || Int(sides[0]) != nil, Double(sides[1]) != nil else { return false }
        pairs += 1
      }
    }
    return pairs > 0
  }
}
