import Datasets
import Fuzzing
import Tensors
import Testing

/// Pictures as people have them: transparent, turned, deep, of other formats, broken.
@Suite struct PictureTests {
  private static let gray = Array(CorpusTests.pixels[0..<24])
  private static let color = Array(CorpusTests.pixels[0..<72])

  @Test(arguments: ["color.tif", "color.webp", "color.bmp", "color.ppm"])
  func everyFormatKeepsTheColors(_ name: String) throws {
    let picture = try load(Corpus.path(name))
    #expect(picture.storage.shape == [1, 3, 4, 6])
    #expect(picture.stored == Self.color)
    #expect(picture.notes.isEmpty, "\(picture.notes)")
    let folder = try Scratch()
    try folder.write("a", Corpus.bytes(name))
    #expect(try load(folder.path).stored == Self.color)
  }

  @Test func otherKindsOfGrayAreRead() throws {
    #expect(try load(Corpus.path("grey.pgm")).stored == Self.gray)
    let bits = try load(Corpus.path("bits.pbm"))
    #expect(bits.stored == (try load(Corpus.path("bits.png")).stored))
    // Steps of 128, in a palette.
    let few = try load(Corpus.path("few.gif"))
    let planes = [CorpusTests.pixels[0..<24], CorpusTests.pixels[0..<24], CorpusTests.pixels[24..<48]]
    let wanted = planes.flatMap { plane in plane.map { pixel -> Double in pixel >= 128 ? 128 : 0 } }
    #expect(few.stored == wanted)
    let deep = try load(Corpus.path("deep.tif"))
    #expect(deep.stored == Self.gray.map { $0 * 257 } && deep.storage.dtype == .int32)
  }

  /// Black shapes that are only in the transparency: seen on white, and said where nothing is left to see.
  @Test(arguments: [("strokes.png", 1), ("shapes.png", 3)])
  func transparentPixelsShowTheBackground(_ name: String, channels: Int) throws {
    let black = try load(Corpus.path(name))
    #expect(black.stored.allSatisfy { $0 == 0 })
    #expect(black.notes[0].contains("transparent: composited on black"))
    #expect(black.notes[1].contains("load with background=white"))
    let white = try load(Corpus.path(name)) { $0.images.background = [255, 255, 255] }
    #expect(white.storage.shape == [1, channels, 4, 6])
    var shape = [Double](repeating: 255, count: 24)
    for y in 1..<3 { for x in 2..<5 { shape[6 * y + x] = 0 } }
    shape[0] = 127
    #expect(white.stored == (0..<channels).flatMap { _ in shape })
    #expect(white.notes == ["the image is transparent: composited on 255,255,255 (background=black changes it)"])
  }

  @Test func aTransparentColorOfAPaletteIsNone() throws {
    let picture = try load(Corpus.path("clear.png")) { $0.images.background = [0, 0, 9] }
    #expect(Array(picture.stored[24 + 9..<24 + 12]) == [0, 0, 0], "green")
    #expect(picture.stored[8] == 255 && picture.stored[48 + 8] == 0, "red where it is opaque")
    #expect(picture.stored[1] == 0 && picture.stored[48 + 1] == 9, "the background elsewhere")
    // All opaque: nothing is composited, and nothing is said.
    #expect(try load(Corpus.path("alpha.png")).notes.isEmpty)
  }

  @Test func backgroundsAreColors() {
    #expect(ImageOptions.background("white") == [255, 255, 255])
    #expect(ImageOptions.background("#ff8000") == [255, 128, 0])
    #expect(ImageOptions.background("7") == [7, 7, 7])
    #expect(ImageOptions.background("256") == nil && ImageOptions.background("blue-ish") == nil)
  }

  /// Orientation 6: the top of the picture is at the right of what is stored.
  @Test func aTurnedPictureIsUpright() throws {
    let picture = try load(Corpus.path("turned.jpg"))
    #expect(picture.storage.shape == [1, 1, 20, 24])
    #expect(picture.notes == ["the image is turned upright, as EXIF says"])
    // Pixel (y, x) is near 6·(y' + x') with y' = 23 − x and x' = y of what is stored.
    for (y, x) in [(0, 0), (0, 23), (19, 0), (19, 23), (7, 11)] {
      let wanted = Double(6 * (23 - x + y))
      #expect(abs(picture.stored[24 * y + x] - wanted) <= 4, "\(y), \(x)")
    }
  }

  @Test func inkBecomesLight() throws {
    let ink = try load(Corpus.path("ink.jpg"))
    #expect(ink.storage.shape == [1, 3, 24, 20])
    for at in [0, 19, 200, 479] {
      let (y, x) = (at / 20, at % 20)
      let (red, green) = (Double(6 * (y + x)), Double(6 * (42 - y - x)))
      #expect(abs(ink.stored[at] - red) <= 12 && abs(ink.stored[480 + at] - green) <= 12)
    }
  }

  @Test func deepPicturesMakeAFolderDeep() throws {
    let scratch = try Scratch()
    try scratch.write("a.png", Corpus.bytes("grey.png"))
    try scratch.write("b.tif", Corpus.bytes("deep.tif"))
    let both = try load(scratch.path)
    #expect(both.stored == (Self.gray + Self.gray).map { $0 * 257 })
    #expect(both.transforms == [.scale(1 / 65535)])
    let seen = try both.examples([0, 1]).elements(as: Float.self)
    #expect(seen[..<24] == seen[24...])
  }

  @Test func brokenPicturesAreSkippedWhenAsked() throws {
    let scratch = try Scratch()
    for name in ["cat/1", "cat/2", "dog/1", "dog/2"] { try scratch.write(name + ".png", Corpus.bytes("grey.png")) }
    try scratch.write("cat/0.png", Array(Corpus.bytes("grey.png").dropLast(30)))
    try scratch.write("dog/3.jpg", [0xFF, 0xD8, 0xFF, 0xE0, 0, 2])
    #expect(try refusal(scratch.path).path.hasSuffix("png") || refusal(scratch.path).path.hasSuffix("jpg"))
    let rest = try load(scratch.path) { $0.images.broken = .skip }
    #expect(rest.count == 4 && rest.labels == [0, 0, 1, 1])
    #expect(rest.stored == Self.gray + Self.gray + Self.gray + Self.gray)
    #expect(rest.notes.count { $0.contains("1 broken image skipped") } == 2, "\(rest.notes)")
    for name in ["cat/1", "cat/2", "dog/1", "dog/2"] {
      try scratch.write(name + ".png", [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0])
    }
    #expect(try refusal(scratch.path) { $0.images.broken = .skip }.reason.hasPrefix("none of the images can be read"))
  }

  @Test(arguments: [("grey.pgm", 5), ("bits.pbm", 2), ("color.ppm", 30), ("few.gif", 20)])
  func pixelsThatEndEarlyAreRefused(_ name: String, count: Int) throws {
    let error = try refusal(temporary(Array(Corpus.bytes(name).dropLast(count))))
    #expect(error.reason.contains("end early") || error.reason.contains("is missing"), "\(error)")
  }

  @Test func theCommonestSizeIsProposed() throws {
    let scratch = try Scratch()
    let odd = try scratch.write("0.jpg", Corpus.bytes("grey.jpg"))
    for index in 1..<4 { try scratch.write("\(index).png", Corpus.bytes("grey.png")) }
    let error = try refusal(scratch.path)
    #expect(error.path == odd)
    #expect(error.reason == "this image is 24×20; 3 of 4 are 4×6 (height×width), 1 is not")
    #expect(error.fix == "Resize all to one size: size=4x6")
  }

  @Test func bytesOfASmallRangeAreNoticed() throws {
    let digits = try load(temporary(NPY.encode(Tensor((0..<64).map { UInt8($0 % 17) }, shape: [4, 4, 4]))))
    #expect(
      digits.notes == [
        "the largest value is 16, of bytes: scaled by 1/255 all stay below 0.0627; transform d scale=15.9375 makes 1 of 16"
      ])
    #expect(try load(Corpus.path("images.idx")).notes.isEmpty)
  }
}
