import Datasets
import Fuzzing
import Glibc
import Tensors
import Testing

/// Files that are wrong: each gives one error with the file, the place and what to do, and nothing is loaded.
@Suite struct BadInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    /// Part of the reason.
    let says: String
    var testDescription: String { name }

    init(_ name: String, _ bytes: [UInt8], says: String) { (self.name, self.bytes, self.says) = (name, bytes, says) }
  }

  static let cases = [
    Case("nothing in it", [], says: "empty file"),
    Case("no known format", [0x7F, 0x45, 0x4C, 0x46, 0, 1, 2, 3], says: "unknown file format"),
    Case("IDX of an unknown type", [0, 0, 0x0F, 1, 0, 0, 0, 1, 0], says: "unknown file format"),
    Case("IDX cut inside its header", [0, 0, 8, 3, 0, 0, 0, 5], says: "header of 16 bytes ends at byte 8"),
    Case("IDX that promises more", idx(8, [100, 28, 28], [1, 2, 3]), says: "declares 100×28×28"),
    Case(
      "IDX whose extents overflow", idx(8, [0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], [1]), says: "declares 4294967295"),
    Case("IDX without examples", idx(8, [0, 28, 28], []), says: "is empty"),
    Case("IDX of labels alone", idx(8, [3], [1, 2, 3]), says: "holds no examples"),
    Case("NPY of a later version", npy("{}", version: 9), says: "version 9"),
    Case("NPY that promises more", npy(header("<f4", "(3, 1000)"), [0, 0]), says: "needs more than the 2 bytes"),
    Case("NPY with a negative extent", npy(header("<f4", "(-3, 2)")), says: "'-3' for an extent"),
    Case(
      "NPY whose extents overflow", npy(header("<f4", "(9223372036854775807, 4)")), says: "needs more than"),
    Case("NPY of objects", npy(header("|O", "(2, 2)"), [1, 2, 3]), says: "Python objects"),
    Case("NPY of text", npy(header("<U8", "(2, 2)"), [1, 2, 3]), says: "'<U8'"),
    Case("NPY of complex numbers", npy(header("<c8", "(1, 1)"), [UInt8](repeating: 0, count: 8)), says: "'<c8'"),
    Case("NPY with a scalar", npy(header("<f4", "()"), [0, 0, 0, 0]), says: "holds no examples"),
    Case("NPY with NaN", npy(header("<f4", "(2, 2)"), nan(at: 3)), says: "example 1, element 1 is not a finite"),
    Case(
      "NPY of integers beyond float64", npy(header("<i8", "(1, 1)"), [1, 0, 0, 0, 0, 0, 0x20, 0]),
      says: "float64 does not hold the integer 9007199254740993"),
    Case("zip without arrays", Checksums.zip([("readme.txt", [65])]), says: "no entry ends in .npy"),
    Case("zip that leaves its folder", Checksums.zip([("../x.npy", npyBytes)]), says: "points outside"),
    Case("zip with an absolute name", Checksums.zip([("/etc/x.npy", npyBytes)]), says: "points outside"),
    Case("zip of one empty array", Checksums.zip([("x.npy", [])]), says: "empty entry"),
    Case(
      "zip of several arrays", Checksums.zip([("a.npy", npyBytes), ("b.npy", npyBytes)]), says: "several arrays: a, b"),
    Case("gzip of nothing known", Checksums.gzip([0, 1, 2, 3]), says: "unknown file format"),
    Case("PNG cut short", Array([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0]), says: "PNG"),
    Case("JPEG of nothing", [0xFF, 0xD8, 0xFF, 0xE0, 0, 2], says: "JPEG"),
  ]

  static func header(_ type: String, _ shape: String) -> String {
    "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }\n"
  }
  static let npyBytes = npy(header("|u1", "(2, 2)"), [1, 2, 3, 4])
  static func nan(at index: Int) -> [UInt8] {
    (0..<4).flatMap { i in withUnsafeBytes(of: (i == index ? Float.nan : 1).bitPattern.littleEndian) { Array($0) } }
  }

  @Test(arguments: cases) func eachIsNamedWithItsPlace(_ item: Case) throws {
    let scratch = try Scratch()
    let path = try scratch.write("data", item.bytes)
    let error = try refusal(path)
    #expect(error.path.hasPrefix(path))
    #expect(error.reason.contains(item.says), "\(error)")
  }

  @Test func aTruncatedGzipSaysWhere() throws {
    let scratch = try Scratch()
    let bytes = try Corpus.bytes("images.idx.gz")
    let error = try refusal(scratch.write("x.gz", Array(bytes.dropLast(20))))
    #expect(error.reason.contains("end early at byte \(bytes.count - 20)"))
    var damaged = bytes
    damaged[40] ^= 0xFF
    #expect(try refusal(scratch.write("y.gz", damaged)).reason.hasPrefix("gzip data"))
    var wrong = bytes
    wrong[wrong.count - 6] ^= 1
    #expect(try refusal(scratch.write("z.gz", wrong)).reason.contains("incorrect data check"))
  }

  @Test func aDecompressionBombIsRefusedBeforeItFillsTheMemory() throws {
    // A fixed Huffman block of half a gigabyte: one literal 0, then two million copies of 258 bytes at distance 1.
    var stream: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    var bits = BitWriter()
    bits.put(0b1, 1)
    bits.put(0b01, 2)
    bits.putReversed(0x30, 8)
    for _ in 0..<2_000_000 {
      bits.putReversed(0b1100_0101, 8)
      bits.putReversed(0, 5)
    }
    bits.putReversed(0, 7)
    stream += bits.bytes
    stream += [0, 0, 0, 0, 0, 0, 0, 0]
    let path = try temporary(stream)
    let file = try FileBytes.map(path)
    let error = #expect(throws: FileError.self) {
      try Gzip.inflate(UnsafeRawBufferPointer(start: file.base, count: file.byteCount), path: path, limit: 64 << 20)
    }
    #expect(error?.reason.contains("decompression bomb") == true)
    #expect(error?.fix != nil)
  }

  @Test func anArchiveThatPromisesMoreThanItsBytesCanHoldIsRefused() throws {
    var zip = Checksums.zip([("x.npy", Self.npyBytes)])
    // The uncompressed size in the central directory, 24 bytes from its start.
    let directory = try #require(zip.indices.dropLast(4).last { Array(zip[$0..<$0 + 4]) == [0x50, 0x4B, 1, 2] })
    for byte in 0..<4 { zip[directory + 24 + byte] = 0x7F }
    let error = try refusal(temporary(zip))
    #expect(error.path.hasSuffix(":x.npy"))
  }

  @Test func labelsMustBeOneForEachExample() throws {
    let scratch = try Scratch()
    let images = Corpus.path("images.idx")
    let short = try scratch.write("short", idx(8, [4], [0, 1, 2, 3]))
    #expect(
      try refusal(images) { $0.labels = short }
        == FileError(
          path: short, reason: "4 labels for 5 examples",
          fix: "There must be one label for every example, in the same order."))
    let fractions = try scratch.write("f.npy", NPY.encode(Tensor([0, 1, 0.5, 1, 2] as [Float])))
    #expect(try refusal(images) { $0.labels = fractions }.reason.contains("label of example 2"))
    #expect(try refusal(images) { $0.labels = Corpus.path("grey.png") }.path == Corpus.path("grey.png"))
    #expect(try load(images) { $0.labels = Corpus.path("labels.idx") }.labels == [0, 1, 2, 1, 0])
    let words = try scratch.write("words.csv", text: "kind\ncat\ndog\ncat\nape\nape\n")
    let named = try load(images) { $0.labels = words }
    #expect(named.labels == [1, 2, 1, 0, 0])
    #expect(named.labelNames == ["ape", "cat", "dog"])
  }

  @Test func anOptionForAnotherKindOfFileIsNotIgnored() throws {
    #expect(try refusal(Corpus.path("bytes.npy")) { $0.table.target = "x" }.reason.contains("option 'target'"))
    #expect(try refusal(Corpus.path("table.csv")) { $0.images.height = 3 }.reason.contains("option 'size'"))
    #expect(try refusal(Corpus.path("images.idx")) { $0.array = "x" }.reason.contains("option 'array'"))
    #expect(try refusal(Corpus.path("stored.npz")) { $0.array = "z" }.reason == "no array 'z' in the archive")
    #expect(try refusal(Corpus.path("int64.npy")) { $0.shape = [5, 7] }.reason.contains("not images of 5×7"))
  }

  @Test func aPipeIsNotWaitedFor() throws {
    let scratch = try Scratch()
    #expect(mkfifo("\(scratch.path)/pipe", 0o600) == 0)
    let error = #expect(throws: FileError.self) { try load("\(scratch.path)/pipe") }
    #expect(error?.reason == "not a regular file")
    try scratch.write("folder/a.png", Corpus.bytes("grey.png"))
    #expect(mkfifo("\(scratch.path)/folder/pipe", 0o600) == 0)
    #expect(try load("\(scratch.path)/folder").count == 1)
  }

  @Test func aFileThatIsWrittenAnewChangesNothingThatIsLoaded() throws {
    let scratch = try Scratch()
    let path = try scratch.write("x.npy", Corpus.bytes("bytes.npy"))
    let dataset = try load(path)
    #expect(truncate(path, 0) == 0)
    #expect(dataset.stored == CorpusTests.pixels)
  }
}

/// Bits from the lowest of each byte on, as deflate wants them.
struct BitWriter {
  private(set) var bytes: [UInt8] = []
  private var used = 8

  mutating func put(_ value: Int, _ count: Int) {
    for bit in 0..<count {
      if used == 8 {
        bytes.append(0)
        used = 0
      }
      bytes[bytes.count - 1] |= UInt8(value >> bit & 1) << UInt8(used)
      used += 1
    }
  }

  /// Huffman codes go from their highest bit.
  mutating func putReversed(_ value: Int, _ count: Int) {
    for bit in (0..<count).reversed() { put(value >> bit & 1, 1) }
  }
}
