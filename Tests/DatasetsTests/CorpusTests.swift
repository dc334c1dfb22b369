import Datasets
import Fuzzing
import Tensors
import Testing

/// Files that numpy, Pillow and pandas wrote, whole, cut short and damaged.
@Suite struct CorpusTests {
  /// `steps · 37 mod 251`, the pixels of the script.
  static let pixels = (0..<120).map { Double($0 * 37 % 251) }

  @Test(arguments: [
    ("images.idx", [5, 1, 4, 6]), ("images.idx.gz", [5, 1, 4, 6]), ("bytes.npy", [5, 1, 4, 6]),
    ("bytes.npy.gz", [5, 1, 4, 6]), ("stored.npz", [5, 1, 4, 6]), ("packed.npz", [5, 1, 4, 6]),
    ("parts.npz", [5, 1, 4, 6]),
  ])
  func everyFormatGivesTheSameImages(name: String, extents: [Int]) throws {
    let dataset = try load(Corpus.path(name))
    #expect(dataset.storage.shape.dimensions == extents)
    #expect(dataset.storage.dtype == .uint8)
    #expect(dataset.stored == Self.pixels)
    #expect(dataset.transforms == [.scale(1 / 255)])
  }

  @Test func archivesSayWhatTheirArraysAre() throws {
    #expect(try load(Corpus.path("stored.npz")).labels == [0, 1, 2, 1, 0])
    // Named, they are the same.
    #expect(try load(Corpus.path("stored.npz")) { $0.labels = "y" }.labels == [0, 1, 2, 1, 0])
    let parts = try load(Corpus.path("parts.npz"))
    #expect(parts.parts == ["train": 0..<3, "test": 3..<5])
    #expect(parts.labels == [0, 1, 2, 1, 0])
    let factors = try #require(try load(Corpus.path("packed.npz")).factors)
    #expect(factors.names == ["factor0", "factor1"])
    #expect((0..<5).map { factors.value($0, 0) } == [0, 1, 2, 0, 1])
  }

  @Test func numbersOfEveryIDXTypeAreRead() throws {
    #expect(try load(Corpus.path("int16.idx")).stored == (0..<120).map { Double($0 * 300 - 9000) })
    for name in ["float.idx", "double.idx"] {
      #expect(try load(Corpus.path(name)).stored == (0..<120).map { Double($0) / 8 - 3 })
    }
    let eight = try load(temporary(idx(0x09, [2, 2], [0, 127, 128, 255])))
    #expect(eight.stored == [0, 127, -128, -1])
    let whole = try load(temporary(idx(0x0C, [1, 2], [0, 1, 0, 0, 255, 255, 255, 254])))
    #expect(whole.stored == [65536, -2])
  }

  @Test func columnMajorArraysAreReordered() throws {
    #expect(try load(Corpus.path("columns.npy")).stored == (0..<120).map { Double($0) / 8 })
  }

  @Test func channelsThatCameLastAreMovedToTheFront() throws {
    let dataset = try load(Corpus.path("last.npy"))
    #expect(dataset.storage.shape == [4, 3, 3, 3], "three rows: told from three channels by nothing")
    let pixels = (0..<2 * 6 * 5 * 3).map { UInt8($0) }
    let file = try temporary(NPY.encode(Tensor(pixels, shape: [2, 6, 5, 3])))
    let moved = try load(file)
    #expect(moved.storage.shape == [2, 3, 6, 5])
    #expect(moved.stored[0..<20].elementsEqual((0..<20).map { Double($0 * 3) }))
    #expect(moved.notes.count == 1)
  }

  /// But of those whose shorter beginnings are tables, numbers or whole pictures.
  private static let cuttable = Corpus.names.filter { name in
    [".csv", ".pbm", ".pgm", ".ppm", ".gif"].allSatisfy { !name.contains($0) }
  }

  @Test(arguments: cuttable) func everyTruncationIsRefused(_ name: String) throws {
    let bytes = try Corpus.bytes(name)
    // A PNG is whole without its last, empty chunk; labels of one axis are no examples anyway.
    let end = name.hasSuffix(".png") ? bytes.count - 16 : bytes.count
    for count in 1..<end {
      let isGood = try DatasetReaders.survive(Array(bytes[..<count]), request: LoadRequest(name))
      #expect(!isGood, "\(name) cut at \(count)")
    }
  }

  /// Each damaged file lies against memory that no one may read. `make conformance` does the same for longer.
  @Test(arguments: Corpus.names) func damagedFilesAreReadOrRefused(_ name: String) throws {
    let bytes = try Corpus.bytes(name)
    let other = try Corpus.bytes("bytes.npy")
    for seed in 0..<400 {
      var mutator = Mutator(seed: UInt64(seed))
      let damaged = Checksums.repaired(mutator.mutated(bytes, splicing: other), name: name, seed: seed)
      _ = try DatasetReaders.survive(damaged, request: DatasetReaders.request(name, seed: seed))
    }
  }

  @Test func checksumsMadeRightAreRight() throws {
    for name in Corpus.names where name.hasSuffix(".png") {
      #expect(try Checksums.png(Corpus.bytes(name)) == Corpus.bytes(name))
    }
    let array = try Corpus.bytes("bytes.npy")
    #expect(try load(temporary(Checksums.zip([("x.npy", array)]))).stored == Self.pixels)
    #expect(try load(temporary(Checksums.gzip(array))).stored == Self.pixels)
  }
}
