import CImages
import Tensors

/// What is known of an image before it is decoded.
struct ImageHeader {
  let path: String
  /// Upright.
  let height: Int
  let width: Int
  /// 1 or 3; transparency is not counted.
  let channels: Int
  /// Whether a channel has 16 bits.
  let isDeep: Bool
  let isTurned: Bool
  let frames: Int
}

/// A file of one image: its header, and its pixels on request.
@dynamicMemberLookup struct ImageFile {
  let header: ImageHeader
  let storage: Storage

  subscript<Value>(dynamicMember member: KeyPath<ImageHeader, Value>) -> Value { header[keyPath: member] }

  /// Reads the header.
  ///
  /// - Throws: `FileError` for other formats, damaged headers, images that are implausibly large for the
  ///   size of the file.
  init(_ storage: Storage, path: String) throws(FileError) {
    self.storage = storage
    var size = elbo_image_size()
    var message = [CChar](repeating: 0, count: Int(ELBO_IMAGE_MESSAGE))
    guard elbo_image_probe(Self.base(storage), storage.byteCount, &size, &message) != 0 else {
      throw FileError(
        path: path, reason: Self.text(message), fix: "Copy it again, or open and save it with an image program.")
    }
    let (height, width) = (Int(size.height), Int(size.width))
    header = ImageHeader(
      path: path, height: height, width: width, channels: Int(size.channels), isDeep: size.depth == 16,
      isTurned: size.orientation != 1, frames: Int(size.frames))
    // Deflate makes at most 1032 bytes of one (bits of one byte hold eight pixels); JPEG has a bit for a block of 64. An
    // empty WebP or fax page takes less: four megapixels may come of any file.
    guard height * width <= 1 << 22 || height * width / (8 * 1032) <= storage.byteCount else {
      throw FileError(
        path: path,
        reason: "the header declares \(width)×\(height) pixels, more than \(storage.byteCount) bytes can hold",
        fix: "The file is damaged or incomplete.")
    }
  }

  /// Pixels, `[height, width, channels]` interleaved, of 8 or 16 bits, and whether some are transparent.
  ///
  /// - Parameter background: Behind transparent pixels.
  func pixels<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type, channels: Int, background: [UInt8]
  ) throws -> (values: [Value], isClear: Bool) {
    var message = [CChar](repeating: 0, count: Int(ELBO_IMAGE_MESSAGE))
    var done: Int32 = 0
    let count = header.height * header.width * channels
    let pixels = [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let target = buffer.baseAddress {
        done = background.withUnsafeBufferPointer { background in
          elbo_image_decode(
            Self.base(storage), storage.byteCount, Int32(channels), Int32(Value.bitWidth), background.baseAddress,
            target,
            count, &message)
        }
        if done == 0 { target.update(repeating: 0, count: count) }
      }
      initialized = count
    }
    guard done != 0 else {
      throw FileError(path: header.path, reason: Self.text(message), fix: "The file is damaged or incomplete.")
    }
    return (pixels, done == 2)
  }

  private static func base(_ storage: Storage) -> UnsafePointer<UInt8> {
    UnsafePointer(storage.base.assumingMemoryBound(to: UInt8.self))
  }

  private static func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
