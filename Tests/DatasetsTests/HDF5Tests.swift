import Datasets
import Foundation
import Tensors
import Testing

/// HDF5 files as h5py, AnnData and MATLAB write them.
@Suite struct HDF5Tests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "HDF5").path
  private func path(_ name: String) -> String { "\(Self.folder)/\(name)" }

  @Test func imagesAndTextLabelsAreRead() throws {
    let dataset = try load(path("images.h5"))
    #expect(dataset.storage.shape == [5, 1, 4, 6] && dataset.storage.dtype == .uint8)
    #expect(dataset.stored == CorpusTests.pixels)
    #expect(dataset.labelNames == ["ape", "cat", "dog"] && dataset.labels == [1, 2, 1, 0, 2])
    #expect(dataset.notes == ["examples are the array 'images'", "labels are the array 'labels'"])
  }

  @Test func factorsOfShapesAreFactors() throws {
    let dataset = try load(path("shapes.h5"))
    #expect(dataset.storage.shape == [5, 3, 6, 4])
    #expect(Array(dataset.stored[24..<48]) == Array(CorpusTests.pixels[0..<24]))
    let factors = try #require(dataset.factors)
    #expect(factors.names == ["floor_hue", "wall_hue", "object_hue", "scale", "shape", "orientation"])
    #expect(factors.factors[5].values == [-30, -15])
    #expect((0..<5).map { factors.value($0, 1) } == [0, 1, 2, 0, 1])
    #expect(dataset.labels == nil)
  }

  @Test func groupsMayBeParts() throws {
    let dataset = try load(path("parts.h5"))
    #expect(dataset.parts == ["train": 0..<3, "validation": 3..<4, "test": 4..<5])
    #expect(dataset.stored == CorpusTests.pixels.map { $0 / 8 } && dataset.labels == [0, 1, 2, 3, 4])
  }

  @Test func theArrayIsChosen() throws {
    let error = try refusal(path("several.h5"))
    #expect(error.reason == "the file holds several arrays: first (5×4×6), second (5×4×6)")
    #expect(error.fix == "Choose one: array=first")
    #expect(try load(path("several.h5")) { $0.array = "second" }.storage.dtype == .float64)
    #expect(try refusal(path("several.h5")) { $0.array = "third" }.reason.contains("no array of numbers 'third'"))
    #expect(try refusal(path("several.h5")) { $0.images.height = 3 }.reason.contains("option 'size'"))
  }

  @Test(arguments: ["sparse.h5ad", "dense.h5ad"]) func cellsHaveGenesAndKinds(_ name: String) throws {
    let plain = try load(path(name))
    #expect(plain.storage.shape == [4, 3] && plain.stored == [0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 3, 4])
    #expect(plain.columns == ["CD3", "CD8", "MS4A1"] && plain.labels == nil)
    #expect(plain.notes.contains { $0.contains("obs has") && $0.contains("batch") && $0.contains("kind") })
    let kinds = try load(path(name)) { $0.table.target = "kind" }
    #expect(kinds.labelNames == ["B", "T"] && kinds.labels == [1, 0, -1, 1])
    #expect(try load(path(name)) { $0.table.target = "batch" }.labels == [0, 0, 1, 1])
    #expect(try refusal(path(name)) { $0.table.target = "age" }.fix?.contains("kind") == true)
  }

  @Test func matricesOfMATLABAreTurned() throws {
    let dataset = try load(path("v73.mat"))
    #expect(dataset.storage.shape == [5, 3] && dataset.stored == (0..<15).map { Double($0) })
    #expect(dataset.labels == [1, 2, 1, 2, 1] && dataset.classCount == 2)
    #expect(dataset.notes.contains { $0.contains("as MATLAB writes them") })
    #expect(try load(path("images.mat")).stored == CorpusTests.pixels)
  }

  @Test func aDamagedFileIsRefused() throws {
    let scratch = try Scratch()
    let bytes = try [UInt8](Data(contentsOf: URL(filePath: path("images.h5"))))
    #expect(try refusal(scratch.write("cut.h5", Array(bytes[..<700]))).reason.contains("damaged or incomplete"))
  }
}
