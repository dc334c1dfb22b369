import CHDF5
import Tensors

/// An HDF5 file: named arrays in groups, opened by libhdf5 where it lies.
final class HDF5File {
  struct Object {
    enum Kind { case group, integers, bytes, floats, texts, other }
    let kind: Kind
    let itemSize: Int
    let extents: [Int]

    var isNumeric: Bool { kind == .integers || kind == .bytes || kind == .floats }
  }

  let path: String
  /// Whether MATLAB wrote it: its arrays have their axes in the opposite order.
  let isMATLAB: Bool
  private let handle: OpaquePointer
  private static let levels = 4
  private static let limit = 1000

  static func isHDF5(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
    return bytes.starts(with: signature)
      || bytes.count > 520 && bytes[512..<520].elementsEqual(signature)
  }

  static func isMATLAB(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: Array("MATLAB 7.3".utf8)) }

  init(_ path: String, isMATLAB: Bool) throws(FileError) {
    (self.path, self.isMATLAB) = (path, isMATLAB)
    var message = [CChar](repeating: 0, count: Int(ELBO_HDF5_MESSAGE))
    guard let handle = elbo_hdf5_open(path, &message) else {
      throw FileError(path: path, reason: Self.text(message), fix: "Copy or download the file again.")
    }
    self.handle = handle
  }

  deinit { elbo_hdf5_close(handle) }

  func object(_ name: String) -> Object? {
    var found = elbo_hdf5_object()
    guard elbo_hdf5_describe(handle, name, &found) != 0 else { return nil }
    let kind: Object.Kind =
      switch found.kind {
      case ELBO_HDF5_GROUP: .group
      case ELBO_HDF5_INTEGERS: .integers
      case ELBO_HDF5_BYTES: .bytes
      case ELBO_HDF5_FLOATS: .floats
      case ELBO_HDF5_TEXTS: .texts
      default: .other
      }
    let extents = withUnsafeBytes(of: found.extents) { Array($0.bindMemory(to: Int64.self).prefix(Int(found.rank))) }
    return Object(kind: kind, itemSize: Int(found.itemSize), extents: extents.map(Int.init))
  }

  /// Names in a group.
  func children(of group: String) -> [String] {
    (0..<min(Int(elbo_hdf5_count(handle, group)), Self.limit)).compactMap { index in
      var name = [CChar](repeating: 0, count: 512)
      guard elbo_hdf5_name(handle, group, Int64(index), &name, name.count) != 0 else { return nil }
      return Self.text(name)
    }
  }

  /// All arrays, groups inside of groups with slashes between their names.
  func arrays(in group: String = "/", level: Int = 0) -> [(name: String, object: Object)] {
    children(of: group).filter { !$0.hasPrefix("#") }.flatMap { child -> [(name: String, object: Object)] in
      let name = group == "/" ? child : "\(group)/\(child)"
      guard let object = object(name) else { return [] }
      guard object.kind == .group else { return [(name, object)] }
      return level < Self.levels ? arrays(in: name, level: level + 1) : []
    }
  }

  /// An array of numbers: bytes stay bytes, wide integers become float64.
  func numbers(_ name: String) throws -> Tensor {
    guard let object = object(name), object.isNumeric else {
      throw FileError(
        path: path, reason: "no array of numbers '\(name)' in the file", fix: "Choose another: array=NAME")
    }
    let dtype: DType =
      switch object.kind {
      case .bytes: .uint8
      case .floats: object.itemSize > 4 ? .float64 : .float32
      default: object.itemSize > 2 ? .float64 : .int32
      }
    guard let shape = Shape(validating: object.extents), shape.count < Gzip.limit / dtype.size else {
      let extents = object.extents.map(String.init).joined(separator: "×")
      throw FileError(
        path: path, reason: "'\(name)' has \(extents) numbers, too many for the memory", fix: "Save a part of it.")
    }
    let storage = try Storage(byteCount: max(shape.count, 1) * dtype.size)
    // Some megabytes at a time, so that the work can be stopped.
    let rows = object.extents.first ?? 1
    let step = max(1, (64 << 20) / max(shape.count / max(rows, 1) * dtype.size, 1))
    for begin in stride(from: 0, to: max(rows, object.extents.isEmpty ? 1 : 0), by: step) {
      try Stopping.check()
      let end = min(begin + step, rows)
      var message = [CChar](repeating: 0, count: Int(ELBO_HDF5_MESSAGE))
      let place = storage.base + begin * (shape.count / max(rows, 1)) * dtype.size
      guard
        elbo_hdf5_read(
          handle, name, Int64(begin), Int64(end), Int32(dtype.size), dtype == .int32 ? 1 : 0, place, &message) != 0
      else {
        throw FileError(path: path, reason: Self.text(message), fix: "Copy the file again, or save it with gzip.")
      }
    }
    return Tensor(storage: storage, byteOffset: 0, shape: shape, dtype: dtype)
  }

  /// An array of texts.
  func texts(_ name: String) throws -> [String] {
    final class Box { var texts: [String] = [] }
    let box = Box()
    var message = [CChar](repeating: 0, count: Int(ELBO_HDF5_MESSAGE))
    let done = elbo_hdf5_texts(
      handle, name, Unmanaged.passUnretained(box).toOpaque(),
      { context, text, count in
        guard let context, let text else { return }
        let bytes = UnsafeRawBufferPointer(start: text, count: count)
        Unmanaged<Box>.fromOpaque(context).takeUnretainedValue().texts.append(String(decoding: bytes, as: UTF8.self))
      }, &message)
    guard done != 0 else { throw FileError(path: path, reason: Self.text(message), fix: "Copy the file again.") }
    return box.texts
  }

  func attribute(_ name: String, of object: String) -> String? {
    var text = [CChar](repeating: 0, count: 4097)
    return elbo_hdf5_attribute_text(handle, object, name, &text, text.count) != 0 ? Self.text(text) : nil
  }

  func integers(_ name: String, of object: String) -> [Int]? {
    var values = [Int64](repeating: 0, count: 16)
    let count = elbo_hdf5_attribute_integers(handle, object, name, &values, Int64(values.count))
    return count < 0 ? nil : values.prefix(Int(count)).map(Int.init)
  }

  private static func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
