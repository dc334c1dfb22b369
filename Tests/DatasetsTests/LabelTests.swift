import Datasets
import Tensors
import Testing

/// Labels as files have them, and the classes that they are.
@Suite struct LabelTests {
  /// Five images of the corpus with these labels.
  private func labeled(_ labels: String) throws -> Dataset {
    let scratch = try Scratch()
    let path = try scratch.write("y.csv", text: labels)
    return try load(Corpus.path("images.idx")) { $0.labels = path }
  }

  private func numbers(_ dataset: Dataset) -> [Int32] {
    let all = (0..<dataset.count).map { Int32($0) }
    var read = [Int32](repeating: 7, count: all.count)
    all.withUnsafeBufferPointer { all in
      read.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { dataset.readLabels(all, into: base) } }
    }
    return read
  }

  @Test func classesAreThoseThatOccur() throws {
    let ends = try labeled("0\n255\n0\n255\n255\n")
    #expect(ends.classCount == 2)
    #expect(ends.classes?.names == ["0", "255"])
    #expect(numbers(ends) == [0, 1, 0, 1, 1], "numbered from 0 for a model")
    #expect((0..<5).map(ends.label) == [0, 255, 0, 255, 255], "and known by what they were called")
    let ratings = try labeled("1\n2\n3\n4\n5\n")
    #expect(ratings.classCount == 5)
    #expect(numbers(ratings) == [0, 1, 2, 3, 4])
    #expect(ratings.subset(label: 5).count == 1)
    let words = try labeled("cat\ndog\ncat\nape\nape\n")
    #expect(words.classes?.names == ["ape", "cat", "dog"])
    #expect(words.classes?.label(named: "dog") == 2)
  }

  @Test func anExampleMayHaveNoLabel() throws {
    let some = try labeled("1\n-1\n4\n-1\n1\n")
    #expect(some.classCount == 2)
    #expect(some.unlabeledCount == 2)
    #expect(numbers(some) == [0, -1, 1, -1, 0])
    #expect(some.label(1) == nil && some.label(2) == 4)
    #expect(some.labelCounts == [1: 2, 4: 1])
    let words = try load(temporary(Array("x,kind\n1,dog\n2,\n3,cat\n4,NA\n".utf8))) { $0.table.target = "kind" }
    #expect(numbers(words) == [1, -1, 0, -1])
    #expect(words.count == 4 && words.unlabeledCount == 2)
    let dropped = try load(temporary(Array("x,kind\n1,dog\n2,\n3,cat\n".utf8))) {
      $0.table.target = "kind"
      $0.table.missing = .drop
    }
    #expect(dropped.stored == [1, 3])
    let array = try temporary(NPY.encode(Tensor([Int32](arrayLiteral: 2, -1, 2, 0, -1))))
    #expect(numbers(try load(Corpus.path("images.idx")) { $0.labels = array }) == [1, -1, 1, 0, -1])
    let floats = try temporary(NPY.encode(Tensor([Float](arrayLiteral: 2, .nan, 2, 0, 1))))
    #expect(numbers(try load(Corpus.path("images.idx")) { $0.labels = floats }) == [2, -1, 2, 0, 1])
    #expect(numbers(try load(Corpus.path("images.idx"))) == [0, 0, 0, 0, 0], "no labels at all are no class")
  }

  @Test func nothingButNoLabelsIsRefused() throws {
    let scratch = try Scratch()
    let path = try scratch.write("y.csv", text: "-1\n-1\n-1\n-1\n-1\n")
    let error = try refusal(Corpus.path("images.idx")) { $0.labels = path }
    #expect(error.path == path && error.reason.hasPrefix("no example has a label"))
  }

  /// As support vector machines number two classes; and numbers that no array of class counts could hold.
  @Test func otherNumbersAreNames() throws {
    let signs = try labeled("-1\n1\n1\n-1\n1\n")
    #expect(signs.classes?.names == ["-1", "1"] && numbers(signs) == [0, 1, 1, 0, 1])
    #expect(signs.notes.contains("labels -1 and 1 are two classes"))
    let codes = try labeled("90210\n10001\n5000000000\n10001\n10001\n")
    #expect(codes.classes?.names == ["10001", "90210", "5000000000"] && numbers(codes) == [1, 0, 2, 0, 0])
    let signed = try labeled("-2\n-1\n0\n1\n-1\n")
    #expect(signed.classes?.names == ["-2", "-1", "0", "1"] && signed.unlabeledCount == 0)
  }

  @Test func oneHotRowsAreLabels() throws {
    let rows: [Float] = [0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0]
    let path = try temporary(NPY.encode(Tensor(rows, shape: [5, 3])))
    let dataset = try load(Corpus.path("images.idx")) { $0.labels = path }
    #expect(numbers(dataset) == [2, 0, 1, 2, 0])
    #expect(dataset.notes == ["labels are one-hot rows of 3"])
    let two = try temporary(NPY.encode(Tensor([1] + rows.dropFirst(), shape: [5, 3])))
    #expect(try refusal(Corpus.path("images.idx")) { $0.labels = two }.reason.contains("labels for 5 examples"))
  }

  @Test func classesAreNumberedAsAModelNumbersThem() throws {
    let words = try labeled("dog\ndog\ncat\ndog\ncat\n")
    let seen = try #require(words.numbered(as: ["ape", "cat", "dog"]))
    #expect(numbers(seen) == [2, 2, 1, 2, 1] && seen.classCount == 3)
    #expect(words.numbered(as: ["ape", "dog"]) == nil)
    #expect(try numbers(#require(words.numbered(as: ["dog", "cat"]))) == [0, 0, 1, 0, 1])
  }
}
