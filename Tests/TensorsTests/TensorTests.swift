import Tensors
import Testing

@Suite struct TensorTests {
  @Test func copiesShareUntilOneIsWritten() throws {
    let a = try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
    var b = a
    #expect(a.withUnsafeBytes { $0.baseAddress } == b.withUnsafeBytes { $0.baseAddress })
    try b.withMutableElements(of: Float.self) { $0[0] = 9 }
    #expect(a.elements(as: Float.self) == [1, 2, 3, 4])
    #expect(b.elements(as: Float.self) == [9, 2, 3, 4])
  }

  @Test func storageBeginsAtACacheLine() throws {
    for count in [1, 17, 1000, 1 << 20] {
      let tensor = try Tensor(zeros: [count], dtype: .uint8)
      #expect(tensor.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) % 64 } == 0)
    }
  }

  @Test func rowsAreViewsAndWritingThemLeavesTheWholeAlone() throws {
    let whole = try Tensor((0..<12).map { Int32($0) }, shape: [3, 4])
    var rows = whole[1..<3]
    #expect(rows.shape == [2, 4])
    #expect(rows.elements(as: Int32.self) == [4, 5, 6, 7, 8, 9, 10, 11])
    #expect(whole[2].elements(as: Int32.self) == [8, 9, 10, 11])
    let (base, view) = (whole.withUnsafeBytes { $0.baseAddress }, rows.withUnsafeBytes { $0.baseAddress })
    #expect(view == base.map { $0 + 16 })
    try rows.withMutableElements(of: Int32.self) { $0[0] = -1 }
    #expect(whole.elements(as: Int32.self) == Array(0..<12))
    #expect(whole.reshaped(to: [2, 6])[1].elements(as: Int32.self) == Array(6..<12))
  }

  @Test func reductionsRunAlongAnyAxisOfAnyType() throws {
    let x = try Tensor((0..<24).map { UInt8($0) }, shape: [2, 3, 4])
    #expect(try x.sum().doubles() == [276])
    #expect(try x.sum(0).doubles() == (0..<12).map { Double(2 * $0 + 12) })
    #expect(try x.mean(1).shape == [2, 4])
    #expect(try x.mean(1).doubles() == [4, 5, 6, 7, 16, 17, 18, 19])
    #expect(try x.max(-1).doubles() == [3, 7, 11, 15, 19, 23])
    #expect(try x.min(2).doubles() == [0, 4, 8, 12, 16, 20])
    #expect(try Tensor([1, 5, 5, 2] as [Double]).argmax().doubles() == [1])
    #expect(try Tensor([Float](repeating: 0.1, count: 10_000_00)).sum().doubles()[0] == 100_000)
    #expect(try Tensor([1, .nan, 2] as [Float]).max().doubles()[0].isNaN)
    #expect(try Tensor(zeros: [0]).mean().doubles()[0].isNaN)
  }

  @Test func stridesAreTheProductsOfTheExtentsBehind() {
    #expect(Shape([2, 3, 5, 7]).strides == [105, 35, 7, 1])
    #expect(Shape([]).strides.isEmpty)
  }

  @Test func printingIsShort() throws {
    #expect(
      try Tensor((0..<6).map { Float($0) }, shape: [2, 3]).description
        == "float32 2×3, 0 … 5, mean 2.5\n[0, 1, 2]\n[3, 4, 5]")
    #expect(try Tensor([0.123456, .nan, -1e-9] as [Double]).description.hasSuffix("[0.1235, nan, -1e-09]"))
    #expect(
      try Tensor([2, .infinity, 4] as [Float]).description == "float32 3, 2 … 4, mean 3, 1 not finite\n[2, inf, 4]")
    #expect(try Tensor(zeros: [60000, 1, 28, 28], dtype: .uint8).description.split(separator: "\n").count == 7)
    #expect(try Tensor(zeros: [0, 3]).description == "float32 0×3, no elements")
    #expect(try Tensor([7] as [Int32], shape: []).description == "int32 scalar\n[7]")
  }

  @Test(arguments: [[1 << 50], [1 << 40, 1 << 40], [Int.max, Int.max], [1 << 31, 1 << 31, 0, 2]] as [[Int]])
  func whatNoMemoryHoldsThrows(_ extents: [Int]) throws {
    if extents.contains(0) {
      #expect(try Tensor(zeros: Shape(extents)).count == 0)
    } else {
      #expect(throws: AllocationError.self) { try Tensor(zeros: Shape(extents), dtype: .float64) }
    }
  }

  /// Each of two blocks could be had, but not both: refused before their pages are touched.
  @Test func whatTheMachineCannotHoldTogetherThrows() throws {
    let most = Storage.byteLimit / 5 * 3
    for _ in 0..<2 {
      let first = try Storage(byteCount: most)
      #expect(throws: AllocationError(bytes: most)) { try Storage(byteCount: most) }
      #expect(first.byteCount == most)
    }
  }

  @Test func oneBadNumberIsFoundAnywhere() {
    for count in [1, 3, 16, 17, 1000] {
      var values = [Float](repeating: -3.4e38, count: count)
      #expect(values.withUnsafeBufferPointer { $0.isFinite })
      for bad in [Float.nan, .infinity, -.infinity, -.nan, .signalingNaN] {
        values[count - 1] = bad
        #expect(!values.withUnsafeBufferPointer { $0.isFinite })
      }
    }
  }
}
