import Datasets
import Fuzzing
import Tensors
import Testing

/// Pictures: one, many, in folders that are their labels.
@Suite struct ImageFolderTests {
  private static let gray = Array(CorpusTests.pixels[0..<24])

  @Test func grayPicturesKeepTheirPixels() throws {
    let picture = try load(Corpus.path("grey.png"))
    #expect(picture.storage.shape == [1, 1, 4, 6])
    #expect(picture.stored == Self.gray)
  }

  @Test func sixteenBitsAreKept() throws {
    let picture = try load(Corpus.path("deep.png"))
    #expect(picture.storage.shape == [1, 1, 4, 6])
    #expect(picture.stored == Self.gray.map { $0 * 257 })
    #expect(picture.notes == ["16 bits a channel: kept, scaled by 1/65535"])
    let seen = try picture.examples([0]).elements(as: Float.self)
    #expect(zip(seen, Self.gray).allSatisfy { abs(Double($0) - $1 / 255) < 1e-6 })
  }

  @Test(arguments: ["color.png", "alpha.png"]) func colorsBecomePlanes(_ name: String) throws {
    let picture = try load(Corpus.path(name))
    #expect(picture.storage.shape == [1, 3, 4, 6])
    #expect(picture.stored == Array(CorpusTests.pixels[0..<72]))
    let gray = try load(Corpus.path(name)) { $0.images.color = .gray }.stored
    for (index, value) in gray.enumerated() {
      let (r, g, b) = (picture.stored[index], picture.stored[24 + index], picture.stored[48 + index])
      #expect(abs(value - (0.299 * r + 0.587 * g + 0.114 * b)) <= 0.51)
    }
  }

  @Test func subfoldersAreLabelsInTheirOrder() throws {
    let scratch = try Scratch()
    for (index, name) in ["cat/10.png", "cat/9.png", "dog/a.png"].enumerated() {
      try scratch.write(name, Corpus.bytes(index == 1 ? "bits.png" : "grey.png"))
    }
    try scratch.write("dog/notes.txt", text: "no picture")
    try scratch.write("dog/.hidden.png", text: "hidden")
    try scratch.write("empty/readme", text: "nothing to see")
    let folder = try load(scratch.path)
    #expect(folder.labels == [0, 0, 1])
    #expect(folder.labelNames == ["cat", "dog"])
    #expect(folder.storage.shape == [3, 1, 4, 6])
    #expect(Array(folder.stored[24..<48]) == Self.gray, "9 comes before 10")
    #expect(folder.notes.contains("1 file that is not an image ignored: notes.txt"))
    #expect(folder.notes.contains("folder 'empty' contains no images: ignored"))
  }

  @Test func picturesOfDifferentSizesAreRefusedOrResized() throws {
    let scratch = try Scratch()
    try scratch.write("a.png", Corpus.bytes("grey.png"))
    let odd = try scratch.write("b.jpg", Corpus.bytes("grey.jpg"))
    let error = try refusal(scratch.path)
    #expect(error.path == odd)
    #expect(error.reason == "this image is 24×20; 1 of 2 are 4×6 (height×width), 1 is not")
    #expect(error.fix == "Resize all to one size: size=4x6")
    let resized = try load(scratch.path) { ($0.images.height, $0.images.width) = (4, 6) }
    #expect(resized.storage.shape == [2, 1, 4, 6])
    #expect(Array(resized.stored[0..<24]) == Self.gray)
    #expect(resized.notes == ["1 of 2 images resized to 4×6"])
  }

  /// Twice as large, and made small again by the means of four pixels: each plane is nearest to the one it came from.
  @Test func colorsKeepTheirPlacesWhenTheyAreResized() throws {
    let large = try load(Corpus.path("color.png")) { ($0.images.height, $0.images.width) = (8, 12) }
    #expect(large.storage.shape == [1, 3, 8, 12])
    func distance(_ channel: Int, to other: Int) -> Double {
      (0..<24).reduce(0) { sum, at in
        let corner = channel * 96 + at / 6 * 24 + at % 6 * 2
        let mean = [0, 1, 12, 13].reduce(0) { $0 + large.stored[corner + $1] } / 4
        return sum + abs(mean - Double(CorpusTests.pixels[other * 24 + at]))
      }
    }
    for channel in 0..<3 {
      for other in 0..<3 where other != channel {
        #expect(2 * distance(channel, to: channel) < distance(channel, to: other))
      }
    }
  }

  @Test func grayAmongColorsIsSaid() throws {
    let scratch = try Scratch()
    try scratch.write("a.png", Corpus.bytes("grey.png"))
    try scratch.write("b.png", Corpus.bytes("color.png"))
    let both = try load(scratch.path)
    #expect(both.storage.shape == [2, 3, 4, 6])
    #expect(both.notes == ["1 gray image converted to color"])
    #expect(try load(scratch.path) { $0.images.color = .gray }.storage.shape == [2, 1, 4, 6])
  }

  @Test func foldersWithoutAnswerAreRefused() throws {
    let scratch = try Scratch()
    #expect(try refusal(scratch.path).reason.hasPrefix("no image in this folder"))
    try scratch.write("in/a.png", Corpus.bytes("grey.png"))
    try scratch.write("b.png", Corpus.bytes("grey.png"))
    #expect(try refusal(scratch.path).reason.hasPrefix("1 image next to folders of images"))
  }

  @Test func oneDamagedPictureStopsTheLoadAndIsNamed() throws {
    let scratch = try Scratch()
    for index in 0..<40 { try scratch.write("\(index).png", Corpus.bytes("grey.png")) }
    let bad = try scratch.write("7.png", Array(Corpus.bytes("grey.png").dropLast(30)))
    #expect(try refusal(scratch.path).path == bad)
  }

  @Test func aPictureThatPromisesMoreThanItsBytesIsRefused() throws {
    var bytes = try Corpus.bytes("grey.png")
    for index in [18, 22] { bytes[index] = 0x10 }
    let error = try refusal(temporary(Checksums.png(bytes)))
    #expect(error.reason.contains("declares 4102×4100 pixels"))
    bytes[16] = 0x7F
    #expect(try refusal(temporary(Checksums.png(bytes))).reason.contains("PNG"))
  }
}
