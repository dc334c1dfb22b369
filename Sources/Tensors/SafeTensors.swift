import FoundationEssentials
import Text

/// Named tensors in a file of the safetensors format: eight bytes of header length, a JSON header, the bytes of every
/// tensor one after another. https://github.com/huggingface/safetensors
package struct SafeTensors: Sendable {
  /// The metadata of the file.
  package var metadata: [String: String]
  /// In the order of their bytes.
  package var tensors: [(name: String, tensor: Tensor)]

  package init(metadata: [String: String] = [:], tensors: [(name: String, tensor: Tensor)] = []) {
    (self.metadata, self.tensors) = (metadata, tensors)
  }

  /// The first tensor of that name.
  package subscript(name: String) -> Tensor? { tensors.first { $0.name == name }?.tensor }

  /// Longest header that is read, as in the reference implementation.
  private static let headerLimit = 100_000_000

  /// The header entry of one tensor.
  private struct Info: Codable {
    let dtype: String
    let shape: [Int]
    let offsets: [Int]

    private enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }

  private enum Entry: Codable {
    case metadata([String: String])
    case info(Info)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let info = try? container.decode(Info.self) {
        self = .info(info)
      } else {
        self = .metadata(try container.decode([String: String].self))
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .metadata(let metadata): try container.encode(metadata)
      case .info(let info): try container.encode(info)
      }
    }
  }

  private static let names: [DType: String] = [.float32: "F32", .float64: "F64", .int32: "I32", .uint8: "U8"]

  /// Writes the file whole or not at all.
  ///
  /// - Throws: `FileError`.
  package func write(to path: String) throws {
    var bytes = try head(path)
    for item in tensors { item.tensor.withUnsafeBytes { bytes.append(contentsOf: $0) } }
    try bytes.withUnsafeBytes { raw in try FileBytes.write([raw], to: path) }
  }

  /// Everything before the tensors: the header's length and the header.
  private func head(_ path: String) throws -> [UInt8] {
    var header: [String: Entry] = metadata.isEmpty ? [:] : ["__metadata__": .metadata(metadata)]
    var offset = 0
    for item in tensors {
      if header[item.name] != nil { throw FileError(path: path, reason: "two tensors named '\(item.name)'") }
      let end = offset + item.tensor.byteCount
      let dtype = Self.names[item.tensor.dtype] ?? "F32"
      header[item.name] = .info(
        Info(dtype: dtype, shape: item.tensor.shape.dimensions, offsets: [offset, end]))
      offset = end
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var json = Array(try encoder.encode(header))
    // Spaces, so that the tensors begin at a multiple of eight bytes.
    json += [UInt8](repeating: 0x20, count: (8 - json.count % 8) % 8)
    return (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) } + json
  }

  /// Opens a file; its tensors are views on the mapped bytes.
  ///
  /// - Throws: `FileError` naming what is invalid: the header, a tensor's type, or offsets that do not match shapes.
  package init(contentsOf path: String) throws(FileError) {
    try self.init(decoding: FileBytes.map(path), path: path)
  }

  /// The same of bytes in memory; `path` is for errors.
  package init(decoding storage: Storage, path: String) throws(FileError) {
    func fail(_ reason: String) -> FileError { FileError(path: path, reason: reason) }
    let bytes = UnsafeRawBufferPointer(start: storage.base, count: storage.byteCount)
    guard bytes.count >= 8 else { throw fail("not a safetensors file: shorter than eight bytes") }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << (8 * $1) }
    guard length <= UInt64(Self.headerLimit), Int(length) <= bytes.count - 8 else {
      throw fail("not a safetensors file: its header of \(length) bytes is longer than the file")
    }
    let begin = 8 + Int(length)
    let header: [String: Entry]
    do {
      header = try JSONDecoder().decode([String: Entry].self, from: Data(bytes[8..<begin]))
    } catch {
      throw fail("not a safetensors file: its header is not the JSON it should be")
    }
    metadata = [:]
    tensors = []
    var found: [(name: String, info: Info)] = []
    for (name, entry) in header {
      switch entry {
      case .metadata(let values):
        guard name == "__metadata__" else { throw fail("'\(name)' is text where a tensor should be") }
        metadata = values
      case .info(let info): found.append((name, info))
      }
    }
    found.sort {
      ($0.info.offsets.first ?? 0, $0.info.offsets.last ?? 0, $0.name)
        < ($1.info.offsets.first ?? 0, $1.info.offsets.last ?? 0, $1.name)
    }
    var end = 0
    for (name, info) in found {
      guard let dtype = Self.names.first(where: { $0.value == info.dtype })?.key else {
        throw fail("tensor '\(name)' has type \(info.dtype); F32, F64, I32 and U8 are read")
      }
      guard let shape = Shape(validating: info.shape), info.offsets.count == 2, info.offsets[0] == end,
        info.offsets[1] >= end, info.offsets[1] - end == shape.count * dtype.size,
        info.offsets[1] <= bytes.count - begin
      else { throw fail("the bytes of tensor '\(name)' do not fit its shape \(info.shape) or the file") }
      let tensor = Tensor(storage: storage, byteOffset: begin + end, shape: shape, dtype: dtype)
      let isAligned = UInt(bitPattern: storage.base + begin + end) % UInt(dtype.size) == 0
      tensors.append((name, isAligned ? tensor : try Self.aligned(tensor, path)))
      end = info.offsets[1]
    }
    guard end == bytes.count - begin else {
      let unused = bytes.count - begin - end
      throw fail("\(unused) \(inflected("byte", for: unused)) after the last tensor")
    }
  }

  /// A copy whose elements lie at multiples of their size.
  private static func aligned(_ tensor: Tensor, _ path: String) throws(FileError) -> Tensor {
    do {
      let storage = try Storage(byteCount: tensor.byteCount)
      tensor.withUnsafeBytes { bytes in
        if let from = bytes.baseAddress { storage.base.copyMemory(from: from, byteCount: bytes.count) }
      }
      return Tensor(storage: storage, byteOffset: 0, shape: tensor.shape, dtype: tensor.dtype)
    } catch { throw FileError(path: path, reason: error.description) }
  }
}
