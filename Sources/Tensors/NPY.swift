import Text

/// NumPy's array files, format versions 1 to 3 (NEP 1).
package enum NPY {
  private static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

  /// Maps a file; row-major float32, float64, int32 and uint8 arrays cost no copy, others are converted: bool and int8
  /// become uint8 and int32, 16- and 64-bit integers int32 where they fit, float16 float32, big-endian and
  /// column-major are reordered.
  package static func read(_ path: String) throws -> Tensor { try decode(FileBytes.map(path), path: path) }

  /// - Throws: `FileError` with the cause; nothing outside the bytes is read.
  package static func decode(_ storage: Storage, path: String, from begin: Int = 0, count: Int? = nil) throws -> Tensor
  {
    let bytes = UnsafeRawBufferPointer(start: storage.base + begin, count: count ?? storage.byteCount - begin)
    guard bytes.count >= 10, bytes.prefix(6).elementsEqual(magic) else {
      throw FileError(
        path: path, reason: "not an NPY file: the magic string is missing", fix: "Write it with numpy.save.")
    }
    let isShort = bytes[6] == 1
    guard (1...3).contains(bytes[6]) else {
      throw FileError(
        path: path, reason: "NPY version \(bytes[6]) is not known; versions 1 to 3 are supported",
        fix: "Write it again with numpy.save.")
    }
    let lengthBytes = isShort ? 2 : 4
    guard bytes.count >= 8 + lengthBytes else {
      throw FileError(path: path, reason: "the NPY header ends early at byte \(bytes.count)", fix: Self.incomplete)
    }
    let headerLength = (0..<lengthBytes).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    let dataStart = 8 + lengthBytes + headerLength
    guard dataStart <= bytes.count else {
      throw FileError(
        path: path, reason: "the NPY header declares \(headerLength) bytes, the file is shorter", fix: Self.incomplete)
    }
    let header = try NPYHeader(
      String(decoding: bytes[8 + lengthBytes..<dataStart], as: UTF8.self), path: path)
    let available = bytes.count - dataStart
    guard let shape = Shape(validating: header.shape), shape.count <= available / header.itemSize else {
      throw FileError(
        path: path,
        reason:
          "shape \(header.shape) of \(header.type) needs more than the \(available) \(inflected("byte", for: available)) that follow",
        fix: Self.incomplete)
    }
    if let dtype = header.storedDType, !header.isBigEndian || header.itemSize == 1, !header.isColumnMajor,
      UInt(bitPattern: storage.base + begin + dataStart) % UInt(header.itemSize) == 0
    {
      return Tensor(storage: storage, byteOffset: begin + dataStart, shape: shape, dtype: dtype)
    }
    let data = UnsafeRawBufferPointer(rebasing: bytes[dataStart..<dataStart + shape.count * header.itemSize])
    return try header.converted(data, shape: shape, path: path)
  }

  static let incomplete = "The file is incomplete: copy or write it again."

  /// Writes version 1.0, little-endian, row-major.
  ///
  /// - Returns: The bytes of the file.
  @discardableResult
  package static func write(_ tensor: Tensor, to path: String) throws -> Int {
    let header = encodedHeader(tensor)
    try header.withUnsafeBytes { head in
      try tensor.withUnsafeBytes { data in try FileBytes.write([head, data], to: path) }
    }
    return header.count + tensor.byteCount
  }

  /// The bytes of a file.
  package static func encode(_ tensor: Tensor) -> [UInt8] {
    tensor.withUnsafeBytes { encodedHeader(tensor) + Array($0) }
  }

  private static func encodedHeader(_ tensor: Tensor) -> [UInt8] {
    let descr =
      switch tensor.dtype {
      case .float32: "<f4"
      case .float64: "<f8"
      case .int32: "<i4"
      case .uint8: "|u1"
      }
    let extents = tensor.shape.dimensions.map(String.init).joined(separator: ", ")
    let tuple = tensor.shape.rank == 1 ? "(\(extents),)" : "(\(extents))"
    var text = "{'descr': '\(descr)', 'fortran_order': False, 'shape': \(tuple), }"
    // Data begin at a multiple of 64 bytes.
    let padding = (64 - (10 + text.utf8.count + 1) % 64) % 64
    text += String(repeating: " ", count: padding) + "\n"
    let length = text.utf8.count
    return magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(text.utf8)
  }
}

/// The dictionary at the start of an NPY file.
struct NPYHeader {
  let type: String
  let isColumnMajor: Bool
  let shape: [Int]

  var isBigEndian: Bool { type.hasPrefix(">") }
  var kind: Character { type.dropFirst().first ?? "?" }
  let itemSize: Int

  init(_ text: String, path: String) throws(FileError) {
    func value(_ key: String) -> Substring? {
      guard let range = text.firstRange(of: "'\(key)'") else { return nil }
      return text[range.upperBound...].drop { $0 == ":" || $0 == " " }
    }
    guard let descr = value("descr"), let order = value("fortran_order"), let extents = value("shape") else {
      throw FileError(
        path: path, reason: "the NPY header lacks descr, fortran_order or shape", fix: Self.again)
    }
    guard descr.first == "'" else {
      throw FileError(
        path: path, reason: "structured NPY types are not supported: save one plain array",
        fix: "numpy.save(path, x['field'])")
    }
    type = String(descr.dropFirst().prefix { $0 != "'" })
    isColumnMajor = order.hasPrefix("True")
    guard extents.first == "(" else {
      throw FileError(path: path, reason: "the NPY shape is not a tuple", fix: Self.again)
    }
    var dimensions: [Int] = []
    for word in extents.dropFirst().prefix(while: { $0 != ")" }).split(separator: ",") {
      let digits = word.filter { $0 != " " && $0 != "L" }
      guard let extent = Int(digits), extent >= 0 else {
        throw FileError(path: path, reason: "the NPY shape has '\(digits)' for an extent", fix: Self.again)
      }
      dimensions.append(extent)
    }
    shape = dimensions
    guard type.first != "|" || !type.dropFirst().hasPrefix("O"), type.dropFirst().first != "O" else {
      throw FileError(
        path: path, reason: "NPY arrays of Python objects are refused: reading them would execute code from the file",
        fix: "Save numbers: numpy.save(path, x.astype(numpy.float32))")
    }
    guard let size = Int(type.dropFirst(2)), "fiub".contains(type.dropFirst().first ?? "?"),
      [1, 2, 4, 8].contains(size)
    else {
      throw FileError(
        path: path, reason: "NPY type '\(type)' is not supported", fix: "Use float32, float64, int32 or uint8.")
    }
    itemSize = size
  }

  private static let again = "Write it again with numpy.save."

  /// The type that needs no conversion.
  var storedDType: DType? {
    switch (kind, itemSize) {
    case ("f", 4): .float32
    case ("f", 8): .float64
    case ("i", 4): .int32
    case ("u", 1), ("b", 1): .uint8
    default: nil
    }
  }

  /// Any other type or order, element by element.
  func converted(_ data: UnsafeRawBufferPointer, shape: Shape, path: String) throws -> Tensor {
    func raw(_ start: Int) -> UInt64 {
      var value: UInt64 = 0
      for byte in 0..<itemSize {
        let at = isBigEndian ? start + itemSize - 1 - byte : start + byte
        value |= UInt64(data[at]) << (8 * UInt64(byte))
      }
      return value
    }
    switch (kind, itemSize) {
    case ("f", 2): return try elements(shape) { Float(Float16(bitPattern: UInt16(raw($0)))) }
    case ("f", 4): return try elements(shape) { Float(bitPattern: UInt32(raw($0))) }
    case ("f", 8): return try elements(shape) { Double(bitPattern: raw($0)) }
    case ("b", 1), ("u", 1): return try elements(shape) { data[$0] }
    case ("i", _), ("u", _):
      let shift = UInt64(64 - 8 * itemSize)
      let isSigned = kind == "i"
      func integer(_ start: Int) -> Int64 {
        let bits = raw(start)
        return isSigned ? Int64(bitPattern: bits << shift) >> Int64(shift) : Int64(clamping: bits)
      }
      do {
        return try elements(shape) { start throws(WideInteger) -> Int32 in
          guard let value = Int32(exactly: integer(start)) else { throw WideInteger() }
          return value
        }
      } catch is WideInteger {
        return try elements(shape) { start -> Double in
          guard let value = Double(exactly: integer(start)), integer(start) < .max else {
            throw FileError(
              path: path, reason: "float64 does not hold the integer \(integer(start)) at byte \(start) of the data",
              fix: "Save smaller numbers: numpy.unique(x, return_inverse=True)[1] numbers what is different.")
          }
          return value
        }
      }
    default:
      throw FileError(
        path: path, reason: "NPY type '\(type)' is not supported", fix: "Use float32, float64, int32 or uint8.")
    }
  }

  /// An integer that does not fit 32 bits: all of them become float64 then.
  private struct WideInteger: Error {}

  /// Elements in row-major order, each made from where it begins in the data.
  private func elements<Element: TensorElement>(_ shape: Shape, _ element: (Int) throws -> Element) throws -> Tensor {
    var tensor = try Tensor(zeros: shape, dtype: Element.dtype)
    try tensor.withMutableElements(of: Element.self) { result in
      guard isColumnMajor, shape.rank > 1, result.count > 0 else {
        try Stopping.inChunks(of: result.count) { part in
          for position in part { result[position] = try element(position * itemSize) }
        }
        return
      }
      // The first axis is the fastest in the file: its stride is one element.
      var strides = [Int](repeating: itemSize, count: shape.rank)
      for axis in 1..<shape.rank { strides[axis] = strides[axis - 1] * shape[axis - 1] }
      let length = shape[-1]
      var untilCheck = 0
      try shape.forEachLine(strides: strides) { first, place in
        untilCheck -= length
        if untilCheck < 0 {
          try Stopping.check()
          untilCheck = 1 << 20
        }
        for column in 0..<length { result[first + column] = try element(place + column * strides[shape.rank - 1]) }
      }
    }
    return tensor
  }
}
