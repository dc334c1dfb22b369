import Datasets
import Fuzzing
import Tensors
import Testing

/// Trees of folders and archives whose names say which part and which class the examples are of.
@Suite struct PartTests {
  /// A folder with these pictures.
  private func folder(_ names: [String], _ change: (inout LoadRequest) -> Void = { _ in }) throws -> Dataset {
    let scratch = try Scratch()
    for name in names { try scratch.write(name, Corpus.bytes("grey.png")) }
    return try load(scratch.path, change)
  }

  @Test(arguments: [
    ["train/cat/1.png", "train/dog/1.png", "train/dog/2.png", "val/dog/1.png", "test/cat/1.png"],
    ["Training/cat/1.png", "Training/dog/1.png", "Training/dog/2.png", "validation/dog/1.png", "Testing/cat/1.png"],
    [
      "x/seg_train/seg_train/cat/1.png", "x/seg_train/seg_train/dog/1.png", "x/seg_train/seg_train/dog/2.png",
      "x/seg_val/seg_val/dog/1.png", "x/seg_test/seg_test/cat/1.png",
    ],
    ["cat/train/1.png", "dog/train/1.png", "dog/train/2.png", "dog/dev/1.png", "cat/test/1.png"],
  ])
  func foldersOfPartsBecomeParts(names: [String]) throws {
    let dataset = try folder(names)
    #expect(dataset.parts == ["train": 0..<3, "validation": 3..<4, "test": 4..<5])
    #expect(dataset.labelNames == ["cat", "dog"] && dataset.labels == [0, 1, 1, 1, 0])
    #expect(dataset.notes.contains("parts by folder: train (3), validation (1), test (1)"))
  }

  @Test func partsWithoutClassesHaveNoLabels() throws {
    let dataset = try folder(["train/1.png", "train/2.png", "test/1.png"])
    #expect(dataset.parts == ["train": 0..<2, "test": 2..<3] && dataset.labels == nil)
    // Kaggle's: a test part that nobody labeled.
    let half = try folder(["train/cat/1.png", "train/dog/2.png", "test1/9.png"])
    #expect(half.parts == ["train": 0..<2, "test": 2..<3] && half.labels == [0, 1, -1])
    #expect(half.notes.contains("the 1 images of test have no label"))
    let shelved = try folder(["train/images/1.png", "train/images/2.png", "val/images/1.png"])
    #expect(shelved.parts == ["train": 0..<2, "validation": 2..<3] && shelved.labels == nil)
  }

  @Test func aClassMayBeCalledTrain() throws {
    let dataset = try folder(["bus/1.png", "car/1.png", "train/1.png"])
    #expect(dataset.parts.isEmpty && dataset.labelNames == ["bus", "car", "train"])
  }

  @Test func deeperClassesAreFound() throws {
    let deep = try folder(["a/x/1.png", "a/y/1.png", "b/x/1.png"])
    #expect(deep.labelNames == ["a/x", "a/y", "b/x"] && deep.labels == [0, 1, 2])
    let packed = try folder(["archive/data/cat/1.png", "archive/data/dog/1.png", "__MACOSX/data/cat/1.png"])
    #expect(packed.labelNames == ["cat", "dog"] && packed.count == 2)
  }

  @Test func labelsAreFoundByFileName() throws {
    let scratch = try Scratch()
    for name in ["a.png", "b.png", "10.png"] { try scratch.write("in/\(name)", Corpus.bytes("grey.png")) }
    let table = try scratch.write("y.csv", text: "id,label\nb.png,dog\na.png,cat\nzz.png,cow\n")
    let dataset = try load(scratch.path + "/in") { $0.labels = table }
    #expect(dataset.classes?.names == ["cat", "dog"])
    // In natural order: 10, a, b.
    #expect(dataset.label(0) == nil && dataset.label(1) == 0)
    #expect(dataset.notes.contains("labels are found by file name, column 'id'; 1 of 3 files have none"))
    let stems = try scratch.write("s.csv", text: "id,label,more\nb,dog,1\na,cat,2\n10,cow,3\n")
    #expect(try load(scratch.path + "/in") { $0.labels = stems }.classes?.names == ["cat", "cow", "dog"])
  }

  @Test func aTableOfLabelsMayNumberThem() throws {
    let scratch = try Scratch()
    let images = Corpus.path("images.idx")
    let inOrder = try scratch.write("a.csv", text: "id,label\n0,5\n1,6\n2,5\n3,5\n4,6\n")
    #expect(try load(images) { $0.labels = inOrder }.labels == [5, 6, 5, 5, 6])
    let mixed = try scratch.write("b.csv", text: "id,label\n4,9\n0,5\n2,7\n1,6\n3,8\n")
    let dataset = try load(images) { $0.labels = mixed }
    #expect(dataset.labels == [5, 6, 7, 8, 9])
    #expect(dataset.notes.contains("labels are in the order of column 'id'"))
    let several = try scratch.write("c.csv", text: "id,kind,size\n0,5,1\n1,6,2\n2,5,3\n3,5,4\n4,6,5\n")
    #expect(try refusal(images) { $0.labels = several }.fix == "Say which is the label: target=size")
    #expect(try load(images) { ($0.labels, $0.table.target) = (several, "kind") }.labels == [5, 6, 5, 5, 6])
    #expect(
      try refusal(images) { ($0.labels, $0.table.target) = (Corpus.path("labels.idx"), "kind") }.reason
        == "target= is for a table of labels")
  }

  private func array(_ start: Int, _ count: Int) throws -> [UInt8] {
    try NPY.encode(Tensor((0..<count * 4).map { UInt8(start + $0) }, shape: [count, 2, 2]))
  }

  private func labels(_ values: [Int32]) throws -> [UInt8] { try NPY.encode(Tensor(values)) }

  @Test func archivesMayHaveAValidationPart() throws {
    // MedMNIST's names and shapes of labels.
    let file = try temporary(
      Checksums.zip([
        ("train_images.npy", array(0, 3)), ("val_images.npy", array(100, 1)), ("test_images.npy", array(200, 2)),
        ("train_labels.npy", NPY.encode(Tensor([7, 9, 7] as [UInt8], shape: [3, 1]))),
        ("val_labels.npy", NPY.encode(Tensor([9] as [UInt8], shape: [1, 1]))),
        ("test_labels.npy", NPY.encode(Tensor([7, 7] as [UInt8], shape: [2, 1]))),
      ]))
    let dataset = try load(file)
    #expect(dataset.parts == ["train": 0..<3, "validation": 3..<4, "test": 4..<6])
    #expect(dataset.labels == [7, 9, 7, 9, 7, 7] && dataset.classCount == 2)
    #expect(dataset.stored[12] == 100)
    let other = try load(
      temporary(
        Checksums.zip([
          ("X_train.npy", array(0, 2)), ("y_train.npy", labels([1, 0])), ("X_val.npy", array(50, 1)),
          ("extra.npy", labels([1])),
        ])))
    #expect(other.parts == ["train": 0..<2, "validation": 2..<3] && other.labels == [1, 0, -1])
    #expect(other.notes.contains("not read: extra"))
  }

  @Test func labelsMayBeTexts() throws {
    let words = "cat\0dog\0cat\0"
    let texts = npy("{'descr': '|S4', 'fortran_order': False, 'shape': (3,), }\n", Array(words.utf8))
    let wide = npy(
      "{'descr': '<U3', 'fortran_order': False, 'shape': (3,), }\n",
      "catdogcat".utf8.flatMap { [$0, 0, 0, 0] })
    for labels in [texts, wide] {
      let dataset = try load(temporary(Checksums.zip([("x.npy", array(0, 3)), ("y.npy", labels)])))
      #expect(dataset.labels == [0, 1, 0] && dataset.labelNames == ["cat", "dog"])
      let path = try temporary(labels)
      let images = try temporary(array(0, 3))
      #expect(try load(images) { $0.labels = path }.labelNames == ["cat", "dog"])
    }
  }

  @Test func sparseMatricesAreExpanded() throws {
    func doubles(_ values: [Double]) throws -> [UInt8] { try NPY.encode(Tensor(values)) }
    func matrix(_ format: String, _ arrays: [(String, [Int32])]) throws -> String {
      let text = npy("{'descr': '|S3', 'fortran_order': False, 'shape': (), }\n", Array(format.utf8))
      return try temporary(
        Checksums.zip(
          [("format.npy", text), ("shape.npy", labels([3, 4])), ("data.npy", doubles([5, 6, 7]))]
            + arrays.map { ($0.0 + ".npy", try labels($0.1)) }))
    }
    let dense: [Double] = [0, 5, 0, 0, 0, 0, 0, 0, 6, 0, 0, 7]
    #expect(try load(matrix("csr", [("indices", [1, 0, 3]), ("indptr", [0, 1, 1, 3])])).stored == dense)
    #expect(try load(matrix("csc", [("indices", [2, 0, 2]), ("indptr", [0, 0, 0, 0, 3])])).stored[8 + 3] == 12)
    #expect(try load(matrix("coo", [("row", [0, 2, 2]), ("col", [1, 0, 3])])).stored == dense)
    #expect(
      try refusal(matrix("csr", [("indices", [1, 0, 9]), ("indptr", [0, 1, 1, 3])])).reason.contains("outside of 3×4"))
    #expect(
      try refusal(matrix("csr", [("indices", [1, 0, 1]), ("indptr", [0, 1, 1])])).reason.contains("outside of 3×4"))
    #expect(try refusal(matrix("bsr", [])).fix?.contains("tocsr") == true)
  }

  @Test func missingValuesOfArraysAreThoseOfTables() throws {
    let values: [Float] = [1, 2, .nan, 4, 5, 6, 7, .nan]
    let path = try temporary(NPY.encode(Tensor(values, shape: [4, 2])))
    let fix =
      "Use missing=keep to train on what is observed, or missing=drop, missing=mean or missing=zero to fill them."
    #expect(try refusal(path).fix == fix)
    #expect(try load(path) { $0.table.missing = .zero }.stored == [1, 2, 0, 4, 5, 6, 7, 0])
    #expect(try load(path) { $0.table.missing = .mean }.stored == [1, 2, Double(Float(13.0 / 3)), 4, 5, 6, 7, 4])
    let kept = try load(path) { $0.table.missing = .keep }.stored
    #expect(kept.map(\.isNaN) == values.map(\.isNaN) && kept[0] == 1)
    let dropped = try load(
      temporary(
        Checksums.zip([("x.npy", NPY.encode(Tensor(values, shape: [4, 2]))), ("y.npy", labels([3, 4, 5, 6]))]))
    ) {
      $0.table.missing = .drop
    }
    #expect(dropped.stored == [1, 2, 5, 6] && dropped.labels == [3, 5])
    #expect(dropped.notes.contains("2 of 4 examples dropped: missing values"))
    let infinite = try temporary(NPY.encode(Tensor([1, .infinity] as [Float], shape: [1, 2])))
    #expect(try refusal(infinite) { $0.table.missing = .zero }.reason.contains("not a finite number"))
  }
}
