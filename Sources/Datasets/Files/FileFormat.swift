import CImages
import Tensors

/// The format of a file, detected from its first bytes, not from its name.
package enum FileFormat: String, Sendable, CaseIterable {
  case idx, npy, zip, hdf5, image, text

  package init?(_ bytes: UnsafeRawBufferPointer) {
    if bytes.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) {
      self = .npy
    } else if bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: [0x50, 0x4B, 5, 6]) {
      self = .zip
    } else if elbo_image_format_of(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
      != ELBO_IMAGE_NONE
    {
      self = .image
    } else if HDF5File.isHDF5(bytes) {
      self = .hdf5
    } else if IDX.isIDX(bytes) {
      self = .idx
    } else if Self.looksLikeText(bytes) {
      self = .text
    } else {
      return nil
    }
  }

  /// The name of the format in messages.
  var phrase: String {
    switch self {
    case .idx: "an IDX file"
    case .npy: "an NPY file"
    case .zip: "an NPZ archive"
    case .hdf5: "an HDF5 file"
    case .image: "an image"
    case .text: "a table"
    }
  }

  /// Text has no control bytes but tab, line feed, carriage return and form feed; the first few kilobytes decide.
  private static func looksLikeText(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard !bytes.isEmpty else { return false }
    return TextEncoding.utf16(bytes) != nil || bytes.prefix(4096).allSatisfy { $0 >= 32 || (9...13).contains($0) }
  }
}

extension Storage {
  /// All bytes.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: byteCount) }
}
