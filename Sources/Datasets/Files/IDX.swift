import Tensors
import Text

/// The IDX files of MNIST: two zero bytes, a type, the rank, big-endian extents, big-endian data.
package enum IDX {
  package static func isIDX(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 4 && bytes[0] == 0 && bytes[1] == 0 && itemSize(bytes[2]) != nil && (1...32).contains(bytes[3])
  }

  /// A note for bytes after the data that the header declares.
  static func leftover(_ storage: Storage) -> [String] {
    let bytes = storage.bytes
    guard isIDX(bytes), let size = itemSize(bytes[2]), bytes.count >= 4 + 4 * Int(bytes[3]) else { return [] }
    let extents = (0..<Int(bytes[3])).map { axis in (0..<4).reduce(0) { $0 << 8 | Int(bytes[4 + 4 * axis + $1]) } }
    guard let shape = Shape(validating: extents) else { return [] }
    let rest = bytes.count - 4 - 4 * extents.count - shape.count * size
    return rest > 0
      ? ["\(NumberText.count(rest)) \(inflected("byte", for: rest)) after the last example are ignored"] : []
  }

  private static func itemSize(_ type: UInt8) -> Int? {
    switch type {
    case 0x08, 0x09: 1
    case 0x0B: 2
    case 0x0C, 0x0D: 4
    case 0x0E: 8
    default: nil
    }
  }

  /// uint8 data are used without a copy; others are converted: int8 and int16 to int32.
  package static func decode(_ storage: Storage, path: String) throws -> Tensor {
    let bytes = UnsafeRawBufferPointer(start: storage.base, count: storage.byteCount)
    guard isIDX(bytes), let size = itemSize(bytes[2]) else {
      throw FileError(
        path: path, reason: "not an IDX file: its first bytes are not 0 0, a type and a rank",
        fix: "Formats are detected from the content; numpy.save writes a supported one.")
    }
    let rank = Int(bytes[3])
    let start = 4 + 4 * rank
    guard bytes.count >= start else {
      throw FileError(
        path: path, reason: "the IDX header of \(start) bytes ends at byte \(bytes.count)", fix: Gzip.truncatedFileFix)
    }
    let extents = (0..<rank).map { axis in (0..<4).reduce(0) { $0 << 8 | Int(bytes[4 + 4 * axis + $1]) } }
    let available = bytes.count - start
    guard let shape = Shape(validating: extents), shape.count <= available / size else {
      let declared = extents.map(String.init).joined(separator: "×")
      throw FileError(
        path: path,
        reason: "the IDX header declares \(declared) elements of \(size) byte\(size == 1 ? "" : "s"), "
          + "the file contains \(NumberText.count(available)) \(inflected("byte", for: available))",
        fix: Gzip.truncatedFileFix)
    }
    func raw(_ index: Int) -> UInt64 {
      var value: UInt64 = 0
      for byte in start + index * size..<start + (index + 1) * size { value = value << 8 | UInt64(bytes[byte]) }
      return value
    }
    switch bytes[2] {
    case 0x08: return Tensor(storage: storage, byteOffset: start, shape: shape, dtype: .uint8)
    case 0x09: return try converted(shape) { Int32(Int8(bitPattern: UInt8(raw($0)))) }
    case 0x0B: return try converted(shape) { Int32(Int16(bitPattern: UInt16(raw($0)))) }
    case 0x0C: return try converted(shape) { Int32(bitPattern: UInt32(raw($0))) }
    case 0x0D: return try converted(shape) { Float(bitPattern: UInt32(raw($0))) }
    default: return try converted(shape) { Double(bitPattern: raw($0)) }
    }
  }

  private static func converted<Element: TensorElement>(
    _ shape: Shape, _ element: (Int) -> Element
  ) throws -> Tensor {
    var tensor = try Tensor(zeros: shape, dtype: Element.dtype)
    try tensor.withMutableElements(of: Element.self) { result in
      try Stopping.inChunks(of: result.count) { part in
        for index in part { result[index] = element(index) }
      }
    }
    return tensor
  }
}
