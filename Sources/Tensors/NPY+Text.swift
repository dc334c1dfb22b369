extension NPY {
  /// The texts of an NPY file of type `<U…` or `|S…`, as numpy keeps names of classes; nil for one of another type.
  ///
  /// - Throws: `FileError` when the data end early.
  package static func texts(_ storage: Storage, path: String) throws(FileError) -> [String]? {
    let bytes = UnsafeRawBufferPointer(start: storage.base, count: storage.byteCount)
    guard bytes.count > 10, bytes.prefix(6).elementsEqual([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) else { return nil }
    let start = bytes[6] == 1 ? 10 : 12
    guard bytes.count >= start else { return nil }
    let length = (8..<start).reduce(0) { $0 | Int(bytes[$1]) << (8 * ($1 - 8)) }
    guard start + length <= bytes.count else { return nil }
    let header = String(decoding: bytes[start..<start + length], as: UTF8.self)
    guard let place = header.firstRange(of: "'descr':") else { return nil }
    let type = header[place.upperBound...].drop { $0 == " " || $0 == "'" }.prefix { $0 != "'" && $0 != "," }
    guard let kind = type.dropFirst().first, kind == "U" || kind == "S", let width = Int(type.dropFirst(2)),
      width < 1 << 20
    else { return nil }
    guard let shape = header.firstRange(of: "'shape':") else { return nil }
    let extents = header[shape.upperBound...].drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }
      .split(separator: ",").compactMap { Int($0.filter { $0 != " " }) }
    let size = width * (kind == "U" ? 4 : 1)
    let count = extents.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    guard count >= 0, extents.allSatisfy({ $0 >= 0 }), size == 0 || count <= (bytes.count - start - length) / size
    else {
      throw FileError(path: path, reason: "the texts end early", fix: incomplete)
    }
    let isBig = type.first == ">"
    return (0..<(size == 0 ? 0 : count)).map { index in
      let own = bytes[start + length + index * size..<start + length + (index + 1) * size]
      guard kind == "U" else { return String(decoding: own.prefix { $0 != 0 }, as: UTF8.self) }
      var text = String.UnicodeScalarView()
      for at in stride(from: own.startIndex, to: own.endIndex, by: 4) {
        let code = (0..<4).reduce(UInt32(0)) { $0 | UInt32(own[at + (isBig ? 3 - $1 : $1)]) << (8 * UInt32($1)) }
        if code == 0 { break }
        if let scalar = Unicode.Scalar(code) { text.append(scalar) }
      }
      return String(text)
    }
  }
}
