import Foundation
import Fuzzing
import Tensors
import Testing

/// Files that numpy and the safetensors package wrote (`Corpus/make-corpus.py`), files that are wrong, and damaged ones.
@Suite struct TensorFileTests {
  static let corpus = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")

  static func names(_ condition: (String) -> Bool) -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: corpus.path)) ?? []
    return all.filter { $0.hasSuffix(".npy") || $0.hasSuffix(".safetensors") }.filter(condition).sorted()
  }

  static func path(_ name: String) -> String { corpus.appending(path: name).path }

  /// Element i as the script wrote it.
  static func written(_ i: Int, _ kind: String) -> Double {
    kind == "bool" ? Double(i % 2) : Double(7 * i % 11) - (kind.hasPrefix("u") ? 0 : 5)
  }

  struct NumpyArray: Sendable, CustomTestStringConvertible {
    let name: String
    let dtype: DType
    let shape: Shape
    var testDescription: String { name }
  }

  static let arrays = [
    NumpyArray(name: "f2", dtype: .float32, shape: [2, 3]), NumpyArray(name: "f4", dtype: .float32, shape: [2, 3]),
    NumpyArray(name: "f8", dtype: .float64, shape: [2, 3]), NumpyArray(name: "i1", dtype: .int32, shape: [2, 3]),
    NumpyArray(name: "i2", dtype: .int32, shape: [2, 3]), NumpyArray(name: "i4", dtype: .int32, shape: [2, 3]),
    NumpyArray(name: "i8", dtype: .int32, shape: [2, 3]), NumpyArray(name: "u1", dtype: .uint8, shape: [2, 3]),
    NumpyArray(name: "u2", dtype: .int32, shape: [2, 3]), NumpyArray(name: "u4", dtype: .int32, shape: [2, 3]),
    NumpyArray(name: "bool", dtype: .uint8, shape: [2, 3]),
    NumpyArray(name: "big-endian-f4", dtype: .float32, shape: [2, 3]),
    NumpyArray(name: "big-endian-i2", dtype: .int32, shape: [2, 3]),
    NumpyArray(name: "column-major-f8", dtype: .float64, shape: [2, 3, 2]),
    NumpyArray(name: "scalar", dtype: .float32, shape: []), NumpyArray(name: "vector", dtype: .float32, shape: [5]),
    NumpyArray(name: "empty", dtype: .float32, shape: [0, 5]),
    NumpyArray(name: "version2", dtype: .float32, shape: [2, 3]),
    NumpyArray(name: "version3", dtype: .float32, shape: [2, 3]),
  ]

  @Test(arguments: arrays) func arraysOfNumpyAreRead(_ array: NumpyArray) throws {
    let tensor = try NPY.read(Self.path(array.name + ".npy"))
    #expect(tensor.dtype == array.dtype)
    #expect(tensor.shape == array.shape)
    #expect(tensor.doubles() == (0..<array.shape.count).map { Self.written($0, array.name) })
  }

  @Test(arguments: DType.allCases) func whatIsWrittenIsReadBack(_ dtype: DType) throws {
    let tensor = try Self.tensor(dtype, [3, 5])
    #expect(try NPY.decode(GuardedBytes.storage(NPY.encode(tensor)), path: "x").doubles() == tensor.doubles())
    var file = SafeTensors()
    file.tensors = [("first", tensor), ("second", try Self.tensor(dtype, [7]))]
    file.metadata = ["note": "π \"quoted\"\n"]
    let path = NSTemporaryDirectory() + "elbo-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try file.write(to: path)
    let read = try SafeTensors(contentsOf: path)
    #expect(read.metadata == file.metadata)
    #expect(read.tensors.map(\.name) == ["first", "second"])
    #expect(read.tensors[0].tensor.dtype == dtype)
    #expect(read.tensors[0].tensor.doubles() == tensor.doubles())
  }

  @Test func tensorsOfTheSafetensorsPackageAreRead() throws {
    let file = try SafeTensors(contentsOf: Self.path("four-types.safetensors"))
    #expect(file.metadata == ["format": "np", "quote": "é \"x\""])
    #expect(Set(file.tensors.map(\.tensor.dtype)) == Set(DType.allCases))
    for item in file.tensors {
      #expect(item.tensor.shape == [2, 3])
      #expect(item.tensor.doubles() == (0..<6).map { Self.written($0, item.name) })
    }
    let edges = try SafeTensors(contentsOf: Self.path("edges.safetensors"))
    #expect(Set(edges.tensors.map(\.tensor.shape)) == [[], [0, 5]])
  }

  @Test(arguments: names { $0.hasPrefix("refused") }) func whatCannotBeReadIsSaid(_ name: String) throws {
    let error = #expect(throws: FileError.self) {
      if name.hasSuffix(".npy") {
        _ = try NPY.read(Self.path(name))
      } else {
        _ = try SafeTensors(contentsOf: Self.path(name))
      }
    }
    #expect(error?.path == Self.path(name))
    #expect(error?.reason.isEmpty == false)
  }

  @Test(arguments: names { !$0.hasPrefix("refused") }) func everyTruncationIsRefused(_ name: String) throws {
    let bytes = try [UInt8](Data(contentsOf: URL(filePath: Self.path(name))))
    for count in 0..<bytes.count where name != "empty.npy" || count < 128 {
      #expect(throws: FileError.self) { try TensorReaders.read(Array(bytes[..<count]), name: name) }
    }
  }

  /// Each damaged file lies against memory that no one may read.
  @Test(arguments: names { _ in true }) func damagedFilesAreReadOrRefused(_ name: String) throws {
    let bytes = try [UInt8](Data(contentsOf: URL(filePath: Self.path(name))))
    let other = try [UInt8](Data(contentsOf: URL(filePath: Self.path("f4.npy"))))
    let survivors = try (0..<300).filter { seed in
      var mutator = Mutator(seed: UInt64(seed))
      return try TensorReaders.survive(mutator.mutated(bytes, splicing: other), name: name)
    }
    #expect(survivors.count < 250)
    if !name.hasPrefix("refused") { #expect(!survivors.isEmpty) }
  }

  /// Behind a first tensor of one byte, a second one of two: it begins where the first ends, and nowhere else.
  @Test func tensorsFollowOneAnotherWithoutHoles() throws {
    for begin in 0...4 {
      for end in 0...4 {
        let header =
          #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
          + #""b":{"dtype":"U8","shape":[2],"data_offsets":[\#(begin),\#(end)]}}"#
        let bytes = [UInt8(header.utf8.count)] + [UInt8](repeating: 0, count: 7) + Array(header.utf8) + [7, 8, 9]
        let file = try? SafeTensors(decoding: GuardedBytes.storage(bytes), path: "x")
        #expect((file != nil) == (begin == 1 && end == 3), "[\(begin), \(end)]")
        if let file { #expect(file.tensors.map { $0.tensor.doubles() } == [[7], [8, 9]]) }
      }
    }
  }

  @Test func filesThatAreNotThereAreNamed() {
    #expect(throws: FileError(path: "/nonexistent/x.npy", reason: "No such file or directory")) {
      try NPY.read("/nonexistent/x.npy")
    }
    #expect(throws: FileError(path: "/tmp", reason: "not a regular file")) { try SafeTensors(contentsOf: "/tmp") }
  }

  static func tensor(_ dtype: DType, _ shape: Shape) throws -> Tensor {
    switch dtype {
    case .float32: try Tensor((0..<shape.count).map { Float($0) * 0.25 - 1 }, shape: shape)
    case .float64: try Tensor((0..<shape.count).map { Double($0) / 3 }, shape: shape)
    case .int32: try Tensor((0..<shape.count).map { Int32($0) * -70_000 }, shape: shape)
    case .uint8: try Tensor((0..<shape.count).map { UInt8($0) }, shape: shape)
    }
  }
}
