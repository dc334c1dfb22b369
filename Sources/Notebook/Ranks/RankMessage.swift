import JSONText
import Tensors
import WorkspaceStore

/// What rank 0 sends the other ranks: JSON, and arrays that are part of it.
///
/// As bytes: the length of the JSON (8, least significant first), the JSON with type and shape of each array, their bytes.
struct RankMessage {
  var detail: JSON
  var arrays: [Tensor] = []

  init(_ detail: JSON, arrays: [Tensor] = []) { (self.detail, self.arrays) = (detail, arrays) }

  var bytes: [UInt8] {
    let forms = arrays.map { array in
      JSON.object([
        .init("type", .string(array.dtype.rawValue)),
        .init("shape", .array(array.shape.dimensions.map { .integer($0) })),
      ])
    }
    let head = Array(JSON.object([.init("detail", detail), .init("arrays", .array(forms))]).text().utf8)
    var bytes = (0..<8).map { UInt8(truncatingIfNeeded: head.count >> ($0 * 8)) } + head
    bytes.reserveCapacity(bytes.count + arrays.reduce(0) { $0 + $1.byteCount })
    for array in arrays { array.withUnsafeBytes { bytes += $0 } }
    return bytes
  }

  /// - Throws: `Damage`, `JSONError` when it is no such message: the ranks are of other builds.
  init(bytes: [UInt8]) throws {
    guard bytes.count >= 8 else { throw Damage("a message of \(bytes.count) bytes") }
    let length = (0..<8).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
    guard length >= 0, length <= bytes.count - 8 else { throw Damage("a message's length") }
    let head = try JSON(parsing: Array(bytes[8..<8 + length]))
    detail = head["detail"] ?? .null
    var at = 8 + length
    for form in try Damage.list(head["arrays"], "arrays") {
      guard let type = form["type"]?.stringValue.flatMap({ DType(rawValue: $0) }) else {
        throw Damage("an array's type")
      }
      let shape = Shape(try Damage.list(form["shape"], "shape").compactMap(\.integerValue))
      var array = try Tensor(zeros: shape, dtype: type)
      guard array.byteCount <= bytes.count - at else { throw Damage("an array's bytes") }
      let part = bytes[at..<at + array.byteCount]
      try array.withUnsafeMutableBytes { $0.copyBytes(from: part) }
      at += array.byteCount
      arrays.append(array)
    }
  }

  /// Adds a value; `value(_:)` takes it out again.
  mutating func add(_ key: String, _ value: StoredValue) {
    let part = JSON.object([
      .init("kind", .string(value.kind)), .init("detail", value.detail), .init("first", .integer(arrays.count)),
      .init("names", .array(value.arrays.map { .string($0.name) })),
    ])
    arrays += value.arrays.map(\.tensor)
    guard case .object(let members) = detail else { return }
    detail = .object(members + [.init(key, part)])
  }

  /// A value that was added; nil where there is none.
  func value(_ key: String) throws -> StoredValue? {
    guard let part = detail[key] else { return nil }
    let names = try Damage.texts(part["names"], "names")
    guard let first = part["first"]?.integerValue, first >= 0, first + names.count <= arrays.count else {
      throw Damage("a value's arrays")
    }
    return StoredValue(
      kind: try Damage.text(part["kind"], "kind"), detail: part["detail"] ?? .null,
      arrays: zip(names, arrays[first...]).map { .init($0, $1) })
  }
}
